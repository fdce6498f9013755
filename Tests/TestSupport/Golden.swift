public import Learning
import Tensors


import Foundation

/// Files of numbers that others computed: `Tests/Goldens`, made by `Tools/References`.
public enum Golden {
  /// The golden file `name`.
  public static func load(_ name: String) throws -> Safetensors {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Safetensors(contentsOf: folder.appendingPathComponent("Goldens/\(name).safetensors").path)
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
