import KernelParameters
import Kernels
import Recording

/// Elements put, or added, at given places of the middle axis of [outer, size, inner], in the order of the sources.
///
/// Inputs: index, source, both [outer, m, inner]; sorted indices and their order if `isSorted`; then what they are put on,
/// or zeros. Unsorted, a lane walks along a line of m sources; sorted, a lane finds the sources of its place. Both add in
/// the order of the sources, and so give the same bits.
struct Scatter: DispatchedOperation {
  enum Kind: UInt32, Sendable { case put, add }

  let kind: Kind
  let isSorted: Bool
  let hasBase: Bool
  let type: TensorType

  var name: String { kind == .put ? "scatter" : "scatter_add" }
  var identity: String? { "\(name) \(isSorted) \(hasBase)" }
  var takesStrides: Bool { true }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType { type }

  func gradients(_ application: Application) -> [Tensor?] {
    let (index, gradient) = (application.inputs[0], application.gradient)
    var result: [Tensor?] = [nil, gradient.gather(index, axis: 1)]
    if isSorted { result += [nil, nil] }
    if hasBase {
      let zeros = gradient.constant(0).expand(application.inputs[1].shape)
      result.append(kind == .add ? gradient : gradient.scatter(index, zeros, axis: 1))
    }
    return result
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    var values =
      hasBase ? inputs[inputs.count - 1].values : [Double](repeating: 0, count: type.shape.count)
    let (size, inner, count) = (type.shape[1], type.shape[2], inputs[0].type.shape[1])
    for (source, index) in inputs[0].values.enumerated() {
      let outer = source / (count * inner)
      let target = (outer * size + Int(index)) * inner + source % inner
      values[target] = (kind == .add ? values[target] : 0) + inputs[1].values[source]
    }
    return HostTensor(type: type, values: values)
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let shape = output.type.shape
    guard shape.count > 0 else { return }
    let count = inputs[0].type.shape[1]
    let base = hasBase ? inputs[inputs.count - 1] : output
    let keys = isSorted ? inputs[2] : inputs[0]
    let order = isSorted ? inputs[3] : inputs[0]
    let local = 32
    func strides(_ value: Value) -> ScatterStrides {
      ScatterStrides(
        offset: UInt32(value.elementOffset), outer: UInt32(value.layout.strides[0]),
        axis: UInt32(value.layout.strides[1]), inner: UInt32(value.layout.strides[2]))
    }
    func record(_ label: String, _ kernel: Kernel, _ first: Int, _ last: Int, lanes: Int, bindings: [Binding])
    {
      recorder.dispatch(
        Dispatch(
          label, kernel,
          specialization: [
            UInt32(local), type.dataType == .float32 ? 0 : 1, kind.rawValue, first < 0 ? 1 : 0,
            hasBase ? 1 : 0,
          ],
          parameters: ScatterParameters(
            outer: UInt32(shape[0]), size: UInt32(shape[1]), inner: UInt32(shape[2]), count: UInt32(count),
            first: UInt32(max(0, first)), last: UInt32(last), outputOffset: UInt32(output.elementOffset),
            keys: strides(keys), order: strides(order), source: strides(inputs[1]), base: strides(base)),
          bindings: bindings, groups: Groups(over: (lanes + local - 1) / local)))
    }
    record(
      "\(name): start", .scatterStart, -1, 0, lanes: shape.count,
      bindings: [.write(output.region), .read((hasBase ? base : inputs[1]).region)])
    let read = [Binding.read(keys.region), .read(inputs[1].region)] + (isSorted ? [.read(order.region)] : [])
    for first in stride(from: 0, to: count, by: 50_000) {
      record(
        name, isSorted ? .scatterSorted : .scatterLines, first, min(first + 50_000, count),
        lanes: isSorted ? shape.count : shape[0] * shape[2], bindings: [.readWrite(output.region)] + read)
    }
  }
}

extension Tensor {
  /// Puts or adds [outer, m, inner] sources on this [outer, size, inner]; `index` is [1 or outer, m, 1 or inner].
  private func scatter(_ kind: Scatter.Kind, lines index: Tensor, _ source: Tensor) -> Tensor {
    let (outer, inner, count) = (shape[0], shape[2], source.shape[1])
    let isZero = (node.operation as? Constant)?.value == 0
    let spread = index.expand(Shape([outer, count, inner]))
    var inputs = [spread, source]
    // A lane a line keeps few lines waiting; then each target looks its sources up.
    let isSorted = outer * inner < 256 && count > 512
    if isSorted {
      let last = index.movedim(1, -1)
      let order = last.argsort(bits: bits(shape[1]))
      let keys = last.gather(order)
      inputs += [keys, order].map { $0.movedim(-1, 1).expand(spread.shape) }
    }
    if !isZero { inputs.append(self) }
    return graph.apply(Scatter(kind: kind, isSorted: isSorted, hasBase: !isZero, type: type), inputs)
  }

