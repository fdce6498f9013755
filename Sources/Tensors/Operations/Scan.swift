import KernelParameters
import Kernels
import Recording

/// Running sums, products, indices of maxima, or linear recurrences along the middle of [outer, count, inner].
///
/// Where lines are few and long they are cut into chunks: a lane joins a chunk, a lane a line scans those, a lane scans its
/// chunk from there. The order is fixed by the shape. O(n).
struct Scan: DispatchedOperation {
  enum Kind: UInt32, Sendable {
    case sum, product, indexOfMaximum
    /// y[k] = a[k]·y[k−1] + b[k], of inputs b and a.
    case recurrence
  }

  let kind: Kind
  let isReversed: Bool

  var name: String { ["cumsum", "cumprod", "cummax", "recurrence"][Int(kind.rawValue)] }
  var identity: String? { "\(name) \(isReversed)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    TensorType(inputs[0].shape, kind == .indexOfMaximum ? .int32 : inputs[0].dataType)
  }

  func gradients(_ application: Application) -> [Tensor?] {
    let (x, gradient) = (application.inputs[0], application.gradient)
    let back = Scan(kind: .recurrence, isReversed: !isReversed)
    switch kind {
    case .sum: return [gradient.graph.apply(Scan(kind: .sum, isReversed: !isReversed), [gradient])]
    case .product:
      // dx[k] = y[k−1]·s[k] with s[k] = g[k] + x[k+1]·s[k+1]: no division, so zeros do no harm.
      let rest = gradient.graph.apply(back, [gradient, shifted(x, by: -1, filling: 0)])
      return [rest * shifted(application.output, by: 1, filling: 1)]
    case .indexOfMaximum: return [nil]
    case .recurrence:
      let a = application.inputs[1]
      let total = gradient.graph.apply(back, [gradient, shifted(a, by: -1, filling: 0)])
      return [total, total * shifted(application.output, by: 1, filling: 0)]
    }
  }

  /// y[k] = x[k − step] in the direction of the scan, `value` where there is none.
  private func shifted(_ x: Tensor, by step: Int, filling value: Double) -> Tensor {
    let step = isReversed ? -step : step
    return x.pad([(0, 0), (before: step, after: -step), (0, 0)], mode: .constant(value))
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    var factors = (inputs.count > 1 ? inputs[1] : inputs[0]).values
    if inputs.count > 1, type.shape.count > 0 {
      // Beside the values, line by line.
      factors = lines(inputs[1], axis: 1, type) { isReversed ? $0.reversed() : $0 }.values
    }
    let inner = type.shape[2]
    var line = -1
    return lines(inputs[0], axis: 1, type) { values in
      line += 1
      let order = isReversed ? Array(values.indices.reversed()) : Array(values.indices)
      var result = values
      var state = kind == .product ? 1.0 : 0
      for (place, index) in order.enumerated() {
        let value = values[index]
        switch kind {
        case .sum: state += value
        case .product: state *= value
        case .indexOfMaximum:
          let best = values[Int(state)]
          if place == 0 || value.isNaN || value >= best { state = Double(index) }
        case .recurrence:
          let start = line / inner * values.count * inner + line % inner
          state = factors[start + place * inner] * state + value
        }
        result[index] = state
      }
      return result
    }
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let shape = output.type.shape
    guard shape.count > 0 else { return }
    let lines = shape[0] * shape[2]
    let wanted = lines >= 512 ? 1 : max(1, min(1024 / lines, shape[1] / 64))
    let chunk = min(30_000, (shape[1] + wanted - 1) / wanted)
    let chunks = (shape[1] + chunk - 1) / chunk
    let totals = recorder.scratch(TensorType([chunks, lines, 2], .uint32), label: "\(name): totals")
    let local = 32
    let second = inputs[inputs.count - 1]
    for step in (chunks > 1 ? 0 : 2)..<3 {
      let lanes = step == 1 ? lines : lines * chunks
      recorder.dispatch(
        Dispatch(
          ["\(name): totals", "\(name): chunks", name][step], .scan,
          specialization: [
            UInt32(local), inputs[0].type.dataType.orderCode, kind.rawValue, UInt32(step), isReversed ? 1 : 0,
          ],
          parameters: ScanParameters(
            lines: UInt32(lines), count: UInt32(shape[1]), inner: UInt32(shape[2]), chunk: UInt32(chunk),
            chunks: UInt32(chunks), inputOffset: UInt32(inputs[0].elementOffset),
            secondOffset: UInt32(second.elementOffset), outputOffset: UInt32(output.elementOffset)),
          bindings: [
            .read(inputs[0].region), .read(second.region),
            step == 0 || chunks == 1 ? .write(totals.region) : .readWrite(totals.region),
            .write(step == 2 ? output.region : totals.region),
          ], groups: Groups(over: (lanes + local - 1) / local)))
    }
  }
}

extension Tensor {
  private func scan(_ kind: Scan.Kind, _ name: String, _ axis: Int) -> Tensor {
    if dataType == .float16 { return float().scan(kind, name, axis).half() }
    if shape.rank == 0 { return reshape([1]).scan(kind, name, 0).reshape([]) }
    guard let axis = self.axis(axis, of: name) else { return self }
    guard dataType != .bool else {
      fail(name, "float32, float16, int32 or uint32")
      return self
    }
    let outer = shape.dimensions[..<axis].reduce(1, *)
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    return graph.apply(Scan(kind: kind, isReversed: false), [reshape([outer, shape[axis], inner])])
      .reshape(shape)
  }
  /// Running sum along `axis` (`torch.cumsum`); integers keep their type and wrap around.
  public func cumsum(axis: Int) -> Tensor { scan(.sum, "cumsum", axis) }
  /// Running product along `axis` (`torch.cumprod`); integers keep their type and wrap around.
  public func cumprod(axis: Int) -> Tensor { scan(.product, "cumprod", axis) }
  /// Running maximum along `axis` and its index, int32, of equal ones the last (`torch.cummax`).
  public func cummax(axis: Int) -> (values: Tensor, indices: Tensor) {
    if dataType == .float16 {
      let result = float().cummax(axis: axis)
      return (result.values.half(), result.indices)
    }
    let indices = scan(.indexOfMaximum, "cummax", axis)
    return (indices.dataType == .int32 && shape.rank > 0 ? gather(indices, axis: axis) : self, indices)
  }
}
