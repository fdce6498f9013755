import Recording

/// `y[n, o] = bias[o] + Σ weights[o, c] ∗ x[n, c]` over the channels c of o's group, as `torch.nn.functional.conv2d`.
///
/// x [n, groups·c, h, w], weights [groups·o, c, kh, kw], bias [groups·o] → [n, groups·o, h′, w′]. Transposed, it is the
/// gradient of a convolution with respect to x: the weights lead from its inputs to its results just the same.
struct Convolution: DispatchedOperation, PictureOperation {
  let window: SlidingWindow
  let groups: Int
  /// The pictures' size where strides lie in x and not in y; nil for a convolution.
  var transposedSize: Pair?
  /// Whether x and y are [c, h, w, n], as lowering makes them.
  var isBatchLast = false

  var name: String { transposedSize == nil ? "conv2d" : "conv_transpose2d" }
  var identity: String? { "\(name) \(window) \(groups) \(transposedSize.map { "\($0)" } ?? "")" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let (x, weights) = (inputs[0].shape, inputs[1].shape)
    func mismatch(_ expected: String) -> GraphError {
      .mismatch(operation: name, inputs: inputs, expected: expected)
    }
    guard inputs.allSatisfy({ $0.dataType == .float32 }), x.rank == 4, weights.rank == 4,
      weights.dimensions.allSatisfy({ $0 > 0 })
    else {
      throw mismatch("float32 x [n, c, h, w] and weights [o, c/groups, kh, kw], none of them empty but n")
    }
    guard groups > 0, x[1] < 1 << 16, x[1] % groups == 0, weights[0] % groups == 0,
      weights[1] == x[1] / groups
    else {
      throw mismatch(
        "fewer than 65536 channels that divide by groups = \(groups), and weights [o, c/groups, kh, kw] with c = \(x[1])"
      )
    }
    guard inputs.count == 2 || inputs[2].shape == [weights[0]] else {
      throw mismatch("a bias [\(weights[0])]")
    }
    guard weights[1] * weights[2] * weights[3] <= 1 << 20 else {
      throw mismatch("at most \(1 << 20) weights for each channel of the result")
    }
    let size = transposedSize ?? x.picture
    guard let places = window.places(in: size) else { throw mismatch(window.fitting(size)) }
    guard transposedSize == nil || places == x.picture else {
      throw mismatch("pictures of \(places), which a convolution makes of \(size)")
    }
    let result = transposedSize ?? places
    return TensorType([x[0], weights[0], result.rows, result.columns])
  }

  func gradients(_ application: Application) -> [Tensor?] {
    let (x, weights) = (application.inputs[0], application.inputs[1])
    let gradient = application.gradient
    let back = weights.exchangingChannels(groups: groups)
    let xGradient: Tensor
    let weightGradient: Tensor
    if transposedSize == nil {
      xGradient = gradient.convolution(
        Convolution(window: window, groups: groups, transposedSize: x.shape.picture), back)
      weightGradient = x.weightGradient(gradient, window, groups)
    } else {
      xGradient = gradient.convolution(Convolution(window: window, groups: groups), back)
      weightGradient = gradient.weightGradient(x, window, groups).exchangingChannels(groups: groups)
    }
    return [xGradient, weightGradient]
      + application.inputs.dropFirst(2).map { _ in gradient.sum(axes: [0, 2, 3]) }
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let (x, weights) = (inputs[0], inputs[1].type.shape)
    let outputs = weights[0] / groups
    return HostTensor(type) { place in
      var sum = inputs.count == 3 ? inputs[2].values[place[1]] : 0
      for ky in 0..<weights[2] {
        guard let row = element(place[2], ky, \.rows, x.type.shape[2]) else { continue }
        for kx in 0..<weights[3] {
          guard let column = element(place[3], kx, \.columns, x.type.shape[3]) else { continue }
          let plane = place[0] * x.type.shape[1] + place[1] / outputs * weights[1]
          sum += dotProduct(
            x.values, from: (plane * x.type.shape[2] + row) * x.type.shape[3] + column,
            step: x.type.shape[2] * x.type.shape[3],
            inputs[1].values, from: (place[1] * weights[1] * weights[2] + ky) * weights[3] + kx,
            step: weights[2] * weights[3], count: weights[1])
        }
      }
      return sum
    }
  }

