import Foundation
public import Learning
import Synchronization
import Testing

/// Files of numbers that others computed: `Tests/Goldens`, made by `Tools/References`.
public enum Golden {
  private static let loaded = Mutex<[String: Safetensors]>([:])

  /// The golden file `name`, which is read once.
  public static func load(_ name: String) throws -> Safetensors {
    try loaded.withLock { loaded in
      if let golden = loaded[name] { return golden }
      let golden = try Safetensors(contentsOf: path("\(name).safetensors"))
      loaded[name] = golden
      return golden
    }
  }

  /// Compares `text` with the golden text `name`; `RECORD_GOLDENS=1` writes it anew instead.
  public static func check(_ text: String, _ name: String) throws {
    let file = path("\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" {
      try "\(text)\n".write(toFile: file, atomically: true, encoding: .utf8)
    }
    let golden = try String(contentsOfFile: file, encoding: .utf8)
    #expect("\(text)\n" == golden, "Tests/Goldens/\(name).txt")
  }

  /// Compares `bytes` with the golden file `name`; `RECORD_GOLDENS=1` writes it anew instead.
  public static func check(_ bytes: [UInt8], _ name: String) throws {
    let file = URL(fileURLWithPath: path(name))
    if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" { try Data(bytes).write(to: file) }
    #expect(try bytes == Array(Data(contentsOf: file)), "Tests/Goldens/\(name)")
  }

  /// Where the golden file `name` is.
  public static func path(_ name: String) -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return folder.appendingPathComponent("Goldens/\(name)").path
  }
}

/// Mean squared difference over mean squared expectation; 0 for equal values, infinities and NaN in the same places
/// included, and infinite when those places differ.
public func normalizedError(_ actual: [Double], _ expected: [Double]) -> Double {
  guard actual.count == expected.count else { return .infinity }
  var difference = 0.0
  var size = 0.0
  for (a, e) in zip(actual, expected) {
    if a.isFinite && e.isFinite {
      difference += (a - e) * (a - e)
      size += e * e
    } else if !(a == e || (a.isNaN && e.isNaN)) {
      return .infinity
    }
  }
  return difference == 0 ? 0 : difference / max(size, .leastNormalMagnitude)
}
