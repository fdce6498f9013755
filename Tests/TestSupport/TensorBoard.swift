import Foundation

/// What TensorBoard's own Python package reads in the folder of a run.
public enum TensorBoard {
  /// What `Tests/RunsTests/read_events.py` prints: scalars, histograms, what the hparams plugin was told.
  ///
  /// - Parameter numbers: a file of float32 numbers, of which NumPy makes a histogram, `numpy`.
  public static func read(_ folder: String, numbers: String? = nil) throws -> JSON {
    let bytes = try TestPython.output(of: "RunsTests/read_events.py", [folder] + (numbers.map { [$0] } ?? []))
    return try JSONDecoder().decode(JSON.self, from: bytes)
  }
}

extension JSON {
  /// A number, whole or not; nil of anything else.
  public var double: Double? {
    switch self {
    case .number(let number): number
    case .integer(let integer): Double(integer)
    default: nil
    }
  }

  /// The keys of an object.
  public var keys: Set<String> { if case .object(let object) = self { Set(object.keys) } else { [] } }

  /// The value of a key that may have dots and slashes.
  public func value(_ key: String) -> JSON? {
    if case .object(let object) = self { object[key] } else { nil }
  }

  /// Steps and values of a scalar that TensorBoard read.
  public func scalars(_ tag: String) -> [(step: Int, value: Double)] {
    (value("scalars")?.value(tag)?.elements ?? []).map {
      (Int($0.elements[0].double ?? -1), $0.elements[1].double ?? .nan)
    }
  }
}
