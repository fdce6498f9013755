import KernelParameters
import Kernels
import Recording

/// `y = x − log Σ exp x` over the last axis, shifted by the largest element so that nothing overflows.
struct LogSoftmax: DispatchedOperation {
  /// A lane walks along a row four times.
  static let maximumColumns = maximumLoopRounds / 4

  var name: String { "log_softmax" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs[0].dataType == .float32 else {
      throw .mismatch(operation: name, inputs: inputs, expected: "float32")
    }
    return inputs[0]
  }

  func gradients(_ application: Application) -> [Tensor?] {
    [application.output.graph.apply(LogSoftmaxGradient(), [application.output, application.gradient])]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    rowwise(inputs, type) { rows in
      let largest = rows[0].max() ?? 0
      let sum = Elementwise.log.scalar([rows[0].reduce(0) { $0 + Elementwise.exp.scalar([$1 - largest]) }])
      return rows[0].map { $0 - largest - sum }
    }
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    recorder.rows(name, .logSoftmax, inputs, output)
  }
}

/// `dx = g − exp(y)·Σ g` over the last axis, from y = log_softmax(x) and the gradient g of y.
struct LogSoftmaxGradient: DispatchedOperation {
  var name: String { "log_softmax_backward" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType { inputs[0] }

  func gradients(_ application: Application) -> [Tensor?] {
    let (y, g) = (application.inputs[0], application.inputs[1])
    let total = g.sum(axes: [-1], keepDimensions: true)
    let upstream = application.gradient
    let weighted = (upstream * y.exp()).sum(axes: [-1], keepDimensions: true)
    return [-(upstream * y.exp() * total), upstream - weighted]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    rowwise(inputs, type) { rows in
      let total = rows[1].reduce(0, +)
      return zip(rows[0], rows[1]).map { $1 - Elementwise.exp.scalar([$0]) * total }
    }
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    recorder.rows(name, .logSoftmaxBackward, inputs, output)
  }
}

/// Applies `body` to each row of the last axis.
private func rowwise(
  _ inputs: [HostTensor], _ type: TensorType, _ body: ([[Double]]) -> [Double]
) -> HostTensor {
  let columns = type.shape.dimensions.last ?? 1
  guard columns > 0 else { return HostTensor(type: type, values: []) }
  let rows = type.shape.count / columns
  return HostTensor(
    type: type,
    values: (0..<rows).flatMap { row in
      body(inputs.map { Array($0.values[row * columns..<(row + 1) * columns]) })
    })
}

extension Recorder {
  /// A kernel that gives each row of the last axis to one lane.
  fileprivate mutating func rows(_ label: String, _ kernel: Kernel, _ inputs: [Value], _ output: Value) {
    let columns = output.type.shape.dimensions.last ?? 1
    guard output.type.shape.count > 0 else { return }
    let rows = output.type.shape.count / columns
    let local = 32
    dispatch(
      Dispatch(
        label, kernel, specialization: [UInt32(local)],
        parameters: RowsParameters(
          rows: UInt32(rows), columns: UInt32(columns), inputOffset: UInt32(inputs[0].elementOffset),
          secondOffset: UInt32(inputs.last?.elementOffset ?? 0), outputOffset: UInt32(output.elementOffset)),
        bindings: inputs.map { .read($0.region) } + [.write(output.region)],
        groups: Groups((rows + local - 1) / local)))
  }
}

extension Tensor {
  /// Logarithm of the softmax over an axis (`torch.log_softmax`).
  public func logSoftmax(axis: Int = -1) -> Tensor {
    guard let position = shape.normalized(axis: axis) else {
      graph.fail(.mismatch(operation: "log_softmax", inputs: [type], expected: "an axis \(axis)"))
      return self
    }
    if shape[position] > LogSoftmax.maximumColumns {
      return self - logSumExp(axes: [position], keepDimensions: true)
    }
    if position == shape.rank - 1 { return graph.apply(LogSoftmax(), [self]) }
    var axes = Array(0..<shape.rank)
    axes.swapAt(position, axes.count - 1)
    return permute(axes).logSoftmax().permute(axes)
  }
  /// Softmax over an axis (`torch.softmax`).
  public func softmax(axis: Int = -1) -> Tensor { logSoftmax(axis: axis).exp() }
}