  /// The row or column of x under a tap, nil for padding.
  private func element(_ place: Int, _ tap: Int, _ path: KeyPath<Pair, Int>, _ size: Int) -> Int? {
    let (stride, padding) = (window.stride[keyPath: path], window.padding[keyPath: path])
    let dilation = window.dilation[keyPath: path]
    if transposedSize != nil {
      let at = place + padding - tap * dilation
      return at >= 0 && at % stride == 0 && at / stride < size ? at / stride : nil
    }
    let at = SlidingWindow.element(place, tap, stride: stride, padding: padding, dilation: dilation)
    return at >= 0 && at < size ? at : nil
  }

  var pictures: Set<Int> { [0] }
  var givesPictures: Bool { true }

  func batchLast(_ inputs: [TensorType], _ type: TensorType) -> (any Operation)? {
    guard DepthwiseTile(batchLast: shape(inputs[0], inputs[1], type)) != nil else { return nil }
    var form = self
    form.isBatchLast = true
    return form
  }

  private func shape(_ x: TensorType, _ weights: TensorType, _ y: TensorType) -> ConvolutionShape {
    ConvolutionShape(
      window: window, groups: groups, weights: weights.shape, isTransposed: transposedSize != nil,
      x: x.shape.picture(isBatchLast), y: y.shape.picture(isBatchLast))
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    guard output.type.shape.count > 0 else { return }
    let shape = shape(inputs[0].type, inputs[1].type, output.type)
    let bias = inputs.dropFirst(2).first
    if isBatchLast, let tile = DepthwiseTile(batchLast: shape) {
      recorder.depthwise(name, shape, tile, x: inputs[0], weights: inputs[1], bias: bias, y: output)
      return
    }
    guard let tile = DepthwiseTile(shape) else {
      recorder.convolution(name, shape, x: inputs[0], weights: inputs[1], bias: bias, y: output)
      return
    }
    for images in recorder.imageRanges(of: [inputs[0], output]) {
      let (x, y) = (inputs[0].images(images), output.images(images))
      recorder.depthwise(name, shape, tile, x: x, weights: inputs[1], bias: bias, y: y)
    }
  }
}

/// The gradient of a convolution's weights: `dw[o, c] = Σ over n of x[n, c] under the window, times dy[n, o]`.
///
/// x [n, groups·c, h, w], dy [n, groups·o, h′, w′] → [groups·o, c, kh, kw].
struct ConvolutionWeights: DispatchedOperation, PictureOperation {
  let window: SlidingWindow
  let groups: Int
  /// Whether x and dy are [c, h, w, n], as lowering makes them.
  var isBatchLast = false

  var name: String { "conv2d_weights" }
  var identity: String? { "\(name) \(window) \(groups)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let (x, gradient) = (inputs[0].shape, inputs[1].shape)
    guard inputs.allSatisfy({ $0.dataType == .float32 }), x.rank == 4, gradient.rank == 4,
      x[0] == gradient[0],
      x[1] % groups == 0, gradient[1] % groups == 0, window.places(in: x.picture) == gradient.picture
    else {
      throw .mismatch(operation: name, inputs: inputs, expected: "x and the gradient of its convolution")
    }
    return TensorType([gradient[1], x[1] / groups, window.kernel.rows, window.kernel.columns])
  }

