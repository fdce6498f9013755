import ArgumentParser
import Bundles
import Kernels
import ShaderCompiler

/// `reprise-glslc bundle`: many kernels as one output.
struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract: "Put many kernels into one file.",
    discussion: """
      Takes GLSL (.comp, which is compiled), SPIR-V (.spv) and other bundles (.reprise), and folders of them. Every kernel \
      is reflected first, so that no damaged module gets in. What is written:

        bundle  a file that KernelBundle(contentsOf:) loads without a compiler: manifest, hash, format version
        swift   a Swift file that extends Kernel by a member a kernel, named in camelCase
        c       a C header with 'static const uint32_t NAME_spv[]' a kernel
        raw     a folder with NAME.spv a kernel, and kernels.h, which has them by C23's #embed

        reprise-glslc bundle Shaders -o kernels.reprise
        reprise-glslc bundle build/*.spv -o kernels.h --emit c

      Exit status: 0; 1 where a shader can't be read or compiled, two have one name, or the output can't be written: \
      then nothing is; 64 for wrong usage.
      """)

  /// What is written.
  enum Emission: String, ExpressibleByArgument, CaseIterable {
    case bundle, swift, c, raw
  }

  @Argument(help: ArgumentHelp("Shaders (.comp, .spv, .reprise), or folders of them.", valueName: "file"))
  var inputs: [String]

  @Option(
    name: .short, help: ArgumentHelp("The file to write, or with --emit raw the folder.", valueName: "path"))
  var output: String

  @Option(help: "What to write: bundle, swift, c or raw.")
  var emit = Emission.bundle

  @Option(
    name: .customLong("import"),
    help: ArgumentHelp("The module that the Swift text imports Kernel from.", valueName: "module"))
  var importedModule: String?

  @OptionGroup var options: CompilerOptions

  func run() throws {
    try reporting { () throws(ShaderError) in
      let modules = try KernelModule.load(inputs, options: options)
      var places: [String: String] = [:]
      for module in modules {
        _ = try module.reflection()
        if let other = places.updateValue(module.place, forKey: module.name) {
          throw ShaderError(
            file: module.place, "is called \(module.name), and so is \(other): rename one of them")
        }
      }
      var files = OutputFiles()
      let folder = output.lastIndex(of: "/").map { String(output[..<$0]) } ?? "."
      switch emit {
      case .bundle:
        let kernels = modules.map { Kernel(name: $0.name, words: $0.words) }
        files.add(
          KernelBundle(.kernels, kernels: kernels, contents: [String: String]()).encoded(), at: output)
      case .swift:
        var embeddings: [KernelEmbedding] = []
        for module in modules {
          embeddings.append(try KernelEmbedding(name: module.name, words: module.words, file: module.place))
        }
        let text = KernelEmbedding.swiftSource(of: embeddings, importing: importedModule)
        files.add(Array(text.utf8), at: output)
      case .c:
        let file = String(output.split(separator: "/").last ?? "")
        files.add(Array(try CHeader.words(of: modules, file: file).utf8), at: output)
      case .raw:
        for module in modules { files.add(module.bytes, at: "\(output)/\(module.name).spv") }
        files.add(Array(try CHeader.embedding(modules).utf8), at: "\(output)/kernels.h")
      }
      try files.write(folder: emit == .raw ? output : folder)
    }
  }
}
