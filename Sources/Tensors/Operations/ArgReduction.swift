import KernelParameters
import Kernels
import Recording

/// The first index of the largest or smallest element along one axis; of the first NaN where there is one.
struct ArgReduction: DispatchedOperation {
  let isSmallest: Bool
  let axis: Int

  var name: String { isSmallest ? "argmin" : "argmax" }
  var identity: String? { "\(name) \(axis)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    var dimensions = inputs[0].shape.dimensions
    guard dimensions[axis] > 0 else {
      throw .mismatch(operation: name, inputs: inputs, expected: "an axis \(axis) that isn't empty")
    }
    dimensions[axis] = 1
    return TensorType(Shape(dimensions), .int32)
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    lines(inputs[0], axis: axis, type) { line in
      if let first = line.firstIndex(where: \.isNaN) { return [Double(first)] }
      let best = (isSmallest ? line.min() : line.max()) ?? 0
      return [Double(line.firstIndex(of: best) ?? 0)]
    }
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let shape = inputs[0].type.shape
    guard output.type.shape.count > 0 else { return }
    let outer = shape.dimensions[..<axis].reduce(1, *)
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    let outputs = outer * inner
    let wanted = min(max(1, 1024 / outputs), max(1, shape[axis] / 64))
    let length = min(maximumLoopRounds / 2, (shape[axis] + wanted - 1) / wanted)
    let parts = (shape[axis] + length - 1) / length
    let local = 32
    let groups = (outputs + local - 1) / local
    let candidates =
      parts > 1 ? recorder.scratch(TensorType([parts, outputs], .uint32), label: "\(name): parts") : output
    for step in 0..<(parts > 1 ? 2 : 1) {
      let target = step == 0 ? candidates : output
      recorder.dispatch(
        Dispatch(
          step == 0 && parts > 1 ? "\(name): parts" : name, .argReduce,
          specialization: [
            UInt32(local), inputs[0].type.dataType.orderCode, isSmallest ? 1 : 0, UInt32(step),
          ],
          parameters: ArgReduceParameters(
            outer: UInt32(outer), reduced: UInt32(shape[axis]), inner: UInt32(inner),
            partLength: UInt32(length), parts: UInt32(parts), inputOffset: UInt32(inputs[0].elementOffset),
            outputOffset: UInt32(target.elementOffset)),
          bindings: [
            .read(inputs[0].region), .read(step == 0 ? inputs[0].region : candidates.region),
            .write(target.region),
          ], groups: Groups(over: groups, parts: step == 0 ? parts : 1)))
    }
  }
}

extension Tensor {
  private func reduceIndex(_ isSmallest: Bool, _ axis: Int?, _ keepDimensions: Bool) -> Tensor {
    if dataType == .float16 { return float().reduceIndex(isSmallest, axis, keepDimensions) }
    guard let axis else {
      let index = reshape([shape.count]).reduceIndex(isSmallest, 0, false)
      return keepDimensions ? index.reshape(Shape(shape.dimensions.map { _ in 1 })) : index
    }
    let operation = ArgReduction(isSmallest: isSmallest, axis: 0)
    if shape.rank == 0 { return graph.constant(0, TensorType([], .int32)) }
    guard let axis = self.axis(axis, of: operation.name) else { return self }
    let index = graph.apply(ArgReduction(isSmallest: isSmallest, axis: axis), [self])
    return keepDimensions ? index : index.squeeze(axis)
  }
  /// Index, int32, of the largest element along `axis`, or of all (`torch.argmax`); the first of equal ones, or of NaN.
  public func argmax(axis: Int? = nil, keepDimensions: Bool = false) -> Tensor {
    reduceIndex(false, axis, keepDimensions)
  }
  /// Index, int32, of the smallest element along `axis`, or of all (`torch.argmin`); the first of equal ones, or of NaN.
  public func argmin(axis: Int? = nil, keepDimensions: Bool = false) -> Tensor {
    reduceIndex(true, axis, keepDimensions)
  }
}
