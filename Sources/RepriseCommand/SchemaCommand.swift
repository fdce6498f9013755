import ArgumentParser
import Learning
import Runs

/// `reprise schema`: what a file for `--config` may hold.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print what a file for 'reprise train --config' may hold, as JSON Schema.",
    discussion: """
      Every key with its meaning, type, range and default; config.yaml of runs fits it. Editors that speak YAML take it from a \
      line '# yaml-language-server: $schema=<file>' at the top of a file.

      Examples:
        reprise schema > reprise.schema.json
        reprise schema ppo
      """)

  @Argument(
    help:
      "What is trained: \(RunKind.names.joined(separator: ", ")). (default: all of them, told apart by the key algorithm)"
  )
  var algorithm: String?

  func validate() throws {
    guard let algorithm, RunKind(rawValue: algorithm) == nil else { return }
    let nearest = RunKind.names.nearest(to: algorithm).prefix(3).joined(separator: ", ")
    throw ValidationError("'\(algorithm)' is not known; the nearest are: \(nearest)")
  }

  func run() throws { try writeLine(RunSchema.text(RunSchema.schema(of: algorithm.flatMap(RunKind.init)))) }
}
