import ArgumentParser
import Glibc
import ShaderCompiler

/// `reprise-glslc build`: compile everything, then write everything; one failure and nothing is written.
struct Build: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile compute shaders to SPIR-V for Vulkan 1.2, as files or embedded in Swift.",
    discussion: """
      Writes NAME.spv, or NAME.swift, for each NAME.comp. Warnings are errors. Errors go to standard error as \
      'file:line: error: message' and give exit status 1; then nothing is written. A file whose content would \
      not change is not touched.
      """)

  @Argument(help: ArgumentHelp("Shaders (.comp), or folders of them.", valueName: "file"))
  var inputs: [String]

  @Option(name: .short, help: ArgumentHelp("The folder to write to; made if missing.", valueName: "folder"))
  var output: String

  @Option(
    name: .customShort("I"),
    help: ArgumentHelp(
      "A folder to look for includes in, after the including file's own.", valueName: "folder"))
  var includePaths: [String] = []

  @Option(
    name: .customShort("D"),
    help: ArgumentHelp("A macro to define.", valueName: "name[=value]"))
  var macros: [Macro] = []

  @Option(help: "What to write: spirv (NAME.spv) or swift (NAME.swift, an extension of Kernel).")
  var emit = Emission.spirv

  @Option(
    name: .customLong("import"),
    help: ArgumentHelp("The module that the Swift text imports Kernel from.", valueName: "module"))
  var importedModule: String?

  @Flag var optimization = Optimization.performance

  @Flag(name: .customShort("g"), help: "Keep names, source and lines in the SPIR-V.")
  var debugInfo = false

  @Option(help: ArgumentHelp("Write what each output was made from, as a makefile.", valueName: "file"))
  var depfile: String?

  func run() throws {
    do throws(ShaderError) {
      try build()
    } catch {
      printError(error.description)
      throw ExitCode.failure
    }
  }

  private func build() throws(ShaderError) {
    let compiler = try ShaderCompiler()
    var outputs = OutputFiles()
    var rules = ""
    var sources: [String: String] = [:]
    var failures: [Diagnostic] = []
    for shader in try ShaderFile.find(inputs) {
      let path = "\(output)/\(shader.name).\(emit.fileExtension)"
      if let other = sources.updateValue(shader.path, forKey: path) {
        throw ShaderError(
          file: shader.path, "would be written to \(path), and so would \(other): rename one of them")
      }
      do throws(ShaderError) {
        let (content, includes) = try compile(shader, with: compiler)
        outputs.add(content, at: path)
        rules += makefileRule(target: path, prerequisites: [shader.path] + includes)
      } catch {
        failures += error.diagnostics
      }
    }
    guard failures.isEmpty else { throw ShaderError(diagnostics: failures) }
    if let depfile { outputs.add(Array(rules.utf8), at: depfile) }
    try outputs.write(folder: output)
  }

  private func compile(
    _ shader: ShaderFile, with compiler: ShaderCompiler
  ) throws(ShaderError) -> (content: [UInt8], includes: [String]) {
    let compiled = try compiler.compile(
      source: try shader.text(), file: shader.path, includePaths: includePaths,
      macros: macros.map { ($0.name, $0.value) }, optimize: optimization == .performance, debugInfo: debugInfo
    )
    switch emit {
    case .spirv:
      return (
        compiled.words.flatMap { word in withUnsafeBytes(of: word.littleEndian, Array.init) },
        compiled.includes
      )
    case .swift:
      let embedding = try KernelEmbedding(name: shader.name, words: compiled.words, file: shader.path)
      return (Array(embedding.swiftSource(importing: importedModule).utf8), compiled.includes)
    }
  }
}

/// What `build` writes.
enum Emission: String, ExpressibleByArgument, CaseIterable {
  case spirv, swift

  var fileExtension: String {
    switch self {
    case .spirv: "spv"
    case .swift: "swift"
    }
  }
}

/// How much spirv-opt does.
enum Optimization: EnumerableFlag {
  case performance, none

  static func name(for value: Optimization) -> NameSpecification {
    switch value {
    case .performance: .customShort("O")
    case .none: .customLong("O0", withSingleDash: true)
    }
  }

  static func help(for value: Optimization) -> ArgumentHelp? {
    switch value {
    case .performance: "Optimize for speed."
    case .none: "Do not optimize."
    }
  }
}

/// A `NAME` or `NAME=VALUE` argument.
struct Macro: ExpressibleByArgument {
  let name: String
  let value: String?

  init?(argument: String) {
    guard let match = argument.wholeMatch(of: #/([A-Za-z_][A-Za-z0-9_]*)(=(.*))?/#) else { return nil }
    name = String(match.1)
    value = match.3.map(String.init)
  }
}

/// Writes a line to standard error.
func printError(_ message: String) {
  let line = Array((message + "\n").utf8)
  _ = write(STDERR_FILENO, line, line.count)
}
