import KernelParameters
import Kernels
import Recording

/// Where the largest element under each place of a window lies: the first of equal ones, as row·w + column of its picture.
///
/// x [n, c, h, w] → int32 [n, c, h′, w′], as `torch.nn.functional.max_pool2d` with `return_indices`; a NaN is the largest.
struct MaxPoolIndices: DispatchedOperation {
  let window: SlidingWindow
  let ceiling: Bool

  var name: String { "max_pool2d" }
  var identity: String? { "\(name) \(window) \(ceiling)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let x = inputs[0].shape
    func mismatch(_ expected: String) -> GraphError {
      .mismatch(operation: name, inputs: inputs, expected: expected)
    }
    guard inputs[0].dataType == .float32, x.rank == 4 else { throw mismatch("float32 x [n, c, h, w]") }
    guard let places = window.places(in: x.picture, ceiling: ceiling), window.isShortEnough else {
      throw mismatch(window.fitting(x.picture))
    }
    guard window.padding.map(window.extent, { $1 - 2 * $0 }).allSatisfy({ $0 >= 0 }) else {
      throw mismatch("a padding of at most half of the window's \(window.extent)")
    }
    return TensorType([x[0], x[1], places.rows, places.columns], .int32)
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let x = inputs[0]
    let size = x.type.shape.picture
    return HostTensor(type) { place in
      var (best, index) = (-Double.infinity, -1)
      for ky in 0..<window.kernel.rows {
        for kx in 0..<window.kernel.columns {
          let row = place[2] * window.stride.rows + ky * window.dilation.rows - window.padding.rows
          let column =
            place[3] * window.stride.columns + kx * window.dilation.columns - window.padding.columns
          guard row >= 0, row < size.rows, column >= 0, column < size.columns else { continue }
          let value = x[[place[0], place[1], row, column]]
          if index < 0 || value > best || value.isNaN { (best, index) = (value, row * size.columns + column) }
        }
      }
      return Double(index)
    }
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    recorder.pool(name, .maxPoolIndices, window, x: inputs[0], y: output)
  }
}

/// Elements of pictures by their place: y[n, c, p] = x[n, c, index[n, c, p]].
struct PictureGather: IndexedOperation {
  let window: SlidingWindow
  /// The size of the pictures of x.
  let size: Pair

  var name: String { "max_pool2d" }
  var identity: String? { "\(name) gather \(window) \(size)" }
  var indexedInputs: Set<Int> { [0] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    TensorType(inputs[1].shape, inputs[0].dataType)
  }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    // One dimension short of the picture's shape: its rows and columns are one axis.
    load(0, [coordinates[0], coordinates[1], "uint(\(values[1]))"])
  }

  func gradients(_ application: Application) -> [Tensor?] {
    let scatter = PictureScatter(window: window, size: size)
    return [application.output.graph.apply(scatter, [application.gradient, application.inputs[1]]), nil]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { place in inputs[0][[place[0], place[1], Int(inputs[1][place])]] }
  }
}

/// The gradient of `PictureGather`: dx[n, c, i] = Σ of dy[n, c, p] over the places p that chose element i, in their order.
struct PictureScatter: DispatchedOperation {
  let window: SlidingWindow
  /// The size of the pictures of dx.
  let size: Pair

  var name: String { "max_pool2d_backward" }
  var identity: String? { "\(name) \(window) \(size)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let shape = inputs[0].shape
    return TensorType([shape[0], shape[1], size.rows * size.columns])
  }

  func gradients(_ application: Application) -> [Tensor?] {
    let gather = PictureGather(window: window, size: size)
    return [application.output.graph.apply(gather, [application.gradient, application.inputs[1]]), nil]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    var values = [Double](repeating: 0, count: type.shape.count)
    let places = inputs[0].type.shape.picture.rows * inputs[0].type.shape.picture.columns
    for (place, value) in inputs[0].values.enumerated() {
      values[place / places * size.rows * size.columns + Int(inputs[1].values[place])] += value
    }
    return HostTensor(type: type, values: values)
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let type = TensorType([output.type.shape[0], output.type.shape[1], size.rows, size.columns])
    let x = Value(region: output.region, layout: .contiguous(type.shape), type: type)
    recorder.pool(name, .maxPoolBackward, window, x: x, y: inputs[0], indices: inputs[1])
  }
}

extension Tensor {
  /// The largest element under each place of a window, as `torch.nn.functional.max_pool2d`.
  ///
  /// This [n, c, h, w] → [n, c, h′, w′]; the stride is the kernel's size where none is given. The gradient goes to the first of
  /// equal elements. Where one is NaN, the result is.
  public func maxPool2d(
    _ kernel: Pair, stride: Pair? = nil, padding: Pair = 0, dilation: Pair = 1, ceilMode: Bool = false
  ) -> Tensor {
    let window = SlidingWindow(kernel: kernel, stride: stride ?? kernel, padding: padding, dilation: dilation)
    let indices = graph.apply(MaxPoolIndices(window: window, ceiling: ceilMode), [self])
    guard indices.dataType == .int32 else { return self }
    let pixels = reshape([shape[0], shape[1], shape[2] * shape[3]])
    return graph.apply(PictureGather(window: window, size: shape.picture), [pixels, indices])
  }
}
