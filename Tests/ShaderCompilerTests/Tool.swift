import Foundation
import TestSupport

/// `reprise-glslc` as a process in a temporary folder.
struct Tool {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What a run printed, and how it ended.
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The folder with the project's shaders.
  static let shaders = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Shaders").standardized.path

  /// The project's shaders, by their files' names, in order.
  static func shaderFiles() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: shaders).filter { $0.hasSuffix(".comp") }.sorted()
  }

  /// Runs the product that lies beside the test bundle.
  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Result {
    try run(arguments, environment: environment)
  }

  /// The same with arguments that are a list already.
  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(component: "reprise-glslc")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = URL(filePath: folder.path)
    // Files, because a pipe that nobody reads while another is read may fill up.
    let files = ["output", "errors"].map { "\(folder.path)/.\($0)" }
    for file in files { try Data().write(to: URL(filePath: file)) }
    process.standardOutput = FileHandle(forWritingAtPath: files[0])
    process.standardError = FileHandle(forWritingAtPath: files[1])
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
    for file in files { try FileManager.default.removeItem(atPath: file) }
    return Result(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }
}