  /// Bits of the largest index below `size`.
  private func bits(_ size: Int) -> Int { Swift.max(1, Int.bitWidth - (size - 1).leadingZeroBitCount) }

  private func scatter(_ kind: Scatter.Kind, _ index: Tensor, _ source: Tensor, _ axis: Int) -> Tensor {
    let name = kind == .put ? "scatter" : "scatter_add"
    guard let axis = self.axis(axis, of: name) else { return self }
    let fits =
      index.type.isIndex && shape.rank == index.shape.rank && shape.rank == source.shape.rank
      && dataType == source.dataType && dataType != .float16 && dataType != .bool
      && shape.dimensions.indices.allSatisfy {
        ($0 == axis || index.shape[$0] <= shape[$0]) && index.shape[$0] <= source.shape[$0]
      } && (shape[axis] > 0 || index.shape.count == 0)
    guard fits else {
      graph.fail(
        .mismatch(
          operation: name, inputs: [type, index.type, source.type],
          expected:
            "int32 or uint32 indices of the same rank, no longer than the source, nor than x but on axis \(axis)"
        ))
      return self
    }
    guard index.shape.count > 0 else { return self }
    var (base, source) = (self, source)
    for place in shape.dimensions.indices {
      if source.shape[place] > index.shape[place] {
        source = source.slice(axis: place, 0..<index.shape[place])
      }
      if place != axis, shape[place] > index.shape[place] {
        base = base.slice(axis: place, 0..<index.shape[place])
      }
    }
    let outer = index.shape.dimensions[..<axis].reduce(1, *)
    let inner = index.shape.dimensions[(axis + 1)...].reduce(1, *)
    if let constant = node.operation as? Constant { base = graph.constant(constant.value, base.type) }
    let result = base.reshape([outer, shape[axis], inner]).scatter(
      kind, lines: index.checked(name, shape[axis]).reshape([outer, index.shape[axis], inner]),
      source.reshape([outer, index.shape[axis], inner])
    ).reshape(base.shape)
    guard base.shape != shape else { return result }
    // The rest of x around it.
    let counts = shape.dimensions.indices.map { (before: 0, after: shape[$0] - base.shape[$0]) }
    let isInside = graph.constant(1, TensorType(base.shape, .int32)).pad(counts) .> 0
    return .where(isInside, result.pad(counts), self)
  }

  /// `source` put at `index` along `axis` (`torch.scatter`): y[i, index[i, j, k], k] = source[i, j, k] for axis 1. Of
  /// several for one place the last stays. Errors as `gather`.
  public func scatter(_ index: Tensor, _ source: Tensor, axis: Int = -1) -> Tensor {
    scatter(.put, index, source, axis)
  }
  /// `source` added at `index` along `axis` (`torch.scatter_add`), in the order of the source: the same bits in each run.
  /// Errors as `gather`. O(m) a line of m sources, or a stable sort of them where there are few lines.
  public func scatterAdd(_ index: Tensor, _ source: Tensor, axis: Int = -1) -> Tensor {
    scatter(.add, index, source, axis)
  }
  /// Slices of `source` added to those of this that `index`, int32 or uint32 [m], names along `axis` (`torch.index_add`),
  /// in the order of the source: the same bits in each run. Errors as `indexSelect`.
  public func indexAdd(_ index: Tensor, _ source: Tensor, axis: Int = 0) -> Tensor {
    guard let axis = self.axis(axis, of: "index_add") else { return self }
    var dimensions = shape.dimensions
    dimensions[axis] = index.shape.count
    guard index.type.isIndex, index.shape.rank == 1, source.type == TensorType(Shape(dimensions), dataType),
      dataType != .float16, dataType != .bool, shape[axis] > 0 || index.shape.count == 0
    else {
      graph.fail(
        .mismatch(
          operation: "index_add", inputs: [type, index.type, source.type],
          expected: "int32 or uint32 indices [m], and a source with m on axis \(axis)"))
      return self
    }
    guard source.shape.count > 0 else { return self }
    let outer = dimensions[..<axis].reduce(1, *)
    let inner = dimensions[(axis + 1)...].reduce(1, *)
    return reshape([outer, shape[axis], inner]).scatter(
      .add, lines: index.checked("index_add", shape[axis]).reshape([1, index.shape[0], 1]),
      source.reshape([outer, index.shape[0], inner])
    ).reshape(shape)
  }
}
