public import ArgumentParser
public import ShaderCompiler

/// How GLSL is compiled: what every subcommand that compiles takes.
struct CompilerOptions: ParsableArguments, Sendable {
  @Option(
    name: .customShort("I"),
    help: ArgumentHelp(
      "A folder to look for includes in, after the including file's own.", valueName: "folder"))
  var includePaths: [String] = []

  @Option(
    name: .customShort("D"),
    help: ArgumentHelp("A macro to define.", valueName: "name[=value]"))
  var macros: [Macro] = []

  @Flag var optimization = Optimization.performance

  @Flag(name: .customShort("g"), help: "Keep names, source and lines in the SPIR-V.")
  var debugInfo = false

  @Option(
    name: .customLong("target-env"),
    help: "What runs the SPIR-V: vulkan1.2 (SPIR-V 1.5) or vulkan1.3 (SPIR-V 1.6).")
  var target = ShaderTarget.vulkan12

  @Option(
    help: """
      What compiles: shaderc, with all of spirv-opt's performance passes, or glslang, with its passes for small code; \
      preprocessing is libshaderc's for both.
      """)
  var frontEnd = FrontEnd.shaderc

  @Flag(inversion: .prefixedNo, help: "Whether a warning ends the compilation.")
  var warningsAsErrors = true

  /// Compiles a shader; what is given takes the place of the option.
  func compile(
    _ shader: ShaderFile, with compiler: ShaderCompiler, macros more: [Macro] = [], optimize: Bool? = nil,
    debugInfo: Bool? = nil, frontEnd: FrontEnd? = nil
  ) throws(ShaderError) -> CompiledShader {
    try compiler.compile(
      source: try shader.text(), file: shader.path, includePaths: includePaths,
      macros: (macros + more).map { ($0.name, $0.value) },
      optimize: optimize ?? (optimization == .performance),
      debugInfo: debugInfo ?? self.debugInfo, target: target, frontEnd: frontEnd ?? self.frontEnd,
      warningsAsErrors: warningsAsErrors)
  }

  /// All of them, so that equal texts are equal options.
  var text: String {
    let words = includePaths.map { "-I\($0)" } + macros.map { "-D\($0.text)" }
    return (words + ["\(optimization) \(debugInfo) \(target) \(frontEnd) \(warningsAsErrors)"])
      .joined(separator: "\n")
  }
}

extension ShaderTarget: ExpressibleByArgument {}

extension FrontEnd: ExpressibleByArgument {}

/// How much spirv-opt does.
enum Optimization: EnumerableFlag, Sendable {
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
struct Macro: ExpressibleByArgument, Sendable {
  let name: String
  let value: String?

  init?(argument: String) {
    guard let match = argument.wholeMatch(of: #/([A-Za-z_][A-Za-z0-9_]*)(=(.*))?/#) else { return nil }
    name = String(match.1)
    value = match.3.map(String.init)
  }

  /// A macro from its parts.
  init(name: String, value: String) {
    (self.name, self.value) = (name, value)
  }

  /// The argument.
  var text: String { value.map { "\(name)=\($0)" } ?? name }
}
