import ArgumentParser
import Glibc
import ShaderCompiler

/// `reprise-glslc embed`: an include's text as Swift, for kernels whose code is made while a program runs.
struct Embed: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Embed the text of an include in Swift.",
    discussion: "Writes NAME.include.swift, an extension of ShaderText, for NAME.glsl.")

  @Argument(help: ArgumentHelp("An include (.glsl).", valueName: "file"))
  var input: String

  @Option(name: .short, help: ArgumentHelp("The folder to write to; made if missing.", valueName: "folder"))
  var output: String

  func run() throws {
    do throws(ShaderError) {
      try embed()
    } catch {
      printError(error.description)
      throw ExitCode.failure
    }
  }

  private func embed() throws(ShaderError) {
    let file = String(input.split(separator: "/").last ?? "")
    guard file.hasSuffix(".glsl") else {
      throw ShaderError(file: input, "not an include: its name must end in .glsl")
    }
    let text: String
    do throws(SystemFault) {
      text = String(decoding: try fileBytes(at: input), as: UTF8.self)
    } catch {
      throw ShaderError(file: input, "cannot read the include: \(error)")
    }
    let name = String(file.dropLast(5))
    let embedding = try KernelEmbedding(name: name, words: [], file: input)
    let swift = """
      // Made by reprise-glslc from \(file).
      extension ShaderText {
        /// \(file)
        public static let `\(embedding.identifier)` = ShaderText(
          name: "\(file)",
          text: ##\"""
      \(text)
      \"""##)
      }

      """
    var outputs = OutputFiles()
    outputs.add(Array(swift.utf8), at: "\(output)/\(name).include.swift")
    try outputs.write(folder: output)
  }
}
