import Foundation
import Testing

/// `reprise` as a process, in a folder of its own that goes away with the value.
final class Tool {
  /// How a process ended and what it printed.
  struct Result {
    let status: Int32
    let output, errors: String

    /// Lines of standard output.
    var lines: [Substring] { output.split(separator: "\n") }
  }

  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "reprise-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// With a small run of PPO in `run`.
  static func holdingRun() throws -> Tool {
    let tool = try Tool()
    let result = try tool.run(
      "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "128", "--hidden", "8", "--run",
      "run")
    try #require(result.status == 0, "\(result.errors)")
    return tool
  }

  /// Runs to the end.
  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Result {
    try run(arguments, environment: environment)
  }

  /// Runs to the end.
  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
    try start(arguments, environment: environment).finish()
  }

  /// Runs `reprise-glslc` to the end.
  func compile(_ arguments: String...) throws -> Result { try start(arguments, of: "reprise-glslc").finish() }

  /// Runs a product, which lies beside the test bundle, or the program of a path. What Vulkan's validation finds goes to standard
  /// error.
  ///
  /// - Parameters:
  ///   - input: a file of the folder for standard input.
  ///   - terminal: where what it prints goes, errors too, and not into the result.
  func start(
    _ arguments: [String], of product: String = "reprise", environment: [String: String] = [:],
    input: String? = nil, terminal: Terminal? = nil
  ) throws -> Running {
    let process = Process()
    process.executableURL =
      product.hasPrefix("/")
      ? URL(filePath: product)
      : URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(component: product)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder)
    if let input {
      process.standardInput = try FileHandle(forReadingFrom: URL(filePath: "\(folder)/\(input)"))
    }
    let inherited = ProcessInfo.processInfo.environment
    process.environment = [
      "REPRISE_CACHE": "/dev/null", "REPRISE_VALIDATION": "1", "REPRISE_NO_TUNING": "1",
    ]
    .merging(inherited) { $1 }.merging(environment) { $1 }
    let captured = try (Capture(), Capture())
    (process.standardOutput, process.standardError) = (captured.0.file, captured.1.file)
    if let terminal { (process.standardOutput, process.standardError) = (terminal.inner, terminal.inner) }
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    try terminal?.inner.close()
    return Running(process: process, ended: ended, output: captured.0, errors: captured.1)
  }

  /// The files in the folder, or in one below it, in order of name; without those of events, whose names are of the time.
  func names(in subfolder: String = "") -> [String] {
    allNames(in: subfolder).filter { !$0.hasPrefix("events.") }
  }

  /// All files in a folder.
  func allNames(in subfolder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(subfolder)")) ?? []).sorted()
  }

  func bytes(of name: String) throws -> Data { try Data(contentsOf: URL(filePath: "\(folder)/\(name)")) }

  func text(of name: String) throws -> String { try String(decoding: bytes(of: name), as: UTF8.self) }

  /// Writes a file, making its folders.
  func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    let file = URL(filePath: "\(folder)/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  func copy(_ name: String, to other: String) throws {
    try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(folder)/\(other)")
  }
}

/// A process that may still run.
struct Running {
  let process: Process
  // Process.waitUntilExit keeps a core busy on threads of a pool.
  fileprivate let ended: DispatchSemaphore
  fileprivate let output, errors: Capture

  func finish() throws -> Tool.Result {
    ended.wait()
    // The shell's way of telling a signal.
    let status =
      process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    return try Tool.Result(status: status, output: output.text(), errors: errors.text())
  }
}

/// A file without a name: no pipe that could fill up.
private struct Capture {
  let file: FileHandle

  init() throws {
    var template = Array((NSTemporaryDirectory() + "reprise-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    unlink(template)
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  func text() throws -> String {
    try file.seek(toOffset: 0)
    return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
  }
}

/// The environment of a machine without a device. Loaders before 1.3.207 know only the older name; the layer would
/// say the same a second time.
let withoutDevice = [
  "VK_DRIVER_FILES": "/nonexistent", "VK_ICD_FILENAMES": "/nonexistent", "REPRISE_VALIDATION": "0",
]

/// A JSON object.
func object(_ json: some StringProtocol) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
}

/// Expects a refusal: one sentence on standard error, nothing on standard output.
func expectRefusal(
  _ result: Tool.Result, status: Int32, saying parts: String...,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.status == status, "\(result.errors)", sourceLocation: sourceLocation)
  #expect(result.output == "", sourceLocation: sourceLocation)
  #expect(result.errors.hasPrefix("reprise: "), "\(result.errors)", sourceLocation: sourceLocation)
  #expect(result.errors.count { $0 == "\n" } == 1, "\(result.errors)", sourceLocation: sourceLocation)
  for part in parts {
    #expect(result.errors.contains(part), "\(result.errors)", sourceLocation: sourceLocation)
  }
}
