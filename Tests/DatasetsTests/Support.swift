import Datasets
import Foundation
import Learning
import Tensors
import TestSupport
import Testing

/// The path of the file `name` that `Tools/References/datasets.py` wrote.
func file(_ name: String) -> String { Golden.path("datasets/\(name)") }

/// What NumPy, Pillow or Python read from that file, with its shape.
func golden(_ name: String) throws -> (shape: Shape, numbers: [Float]) {
  let entry = try #require(try Golden.load("datasets").tensors[name], "\(name)")
  let numbers: [Float] =
    switch entry.type.dataType {
    case .int32: entry.elements(Int32.self).map { Float($0) }
    case .uint32: entry.elements(UInt32.self).map { Float($0) }
    default: entry.elements()
    }
  return (entry.type.shape, numbers)
}

extension Samples {
  /// All elements; bytes as they are.
  var numbers: [Float] {
    withBytes(0..<count) { bytes in
      (0..<count * shape.count).map {
        element == .uint8
          ? Float(bytes[$0]) : bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
      }
    }
  }
}

extension Dataset {
  /// The classes and their names, or nil.
  var classes: (labels: [Int32], names: [String])? {
    if case .classes(let labels, let names) = targets { (labels, names) } else { nil }
  }
}

/// Expects a `DataError` whose sentence holds each of `facts`.
func expectError(
  _ facts: String..., at location: SourceLocation = #_sourceLocation, from body: () throws -> Void
) {
  let error = #expect(throws: DataError.self, sourceLocation: location) { try body() }
  for fact in facts {
    #expect(error?.description.contains(fact) == true, "\(fact)", sourceLocation: location)
  }
}

/// Reads a file as input to predict.
func read(_ path: String, shape: Shape? = nil) throws -> Samples {
  var options = DataOptions(.prediction)
  options.shape = shape
  return try PredictionInput.open(path, options: options).samples
}

/// The bytes of a file.
func bytes(of path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
