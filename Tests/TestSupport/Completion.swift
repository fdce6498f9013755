import Foundation
import Testing

/// Expects that bash, and zsh and fish where they are, take a tool's completion scripts, and that bash completes a word by one.
///
/// - Parameters:
///   - word: what is typed behind the tool's name.
///   - expected: what bash offers.
///   - script: what the tool prints for a shell.
public func expectCompletion(
  of tool: String, _ word: String, gives expected: String, script: (_ shell: String) throws -> String
) throws {
  let folder = try TemporaryFolder()
  for shell in ["bash", "zsh", "fish"] {
    let file = try folder.write(script(shell), to: shell)
    if shell != "bash", try run("sh", "-c", "command -v \(shell)").status != 0 { continue }
    let (status, output) = try run(shell, "-n", file)
    #expect(status == 0, "\(shell): \(output)")
  }
  // As bash does it when somebody presses the tabulator.
  let press = """
    source \(folder.path)/bash
    completer=$(complete -p \(tool) | grep -o -- '-F [^ ]*' | cut -c 4-)
    COMP_WORDS=(\(tool) \(word)) COMP_CWORD=1 COMP_LINE='\(tool) \(word)' COMP_POINT=${#COMP_LINE}
    "$completer" \(tool) \(word) \(tool)
    printf '%s\\n' "${COMPREPLY[@]}"
    """
  #expect(try run("bash", "-c", press).output == expected + "\n")
}

/// A program on the path: how it ended, and all that it printed.
private func run(_ arguments: String...) throws -> (status: Int32, output: String) {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = arguments
  let pipe = Pipe()
  (process.standardOutput, process.standardError) = (pipe, pipe)
  try process.run()
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}
