import KernelParameters
import Kernels
import Recording

/// The indices that sort the last axis of [rows, columns], equal elements in their order.
///
/// Short rows: one dispatch, a bitonic network in shared memory, O(n log² n). Long rows: a radix sort by digits of 4 bits,
/// three dispatches a digit, O(n).
struct ArgSort: DispatchedOperation {
  let isDescending: Bool
  /// Bits of a key that can differ; the others are not looked at.
  let bits: Int

  var name: String { "argsort" }
  var identity: String? { "argsort \(isDescending) \(bits)" }

  static let longestShortRow = 1024

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    TensorType(inputs[0].shape, .int32)
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    lines(inputs[0], axis: type.shape.rank - 1, type) { line in
      line.indices.sorted { a, b in
        if line[a] == line[b] || (line[a].isNaN && line[b].isNaN) { return a < b }
        let isBefore = line[b].isNaN || line[a] < line[b]
        return isBefore != isDescending
      }.map(Double.init)
    }
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let columns = output.type.shape.dimensions.last ?? 1
    guard output.type.shape.count > 0 else { return }
    let rows = output.type.shape.count / columns
    let constants = [inputs[0].type.dataType.orderCode, isDescending ? 1 : 0]
    if columns <= Self.longestShortRow {
      var size = 2
      while size < columns { size *= 2 }
      let local = min(64, max(8, size / 2))
      recorder.dispatch(
        Dispatch(
          name, .sortRows, specialization: [UInt32(local)] + constants + [UInt32(size)],
          parameters: SortParameters(
            rows: UInt32(rows), columns: UInt32(columns), chunk: 0, chunks: 0, shift: 0,
            inputOffset: UInt32(inputs[0].elementOffset), outputOffset: UInt32(output.elementOffset)),
          bindings: [.read(inputs[0].region), .write(output.region)],
          groups: Groups(over: rows)))
      return
    }
    radixSort(into: &recorder, inputs[0], output, rows: rows, columns: columns, constants)
  }

  private func radixSort(
    into recorder: inout Recorder, _ input: Value, _ output: Value, rows: Int, columns: Int,
    _ constants: [UInt32]
  ) {
    let chunk = max(256, (columns + 4095) / 4096)
    let chunks = (columns + chunk - 1) / chunk
    let type = TensorType([rows, columns], .uint32)
    let counts = recorder.scratch(TensorType([rows, 16, chunks], .uint32), label: "argsort: counts")
    let keys = (0..<2).map { recorder.scratch(type, label: "argsort: keys \($0)") }
    let places = (0..<2).map { recorder.scratch(type, label: "argsort: places \($0)") }
    let local = 32
    let groups = Groups((rows * chunks + local - 1) / local)
    let digits = (bits + 3) / 4
    for digit in 0..<digits {
      let isFirst = digit == 0
      let (source, from) = isFirst ? (input, input) : (keys[(digit + 1) % 2], places[(digit + 1) % 2])
      let to = digit == digits - 1 ? output : places[digit % 2]
      let parameters = { (inputOffset: Int, outputOffset: Int) in
        SortParameters(
          rows: UInt32(rows), columns: UInt32(columns), chunk: UInt32(chunk), chunks: UInt32(chunks),
          shift: UInt32(4 * digit), inputOffset: UInt32(inputOffset), outputOffset: UInt32(outputOffset))
      }
      let specialization = [UInt32(local)] + constants + [isFirst ? 1 : 0]
      recorder.dispatch(
        Dispatch(
          "argsort: count", .radixCount, specialization: specialization,
          parameters: parameters(source.elementOffset, 0),
          bindings: [.read(source.region), .write(counts.region)], groups: groups))
      recorder.dispatch(
        Dispatch(
          "argsort: starts", .radixStarts, specialization: [128] + constants + [0],
          parameters: parameters(0, 0),
          bindings: [.readWrite(counts.region)], groups: Groups(over: rows)))
      recorder.dispatch(
        Dispatch(
          "argsort: move", .radixMove, specialization: specialization,
          parameters: parameters(source.elementOffset, to.elementOffset),
          bindings: [
            .read(source.region), .read(counts.region), .write(keys[digit % 2].region), .write(to.region),
            .read(from.region),
          ], groups: groups))
    }
  }
}

extension DataType {
  /// The type's number in `ordered_key.glsl`.
  var orderCode: UInt32 {
    switch self {
    case .float32, .float16: 0
    case .int32: 1
    case .uint32, .bool: 2
    }
  }
}

/// Applies `body` to each line along an axis; the lines of the result may have another length.
func lines(
  _ input: HostTensor, axis: Int, _ type: TensorType, _ body: ([Double]) -> [Double]
) -> HostTensor {
  let shape = input.type.shape
  let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
  let (size, length) = (shape[axis], type.shape[axis])
  var values = [Double](repeating: 0, count: type.shape.count)
  for line in 0..<shape.dimensions[..<axis].reduce(1, *) * inner where length > 0 {
    let start = line / inner * size * inner + line % inner
    let result = body((0..<size).map { input.values[start + $0 * inner] })
    for (place, value) in result.enumerated() {
      values[line / inner * length * inner + line % inner + place * inner] = value
    }
  }
  return HostTensor(type: type, values: values)
}

extension Tensor {
  /// The indices that sort the last axis, of which only the lowest `bits` of the keys differ.
  func argsort(bits: Int) -> Tensor { graph.apply(ArgSort(isDescending: false, bits: bits), [self]) }

  /// The indices, int32, that sort `axis` (`torch.argsort`, stable): equal elements stay in their order, NaN is the largest.
  public func argsort(axis: Int = -1, descending: Bool = false) -> Tensor {
    if dataType == .float16 { return float().argsort(axis: axis, descending: descending) }
    if shape.rank == 0 { return graph.constant(0, TensorType([], .int32)) }
    guard let axis = self.axis(axis, of: "argsort") else { return self }
    return graph.apply(
      ArgSort(isDescending: descending, bits: dataType == .bool && !descending ? 1 : 32), [movedim(axis, -1)]
    ).movedim(-1, axis)
  }
  /// The elements of `axis` in order, and their indices (`torch.sort`, stable): NaN is the largest.
  public func sort(axis: Int = -1, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
    let indices = argsort(axis: axis, descending: descending)
    return (shape.rank == 0 ? self : gather(indices, axis: axis), indices)
  }
  /// The `k` largest (or smallest) elements of `axis` in order, and their indices (`torch.topk`): NaN is the largest, of
  /// equal elements the first come first.
  public func topk(_ k: Int, axis: Int = -1, largest: Bool = true) -> (values: Tensor, indices: Tensor) {
    guard let axis = self.axis(axis, of: "topk") else { return (self, self) }
    guard (0...shape[axis]).contains(k) else {
      fail("topk", "at least \(k) elements on axis \(axis)")
      return (self, self)
    }
    let indices = argsort(axis: axis, descending: largest).slice(axis: axis, 0..<k)
    return (gather(indices, axis: axis), indices)
  }
}
