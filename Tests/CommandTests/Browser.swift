import Foundation
import Testing

/// Headless Chromium, over the pipe of its DevTools protocol.
final class Browser {
  /// Where Debian's packages and others put it; nil where there is none.
  static let program = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  private let process: pid_t
  private let input, output: FileHandle
  private let profile: String
  private var received = Data()
  private var number = 0
  private var session = ""
  /// What pages wrote to the console as an error, and scripts that threw.
  private(set) var complaints: [String] = []

  init() throws {
    let program = try #require(Self.program)
    profile = NSTemporaryDirectory() + "reprise-browser-" + UUID().uuidString
    // The browser reads commands from descriptor 3 and answers on 4.
    let (commands, answers) = (Pipe(), Pipe())
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Copied out of the way first: they may be 3 and 4 themselves.
    let ends = [commands.fileHandleForReading, answers.fileHandleForWriting].map {
      fcntl($0.fileDescriptor, F_DUPFD_CLOEXEC, 64)
    }
    defer { for end in ends { close(end) } }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 3)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 4)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    let arguments = [
      program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
      "--user-data-dir=\(profile)", "about:blank",
    ]
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    try #require(posix_spawn(&process, program, &actions, nil, &words, environ) == 0)
    self.process = process
    (input, output) = (commands.fileHandleForWriting, answers.fileHandleForReading)
    try? commands.fileHandleForReading.close()
    try? answers.fileHandleForWriting.close()
    let target = try call("Target.createTarget", ["url": "about:blank"])["targetId"] as? String
    let attached = try call("Target.attachToTarget", ["targetId": target ?? "", "flatten": true])
    session = try #require(attached["sessionId"] as? String)
    for domain in ["Page", "Runtime", "Log", "Accessibility"] { try call("\(domain).enable") }
  }

  deinit {
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
    try? FileManager.default.removeItem(atPath: profile)
  }

  /// Sends a command and returns its result.
  @discardableResult
  func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    number += 1
    var message: [String: Any] = ["id": number, "method": method, "params": parameters]
    if !session.isEmpty { message["sessionId"] = session }
    try input.write(contentsOf: JSONSerialization.data(withJSONObject: message) + [0])
    while true {
      let answer = try next()
      note(answer)
      guard answer["id"] as? Int == number else { continue }
      let error = (answer["error"] as? [String: Any])?["message"] as? String
      try #require(error == nil, "\(method): \(error ?? "")")
      return answer["result"] as? [String: Any] ?? [:]
    }
  }

  private func next() throws -> [String: Any] {
    while true {
      if let end = received.firstIndex(of: 0) {
        defer { received = Data(received[(end + 1)...]) }
        return try #require(
          try JSONSerialization.jsonObject(with: received[..<end]) as? [String: Any])
      }
      let more = output.availableData
      try #require(!more.isEmpty, "the browser ended")
      received += more
    }
  }

  private func note(_ event: [String: Any]) {
    let parameters = event["params"] as? [String: Any] ?? [:]
    switch event["method"] as? String {
    case "Runtime.exceptionThrown": complaints.append("\(parameters["exceptionDetails"] ?? "")")
    case "Runtime.consoleAPICalled" where ["error", "warning"].contains(parameters["type"] as? String):
      complaints.append("\(parameters["args"] ?? "")")
    case "Log.entryAdded": complaints.append("\(parameters["entry"] ?? "")")
    default: break
    }
  }

  /// Opens a file in a window of a size, and waits for its scripts.
  func open(_ path: String, width: Int, height: Int) throws {
    try call(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
    try call("Page.navigate", ["url": "file://\(path)"])
    while try evaluate("document.readyState", String.self) != "complete" {}
  }

  /// The value of an expression; a promise is waited for.
  func evaluate<Value>(_ expression: String, _: Value.Type) throws -> Value {
    let answer = try call(
      "Runtime.evaluate", ["expression": expression, "awaitPromise": true, "returnByValue": true])
    let result = answer["result"] as? [String: Any]
    return try #require(
      result?["value"] as? Value, "\(expression): \(answer["exceptionDetails"] ?? result ?? [:])")
  }

  /// Presses and releases a key where the focus is.
  func press(_ key: String) throws {
    let codes = [" ": 32, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowRight": 39, "Tab": 9, "Enter": 13]
    var parameters: [String: Any] = ["key": key, "windowsVirtualKeyCode": codes[key] ?? 0]
    if key == " " { parameters["text"] = " " }
    for kind in ["keyDown", "keyUp"] {
      parameters["type"] = kind
      try call("Input.dispatchKeyEvent", parameters)
    }
  }

  /// The roles and names of the accessibility tree, as `button Play`.
  func accessibleNames() throws -> [String] {
    let nodes = try call("Accessibility.getFullAXTree")["nodes"] as? [[String: Any]] ?? []
    func text(_ node: [String: Any], _ key: String) -> String {
      (node[key] as? [String: Any])?["value"] as? String ?? ""
    }
    return nodes.filter { $0["ignored"] as? Bool != true }.map { "\(text($0, "role")) \(text($0, "name"))" }
  }

  /// A picture of the whole page, as PNG.
  func screenshot(isDark: Bool) throws -> Data {
    try call(
      "Emulation.setEmulatedMedia",
      ["features": [["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]]])
    let answer = try call("Page.captureScreenshot", ["captureBeyondViewport": true])
    return try #require(Data(base64Encoded: answer["data"] as? String ?? ""))
  }
}
