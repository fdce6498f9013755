import ArgumentParser
import SPIRV
import ShaderCompiler

/// `reprise-glslc compare`: whether both front ends make the same of shaders.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Build shaders with both front ends and compare what they need.",
    usage: "reprise-glslc compare <file> ... [<options>]",
    discussion: """
      Compiles each shader (.comp) with libshaderc and with glslang, with and without optimisation, validates all four \
      modules, and compares what the unoptimised ones declare: entry points, bindings, push constants, specialization \
      constants, shared memory, capabilities and extensions. Optimisers leave out what nothing uses, each in its own way. \
      One line to standard error for each difference.

        reprise-glslc compare Shaders

      Exit status: 0 where all are alike; 1 where one isn't, is not valid, or doesn't compile; 64 for wrong usage.
      """)

  @Argument(help: ArgumentHelp("Shaders (.comp), or folders of them.", valueName: "file"))
  var inputs: [String]

  @OptionGroup var options: CompilerOptions

  func run() throws {
    try reporting { () throws(ShaderError) in
      let (shaders, compiler) = (try ShaderFile.find(inputs), try ShaderCompiler())
      var found: [Diagnostic] = []
      for shader in shaders {
        var facts: [FrontEnd: [String]] = [:]
        for frontEnd in FrontEnd.allCases {
          // Not optimised last: that is the one to compare.
          for optimize in [true, false] {
            let words = try options.compile(
              shader, with: compiler, optimize: optimize, debugInfo: !optimize, frontEnd: frontEnd
            ).words
            if let error = validationError(of: words, target: options.target) {
              found.append(Self.finding(shader, "\(frontEnd.rawValue)'s module is not valid: \(error)"))
            }
            facts[frontEnd] = try KernelModule(place: shader.path, name: shader.name, words: words)
              .reflection().facts
          }
        }
        for frontEnd in FrontEnd.allCases {
          let others = facts.filter { $0.key != frontEnd }.values.joined()
          for fact in facts[frontEnd, default: []] where !others.contains(fact) {
            found.append(Self.finding(shader, "only \(frontEnd.rawValue)'s module has \(fact)"))
          }
        }
      }
      guard found.isEmpty else { throw ShaderError(diagnostics: found) }
      print(
        "\(shaders.count) \(shaders.count == 1 ? "shader is" : "shaders are") alike from both front ends.")
    }
  }

  private static func finding(_ shader: ShaderFile, _ message: String) -> Diagnostic {
    Diagnostic(file: shader.path, line: nil, severity: .error, message: message)
  }
}
