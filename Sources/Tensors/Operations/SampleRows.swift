import Recording

/// Rows of a store of samples as a batch: the way from bytes on the device to float32 pictures, one load of a row's number
/// and one of an element.
///
/// Inputs: the store, flat, float32 or bytes packed four to a uint32; the rows, uint32 [n]; with a window the first line and
/// column of each picture's part and whether it is mirrored, int32 [n] each.
struct SampleRows: IndexedOperation {
  /// Sizes of a sample's axes in the store.
  let sample: Shape
  /// Height and width of the part of pictures that is taken; nil for whole samples.
  let window: Pair?
  let check: IndexCheck

  var name: String { "sample_rows" }
  var identity: String? { "sample_rows \(sample) \(window.map { "\($0)" } ?? "") \(check)" }
  var indexedInputs: Set<Int> { Set(0..<(window == nil ? 2 : 5)) }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let rows = inputs[1].shape
    guard inputs[0].shape.rank == 1, [.float32, .uint32].contains(inputs[0].dataType),
      inputs[1].dataType == .uint32, rows.rank == 1, window == nil || sample.rank == 3,
      inputs.dropFirst(2).allSatisfy({ $0 == TensorType(rows, .int32) })
    else {
      throw .mismatch(
        operation: name, inputs: inputs,
        expected: "a flat store, uint32 rows [n], and windows int32 [n] of pictures")
    }
    let dimensions = window.map { [sample[0], $0.rows, $0.columns] } ?? sample.dimensions
    return TensorType(Shape([rows.count] + dimensions))
  }

  func index(
    coordinates: [String], values: [String], load: (Int, [String]) -> String
  ) -> (expression: String, check: IndexCheck)? { (load(1, [coordinates[0]]), check) }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    let row = "\(load(1, [coordinates[0]])) * \(sample.count)u"
    guard let window else {
      let terms = zip(coordinates.dropFirst(), sample.strides).map { "\($0) * \($1)u" }
      return element("(\(([row] + terms).joined(separator: " + ")))", load)
    }
    let n = coordinates[0]
    let (height, width) = (sample[1], sample[2])
    let column = "int(\(coordinates[3]))"
    let mirrored = "(\(load(4, [n])) > 0 ? \(window.columns - 1) - \(column) : \(column))"
    let (y, x) = ("(\(load(2, [n])) + int(\(coordinates[2])))", "(\(load(3, [n])) + \(mirrored))")
    // What is negative is large as a uint.
    let isInside = "(uint(\(y)) < \(height)u && uint(\(x)) < \(width)u)"
    let place = "(\(row) + \(coordinates[1]) * \(height * width)u + uint(\(y) * \(width) + \(x)))"
    return "(\(isInside) ? \(element("(\(isInside) ? \(place) : 0u)", load)) : 0.0)"
  }

  private func element(_ place: String, _ load: (Int, [String]) -> String) -> String {
    guard isPacked else { return load(0, [place]) }
    return "(float((\(load(0, ["(\(place) >> 2)"])) >> ((\(place) & 3u) * 8u)) & 255u) * (1.0 / 255.0))"
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { place in
      var source = Array(place.dropFirst())
      if let window {
        let column = inputs[4].values[place[0]] > 0 ? window.columns - 1 - place[3] : place[3]
        source[1] = Int(inputs[2].values[place[0]]) + place[2]
        source[2] = Int(inputs[3].values[place[0]]) + column
        guard (0..<sample[1]).contains(source[1]), (0..<sample[2]).contains(source[2]) else { return 0 }
      }
      let first = Int(inputs[1].values[place[0]]) * sample.count
      let element = first + zip(source, sample.strides).reduce(0) { $0 + $1.0 * $1.1 }
      guard isPacked else { return inputs[0].values[element] }
      return Double((UInt32(inputs[0].values[element / 4]) >> UInt32(element % 4 * 8)) & 255) / 255
    }
  }

  let isPacked: Bool
}

/// The part of each picture of a batch that is looked at; what lies outside the picture is 0.
package struct PictureWindow {
  let size: Pair
  let top, left, isMirrored: Tensor

  /// - Parameters:
  ///   - top, left: first line and column in the picture, int32 [n]; may be negative.
  ///   - isMirrored: whether it is seen in a mirror, int32 [n].
  package init(height: Int, width: Int, top: Tensor, left: Tensor, isMirrored: Tensor) {
    size = Pair(height, width)
    (self.top, self.left, self.isMirrored) = (top, left, isMirrored)
  }
}

extension Tensor {
  /// Samples of this flat store by their numbers, as float32 [n, …]: this is float32, or bytes packed four to a uint32, which
  /// become numbers in 0...1.
  package func sampleRows(_ rows: Tensor, shape: Shape, window: PictureWindow? = nil) -> Tensor {
    let isPacked = dataType == .uint32
    let count = self.shape.count * (isPacked ? 4 : 1) / Swift.max(1, shape.count)
    let operation = SampleRows(
      sample: shape, window: window?.size,
      check: IndexCheck(operation: "sample_rows", limit: count, isSigned: false), isPacked: isPacked)
    return graph.apply(
      operation, [self, rows] + (window.map { [$0.top, $0.left, $0.isMirrored] } ?? []))
  }
}
