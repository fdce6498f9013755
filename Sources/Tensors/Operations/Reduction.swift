import KernelParameters
import Kernels
import Recording

/// A sum, mean or maximum over one run of adjacent axes.
struct Reduction: DispatchedOperation {
  enum Kind: UInt32, Sendable { case sum, mean, maximum }

  let kind: Kind
  let axes: Range<Int>

  var name: String { ["sum", "mean", "amax"][Int(kind.rawValue)] }
  var identity: String? { "\(name) \(axes)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs[0].dataType == .float32, axes.upperBound <= inputs[0].shape.rank,
      kind == .sum || inputs[0].shape.count > 0
    else {
      throw .mismatch(operation: name, inputs: inputs, expected: "float32 with axes \(axes), not empty")
    }
    var dimensions = inputs[0].shape.dimensions
    for axis in axes { dimensions[axis] = 1 }
    return TensorType(Shape(dimensions))
  }

  func gradients(_ application: Application) -> [Tensor?] {
    let input = application.inputs[0]
    let spread = application.gradient.expand(input.shape)
    switch kind {
    case .sum: return [spread]
    case .mean: return [spread / Double(sizes(input.shape).reduced)]
    case .maximum:
      // As torch.amax: equal maxima share the gradient.
      let isMaximum = (input .== application.output.expand(input.shape)).float()
      let ties = isMaximum.graph.apply(Reduction(kind: .sum, axes: axes), [isMaximum])
      return [spread * isMaximum / ties.expand(input.shape)]
    }
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let shape = inputs[0].type.shape
    let (_, reduced, inner) = sizes(shape)
    return HostTensor(
      type: type,
      values: (0..<type.shape.count).map { output in
        let run = (0..<reduced).map { index in
          inputs[0].values[(output / inner * reduced + index) * inner + output % inner]
        }
        switch kind {
        case .sum: return run.reduce(0, +)
        case .mean: return run.reduce(0, +) / Double(reduced)
        case .maximum: return run.max() ?? -.infinity
        }
      })
  }

  private func sizes(_ shape: Shape) -> (outer: Int, reduced: Int, inner: Int) {
    (
      shape.dimensions[..<axes.lowerBound].reduce(1, *), shape.dimensions[axes].reduce(1, *),
      shape.dimensions[axes.upperBound...].reduce(1, *)
    )
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let (outer, reduced, inner) = sizes(inputs[0].type.shape)
    recorder.reduce(
      name, kind: kind, input: inputs[0], output: output, outer: outer, reduced: reduced, inner: inner)
  }
}

extension Recorder {
  /// Records the kernels that reduce the middle of [outer, reduced, inner] to [outer, inner].
  ///
  /// Lanes share an output when there are few, and long runs are split in two steps, always in one fixed order.
  mutating func reduce(
    _ label: String, kind: Reduction.Kind, input: Value, output: Value, outer: Int, reduced: Int, inner: Int
  ) {
    let outputs = outer * inner
    let local = 64
    var lanes = 1
    while lanes < local, lanes * 16 <= reduced, outputs * lanes < 1024 { lanes *= 2 }
    let scale: Float = kind == .mean ? 1 / Float(reduced) : 1
    let busy = outputs * lanes <= 4 * local ? min(64, reduced / (lanes * 512)) : 1
    let parts = max(1, busy, (reduced / lanes + maximumLoopRounds - 1) / maximumLoopRounds)
    let groups = { (parts: Int) in Groups((outputs * lanes + local - 1) / local, parts) }
    let code = (kind == .maximum ? 1 : 0) as UInt32
    var source = (input, reduced)
    if parts > 1 {
      let partial = scratch(TensorType([parts, outputs]), label: "\(label): parts")
      let length = (reduced + parts - 1) / parts
      dispatch(
        Dispatch(
          "\(label): parts", .reduce, specialization: [UInt32(local), UInt32(lanes), code],
          parameters: ReduceParameters(
            outer: UInt32(outer), reduced: UInt32(reduced), inner: UInt32(inner), partLength: UInt32(length),
            inputOffset: UInt32(input.elementOffset), outputOffset: 0, scale: 1),
          bindings: [.read(input.region), .write(partial.region)], groups: groups(parts),
          flops: outputs * reduced))
      source = (partial, parts)
    }
    let single = parts == 1
    dispatch(
      Dispatch(
        label, .reduce, specialization: [UInt32(local), single ? UInt32(lanes) : 1, code],
        parameters: ReduceParameters(
          outer: single ? UInt32(outer) : 1, reduced: UInt32(source.1),
          inner: UInt32(single ? inner : outputs),
          partLength: UInt32(source.1), inputOffset: UInt32(source.0.elementOffset),
          outputOffset: UInt32(output.elementOffset), scale: scale),
        bindings: [.read(source.0.region), .write(output.region)],
        groups: single ? groups(1) : Groups((outputs + local - 1) / local), flops: outputs * source.1))
  }

  /// Memory for a value that lives within one operation.
  mutating func scratch(_ type: TensorType, label: String) -> Value {
    Value(
      region: transient(
        byteCount: type.byteCount, label: label, holdsFloats: type.dataType == .float32),
      layout: .contiguous(type.shape), type: type)
  }
}

extension Tensor {
  private func reduce(_ kind: Reduction.Kind, _ axes: [Int]?, _ keepDimensions: Bool) -> Tensor {
    let all = axes ?? Array(0..<shape.rank)
    let normalized = all.compactMap { shape.normalized(axis: $0) }
    guard normalized.count == all.count, Set(normalized).count == all.count else {
      graph.fail(.mismatch(operation: "reduction", inputs: [type], expected: "distinct axes among \(all)"))
      return self
    }
    // One run of adjacent axes at a time, from the back.
    var result = self
    var rest = normalized.sorted()
    while let last = rest.popLast() {
      var first = last
      while rest.last == first - 1, let next = rest.popLast() { first = next }
      let reduced = graph.apply(Reduction(kind: kind, axes: first..<last + 1), [result])
      // A sum of nothing: there is no memory to read.
      result =
        result.shape.count == 0 && reduced.shape.count > 0 ? graph.constant(0, reduced.type) : reduced
    }
    let kept = shape.dimensions.indices.filter { keepDimensions || !normalized.contains($0) }
    return result.reshape(Shape(kept.map { result.shape[$0] }))
  }

  /// Sum over `axes`, or over all.
  public func sum(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.sum, axes, keepDimensions)
  }
  /// Mean over `axes`, or over all.
  public func mean(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.mean, axes, keepDimensions)
  }
  /// Largest element over `axes`, or over all (`torch.amax`).
  public func max(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.maximum, axes, keepDimensions)
  }
  /// Variance over `axes`, or over all: the mean squared distance from the mean, times n/(n − correction).
  public func variance(axes: [Int]? = nil, correction: Double = 1, keepDimensions: Bool = false) -> Tensor {
    let squares = (self - mean(axes: axes, keepDimensions: true)).square()
    let mean = squares.mean(axes: axes, keepDimensions: keepDimensions)
    let count = Double(shape.count / Swift.max(1, mean.shape.count))
    return mean * (count / (count - correction))
  }
}