  func gradients(_ application: Application) -> [Tensor?] {
    // Linear in both inputs: ⟨u, dw⟩ = ⟨conv(x, u), dy⟩.
    let (x, gradient, upstream) = (application.inputs[0], application.inputs[1], application.gradient)
    let back = Convolution(window: window, groups: groups, transposedSize: x.shape.picture)
    return [
      gradient.convolution(back, upstream.exchangingChannels(groups: groups)),
      x.convolution(Convolution(window: window, groups: groups), upstream),
    ]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let (x, gradient) = (inputs[0], inputs[1])
    let (size, places) = (x.type.shape.picture, gradient.type.shape.picture)
    let outputs = gradient.type.shape[1] / groups
    func element(_ place: Int, _ tap: Int, _ path: KeyPath<Pair, Int>) -> Int? {
      let at = SlidingWindow.element(
        place, tap, stride: window.stride[keyPath: path], padding: window.padding[keyPath: path],
        dilation: window.dilation[keyPath: path])
      return at >= 0 && at < size[keyPath: path] ? at : nil
    }
    return HostTensor(type) { tap in
      var sum = 0.0
      let channel = tap[0] / outputs * type.shape[1] + tap[1]
      for row in 0..<places.rows {
        guard let fromRow = element(row, tap[2], \.rows) else { continue }
        for column in 0..<places.columns {
          guard let fromColumn = element(column, tap[3], \.columns) else { continue }
          sum += dotProduct(
            x.values, from: (channel * size.rows + fromRow) * size.columns + fromColumn,
            step: x.type.shape[1] * size.rows * size.columns,
            gradient.values, from: (tap[0] * places.rows + row) * places.columns + column,
            step: gradient.type.shape[1] * places.rows * places.columns, count: x.type.shape[0])
        }
      }
      return sum
    }
  }

  var pictures: Set<Int> { [0, 1] }
  var givesPictures: Bool { false }

  func batchLast(_ inputs: [TensorType], _ type: TensorType) -> (any Operation)? {
    let shape = shape(inputs[0], inputs[1], type)
    guard shape.inputs == 1, DepthwiseTile(batchLast: shape) != nil else { return nil }
    var form = self
    form.isBatchLast = true
    return form
  }

  private func shape(_ x: TensorType, _ gradient: TensorType, _ weights: TensorType) -> ConvolutionShape {
    ConvolutionShape(
      window: window, groups: groups, weights: weights.shape, isTransposed: false,
      x: x.shape.picture(isBatchLast), y: gradient.shape.picture(isBatchLast))
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let shape = shape(inputs[0].type, inputs[1].type, output.type)
    if isBatchLast, let tile = DepthwiseTile(batchLast: shape) {
      recorder.depthwiseWeights(name, shape, tile, x: inputs[0], gradient: inputs[1], output: output)
      return
    }
    guard shape.inputs == 1, let tile = DepthwiseTile(shape) else {
      recorder.weightGradient(name, shape, x: inputs[0], gradient: inputs[1], output: output)
      return
    }
    recorder.depthwiseWeights(name, shape, tile, x: inputs[0], gradient: inputs[1], output: output)
  }
}

