import ArgumentParser
import Glibc
import ShaderCompiler

/// What the plugin runs: shaders and the text of includes, as Swift. `reprise-glslc` can't do it, because it is made of them.
@main
struct EmbedShaders: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "EmbedShaders", abstract: "Embed shaders and includes in Swift.",
    subcommands: [EmbedKernel.self, EmbedTexts.self])
}

/// A shader, compiled, as an extension of `Kernel`.
struct EmbedKernel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Write NAME.swift for NAME.comp.")

  @Argument(help: "The shader.") var file: String
  @Option(name: .short, help: "The folder to write to.") var output: String
  @Option(name: .customShort("I"), help: "A folder to look for includes in.") var includePaths: [String] = []
  @Option(name: .customLong("import"), help: "The module that has Kernel.") var importedModule: String?

  func run() throws {
    try reporting { () throws(ShaderError) in
      var outputs = OutputFiles()
      for shader in try ShaderFile.find([file]) {
        let compiled = try ShaderCompiler().compile(
          source: try shader.text(), file: shader.path, includePaths: includePaths)
        let embedding = try KernelEmbedding(name: shader.name, words: compiled.words, file: shader.path)
        let text = KernelEmbedding.swiftSource(of: [embedding], importing: importedModule)
        outputs.add(Array(text.utf8), at: "\(output)/\(shader.name).swift")
      }
      try outputs.write(folder: output)
    }
  }
}

/// The text of includes, for kernels whose code is made while a program runs, and for shaders that are not ours.
struct EmbedTexts: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "texts", abstract: "Write ShaderText+All.swift, with the text of includes.")

  @Argument(help: "Includes, by their paths from --root.") var files: [String]
  @Option(help: "The folder that paths begin in.") var root: String
  @Option(name: .short, help: "The folder to write to.") var output: String

  func run() throws {
    try reporting { () throws(ShaderError) in
      var (members, identifiers) = ("", [String]())
      for file in files {
        let text: String
        do throws(SystemFault) {
          text = String(decoding: try fileBytes(at: "\(root)/\(file)"), as: UTF8.self)
        } catch {
          throw ShaderError(file: file, "cannot read the include: \(error)")
        }
        let last = file.split(separator: "/").last ?? ""
        let name = String(last.prefix { $0 != "." })
        let identifier = try KernelEmbedding(name: name, words: [], file: file).identifier
        identifiers.append("`\(identifier)`")
        members += """
            /// \(file)
            public static let `\(identifier)` = ShaderText(
              name: "\(file)",
              text: ##\"""
          \(text)
          \"""##)

          """
      }
      let swift = """
        // Made by EmbedShaders.
        extension ShaderText {
        \(members)
          /// All of them.
          public static let all = [\(identifiers.joined(separator: ", "))]
        }

        """
      var outputs = OutputFiles()
      outputs.add(Array(swift.utf8), at: "\(output)/ShaderText+All.swift")
      try outputs.write(folder: output)
    }
  }
}

/// Prints what `body` throws as compilers do, and fails.
private func reporting(_ body: () throws(ShaderError) -> Void) throws {
  do throws(ShaderError) {
    try body()
  } catch {
    let lines = Array("\(error)\n".utf8)
    _ = write(STDERR_FILENO, lines, lines.count)
    throw ExitCode.failure
  }
}
