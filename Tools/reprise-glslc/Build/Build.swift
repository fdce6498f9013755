import ArgumentParser
import Dispatch
import FoundationEssentials
import ShaderCompiler

/// `reprise-glslc build`: compile what has changed, then write everything; one failure and nothing is written.
struct Build: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile compute shaders to SPIR-V, as files or embedded in Swift.",
    discussion: """
      Writes NAME.spv, or NAME.swift, for each NAME.comp. Errors go to standard error as \
      'file:line:column: error: message' with the line itself; then nothing is written. A shader is compiled again only if \
      it, one of its includes, the options or this tool have changed, which OUTPUT/\(BuildState.name) keeps; a file whose \
      content would not change is not touched.

      --variants reads a YAML table, shader → macro → values, or labels with values:

        matrix_product:
          TYPE: {f32: float, f16: float16_t}
          TILE: [8, 16]

      makes matrix_product_f32_8.spv, matrix_product_f32_16.spv, matrix_product_f16_8.spv and matrix_product_f16_16.spv \
      of matrix_product.comp, with TYPE and TILE defined.

        reprise-glslc build Shaders -o build
        reprise-glslc build scale.comp -o build -D FACTOR=3 -g --depfile build/all.d

      Exit status: 0; 1 where a shader doesn't compile or a file can't be read or written; 64 for wrong usage.
      """)

  @Argument(help: ArgumentHelp("Shaders (.comp), or folders of them.", valueName: "file"))
  var inputs: [String]

  @Option(name: .short, help: ArgumentHelp("The folder to write to; made if missing.", valueName: "folder"))
  var output: String

  @OptionGroup var options: CompilerOptions

  @Option(help: ArgumentHelp("A YAML table of macros, a shader for each combination.", valueName: "file"))
  var variants: String?

  @Option(help: "What to write: spirv (NAME.spv) or swift (NAME.swift, an extension of Kernel).")
  var emit = Emission.spirv

  @Option(
    name: .customLong("import"),
    help: ArgumentHelp("The module that the Swift text imports Kernel from.", valueName: "module"))
  var importedModule: String?

  @Option(help: ArgumentHelp("Write what each output was made from, as a makefile.", valueName: "file"))
  var depfile: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("Shaders at a time.", valueName: "number"))
  var jobs = ProcessInfo.processInfo.activeProcessorCount

  @Flag(name: .shortAndLong, help: "Print the name of each output that is compiled.")
  var verbose = false

  func validate() throws {
    guard jobs > 0 else { throw ValidationError("'--jobs \(jobs)': a number from 1 on was expected.") }
  }

  func run() throws {
    try reporting { () throws(ShaderError) in try build() }
  }

  private func build() throws(ShaderError) {
    let shaders = try ShaderFile.find(inputs)
    let table = try variants.map { file throws(ShaderError) in
      try Variant.table(file: file, shaders: shaders, defined: options.macros)
    }
    let units = BuildUnit.all(shaders, variants: table ?? [:])
    try refuseClashes(units)
    var (state, hashes) = (BuildState(folder: output), FileHashes())
    let stale = units.filter { !isCurrent($0, state.outputs[file($0)], &hashes) }
    var outputs = OutputFiles()
    var findings: [Diagnostic] = []
    var failed = false
    for (unit, result) in zip(stale, try compile(stale)) {
      switch result {
      case .success(let (content, shader)):
        findings += shader.warnings
        if verbose { print(file(unit)) }
        outputs.add(content, at: path(unit))
        let read = ([unit.shader.path] + shader.includes).map { BuildState.Input(path: $0, hash: hashes[$0]) }
        let absent = shader.absentIncludes.map { BuildState.Input(path: $0, hash: nil) }
        state.outputs[file(unit)] = BuildState.Output(
          options: optionsHash(unit), inputs: read + absent, content: hash(of: content))
      case .failure(let error):
        failed = true
        findings += error.diagnostics
      }
    }
    if failed { throw ShaderError(diagnostics: findings) }
    report(findings)
    if let depfile { outputs.add(Array(rules(units, state).utf8), at: depfile) }
    if !stale.isEmpty { outputs.add(state.encoded(), at: "\(output)/\(BuildState.name)") }
    try outputs.write(folder: output)
  }

  private func file(_ unit: BuildUnit) -> String { "\(unit.name).\(emit.fileExtension)" }

  private func path(_ unit: BuildUnit) -> String { "\(output)/\(file(unit))" }

  private func refuseClashes(_ units: [BuildUnit]) throws(ShaderError) {
    var sources: [String: String] = [:]
    for unit in units {
      let (shader, path) = (unit.shader.path, path(unit))
      if let other = sources.updateValue(shader, forKey: path) {
        throw ShaderError(
          file: shader, "would be written to \(path), and so would \(other): rename one of them")
      }
    }
  }

  /// Whether an output is what compiling would give.
  private func isCurrent(_ unit: BuildUnit, _ known: BuildState.Output?, _ hashes: inout FileHashes) -> Bool {
    guard let known, known.options == optionsHash(unit), hashes[path(unit)] == known.content else {
      return false
    }
    for input in known.inputs where hashes[input.path] != input.hash { return false }
    return true
  }

  /// All that an output depends on beside files.
  private func optionsHash(_ unit: BuildUnit) -> UInt64 {
    let parts = [BuildState.tool, unit.shader.path, emit.rawValue, importedModule ?? "", options.text]
    return hash(of: Array((parts + unit.macros.map(\.text)).joined(separator: "\n").utf8))
  }

  private func compile(_ units: [BuildUnit]) throws(ShaderError)
    -> [Result<(content: [UInt8], shader: CompiledShader), ShaderError>]
  {
    guard !units.isEmpty else { return [] }
    let compiler = try ShaderCompiler()
    return parallelMap(units, jobs: jobs) { [options, emit, importedModule] unit in
      Result { () throws(ShaderError) in
        let shader = try options.compile(unit.shader, with: compiler, macros: unit.macros)
        switch emit {
        case .spirv: return (spirvBytes(shader.words), shader)
        case .swift:
          let embedding = try KernelEmbedding(name: unit.name, words: shader.words, file: unit.shader.path)
          return (
            Array(KernelEmbedding.swiftSource(of: [embedding], importing: importedModule).utf8), shader
          )
        }
      }
    }
  }

  private func rules(_ units: [BuildUnit], _ state: BuildState) -> String {
    units.map { unit in
      let includes = state.outputs[file(unit)]?.includes ?? []
      return makefileRule(target: path(unit), prerequisites: [unit.shader.path] + includes)
    }.joined()
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