extension Tensor {
  /// Convolution of pictures, as `torch.nn.functional.conv2d`.
  ///
  /// This [n, c, h, w], `weight` [o, c/groups, kh, kw], `bias` [o] → [n, o, h′, w′] with
  /// h′ = (h + 2·padding − dilation·(kh − 1) − 1)/stride + 1. `groups` = c is the depthwise case, which has kernels of its own;
  /// one tap a channel is a matrix product.
  public func conv2d(
    _ weight: Tensor, _ bias: Tensor? = nil, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1,
    groups: Int = 1
  ) -> Tensor {
    let kernel = weight.shape.rank == 4 ? weight.shape.picture : 1
    let window = SlidingWindow(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
    return convolution(Convolution(window: window, groups: groups), weight, bias)
  }

  /// Transposed convolution of pictures, as `torch.nn.functional.conv_transpose2d`: the gradient of `conv2d`.
  ///
  /// This [n, c, h, w], `weight` [c, o/groups, kh, kw], `bias` [o] → [n, o, h′, w′] with
  /// h′ = (h − 1)·stride − 2·padding + dilation·(kh − 1) + outputPadding + 1. The output padding is less than the stride or the
  /// dilation.
  public func convTranspose2d(
    _ weight: Tensor, _ bias: Tensor? = nil, stride: Pair = 1, padding: Pair = 0, outputPadding: Pair = 0,
    groups: Int = 1, dilation: Pair = 1
  ) -> Tensor {
    func fail(_ expected: String) -> Tensor {
      graph.fail(
        .mismatch(operation: "conv_transpose2d", inputs: [type, weight.type], expected: expected))
      return self
    }
    guard shape.rank == 4, weight.shape.rank == 4, groups > 0, weight.shape[0] % groups == 0,
      weight.shape[0] == shape[1]
    else {
      return fail("x [n, c, h, w] and weights [c, o/groups, kh, kw], with c a multiple of groups = \(groups)")
    }
    let window = SlidingWindow(
      kernel: weight.shape.picture, stride: stride, padding: padding, dilation: dilation)
    guard window.isSound else { return fail(window.fitting(shape.picture)) }
    let fits = outputPadding.map(stride.map(dilation, Swift.max)) { $0 >= 0 && $0 < $1 ? 1 : 0 }
    guard fits == Pair(1, 1) else {
      return fail("an output padding below the stride \(stride) or the dilation \(dilation)")
    }
    // Beyond a stride less one, which only a dilation allows, the window reaches nothing.
    let near = outputPadding.map(stride) { Swift.min($0, $1 - 1) }
    let size = shape.picture.map(stride) { ($0 - 1) * $1 }.map(padding) { $0 - 2 * $1 }
      .map(window.extent, +).map(near, +)
    let operation = Convolution(window: window, groups: groups, transposedSize: size)
    let back = weight.exchangingChannels(groups: groups)
    if near == outputPadding { return convolution(operation, back, bias) }
    let reached = convolution(operation, back)
    guard reached.shape.rank == 4, reached.shape.picture == size else { return reached }
    let far = outputPadding.map(near, -)
    let result = reached.pad([(0, 0), (0, 0), (0, far.rows), (0, far.columns)])
    return bias.map { result + $0.reshape([$0.shape.count, 1, 1]) } ?? result
  }

  /// A convolution, or its transpose, or what is simpler and the same.
  func convolution(_ operation: Convolution, _ weight: Tensor, _ bias: Tensor? = nil) -> Tensor {
    let inputs = [self, weight] + (bias.map { [$0] } ?? [])
    let window = operation.window
    guard window.kernel == 1, window.stride == 1, window.padding == 0,
      let result = try? operation.resultType(inputs.map(\.type)), result.shape.count > 0
    else { return graph.apply(operation, inputs) }
    // One tap: a product of the weights and each picture's channels.
    let (groups, pixels) = (operation.groups, shape[2] * shape[3])
    let split = groups == 1 ? [] : [groups]
    let pictures = reshape(Shape([shape[0]] + split + [shape[1] / groups, pixels]))
    let matrix = weight.reshape(Shape(split + [weight.shape[0] / groups, weight.shape[1]]))
    let column = bias?.reshape(Shape(split + [weight.shape[0] / groups, 1]))
    return (column.map { matrix.matmul(pictures, adding: $0) } ?? matrix.matmul(pictures)).reshape(
      result.shape)
  }

  /// The gradient of the weights, from that of a convolution of this.
  func weightGradient(_ gradient: Tensor, _ window: SlidingWindow, _ groups: Int) -> Tensor {
    let result = graph.apply(ConvolutionWeights(window: window, groups: groups), [self, gradient])
    return shape.count == 0 ? graph.constant(0, result.type) : result
  }

  /// Weights [groups·o, c, …] as they lead back, from o to c: [groups·c, o, …].
  func exchangingChannels(groups: Int) -> Tensor {
    guard shape.rank == 4, groups > 0, shape[0] % groups == 0 else { return self }
    let (outputs, inputs) = (shape[0] / groups, shape[1])
    return reshape([groups, outputs, inputs, shape[2], shape[3]]).permute([0, 2, 1, 3, 4])
      .reshape([groups * inputs, outputs, shape[2], shape[3]])
  }
}
