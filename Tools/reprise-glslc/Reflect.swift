import ArgumentParser
import FoundationEssentials
import SPIRV
import ShaderCompiler

/// `reprise-glslc reflect`: what shaders ask of who runs them.
struct Reflect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what shaders ask of who runs them.",
    usage: "reprise-glslc reflect <file> ... [<options>]",
    discussion: """
      Reads SPIR-V modules (.spv), GLSL (.comp, which is compiled with its names) and each kernel of a bundle \
      (.reprise), or of all such files below a folder: entry points with workgroup sizes, bindings, push constants, \
      specialization constants with their defaults, shared memory, capabilities and extensions. An optimised module \
      has names only if it was built with -g.

        reprise-glslc reflect scale.comp
        reprise-glslc reflect kernels.reprise --json | jq '.[].bindings'

      Exit status: 0; 1 where a file can't be read, compiled or understood; 64 for wrong usage.
      """)

  @Argument(help: ArgumentHelp("Shaders (.comp, .spv, .reprise), or folders of them.", valueName: "file"))
  var inputs: [String]

  @Flag(help: "Print a JSON array of one object a kernel.")
  var json = false

  @OptionGroup var options: CompilerOptions

  func run() throws {
    try reporting { () throws(ShaderError) in
      var kernels: [ReflectedKernel] = []
      for module in try KernelModule.load(inputs, options: options, debugInfo: true) {
        kernels.append(
          ReflectedKernel(kernel: module.name, place: module.place, reflection: try module.reflection()))
      }
      print(json ? try Self.json(kernels) : kernels.map(\.text).joined(), terminator: json ? "\n" : "")
    }
  }

  private static func json(_ kernels: [ReflectedKernel]) throws(ShaderError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(kernels), as: UTF8.self)
    } catch {
      throw ShaderError(file: "JSON", "\(error)")
    }
  }
}

/// A kernel with what stands in it.
private struct ReflectedKernel: Encodable {
  let kernel, place: String
  let reflection: Reflection

  private enum CodingKeys: CodingKey {
    case kernel
  }

  /// The kernel's name among the keys of its reflection.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kernel, forKey: .kernel)
    try reflection.encode(to: encoder)
  }

  /// One fact a line.
  var text: String {
    let facts = reflection.facts.map { "  \($0)\n" }.joined()
    return "\(place): SPIR-V \(reflection.version)\n\(facts)"
  }
}
