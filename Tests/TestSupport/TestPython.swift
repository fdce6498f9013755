public import Foundation
import Testing

/// Scripts of the tests, in the virtual environment that `Tools/setup --python` makes.
public enum TestPython {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// What a script prints; its path is that below `Tests`.
  public static func output(of script: String, _ arguments: [String]) throws -> Data {
    let python = root.appending(path: ".build-tests-python/bin/python3")
    try #require(
      FileManager.default.isExecutableFile(atPath: python.path), "Tools/setup --python makes \(python.path)")
    let process = Process()
    process.executableURL = python
    process.arguments = [root.appending(path: "Tests/\(script)").path] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    // The end of the output is that of the process.
    return try output.fileHandleForReading.readToEnd() ?? Data()
  }
}
