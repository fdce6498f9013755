import Kernels
import Recording

/// Means of the elements under each place of a window: x [n, c, h, w] → [n, c, h′, w′].
///
/// As `torch.nn.functional.avg_pool2d`, or, with a result's size in place of a window, `adaptive_avg_pool2d`.
struct AveragePool: DispatchedOperation {
  enum Kind: Hashable, Sendable {
    case window(SlidingWindow, ceiling: Bool, countsPadding: Bool)
    /// Place i of m along n elements takes those from ⌊i·n/m⌋ to before ⌈(i+1)·n/m⌉.
    case adaptive(Pair)
  }

  let kind: Kind

  var name: String {
    if case .window = kind { "avg_pool2d" } else { "adaptive_avg_pool2d" }
  }
  var identity: String? { "\(kind)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let x = inputs[0].shape
    func mismatch(_ expected: String) -> GraphError {
      .mismatch(operation: name, inputs: inputs, expected: expected)
    }
    guard inputs[0].dataType == .float32, x.rank == 4, x.picture.allSatisfy({ $0 > 0 }) else {
      throw mismatch("float32 x [n, c, h, w] with pictures that aren't empty")
    }
    switch kind {
    case .window(let window, let ceiling, _):
      guard let places = window.places(in: x.picture, ceiling: ceiling), window.isShortEnough else {
        throw mismatch(window.fitting(x.picture))
      }
      guard window.padding.map(window.kernel, { $1 - 2 * $0 }).allSatisfy({ $0 >= 0 }) else {
        throw mismatch("a padding of at most half of the window's \(window.kernel)")
      }
      return TensorType([x[0], x[1], places.rows, places.columns])
    case .adaptive(let size):
      // Elements of a place, or places of an element, whichever are more.
      let most = size.map(x.picture) { $0 < 1 ? 0 : max($0 / $1, $1 / $0) + 2 }
      guard size.allSatisfy({ (1...1 << 20).contains($0) }), most.rows * most.columns < maximumLoopRounds
      else {
        throw mismatch("a size from 1 to \(1 << 20) and windows below \(maximumLoopRounds) elements")
      }
      return TensorType([x[0], x[1], size.rows, size.columns])
    }
  }

  func gradients(_ application: Application) -> [Tensor?] {
    let back = AveragePoolGradient(forward: self, size: application.inputs[0].shape.picture)
    return [application.output.graph.apply(back, [application.gradient])]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let size = inputs[0].type.shape.picture
    return HostTensor(type) { place in
      let field = field(Pair(place[2], place[3]), x: size, y: type.shape.picture)
      var sum = 0.0
      for row in field.rows {
        for column in field.columns { sum += inputs[0][[place[0], place[1], row, column]] }
      }
      return sum / Double(field.divisor)
    }
  }

  /// The elements of x that a place averages, and what their sum is divided by.
  func field(_ place: Pair, x: Pair, y: Pair) -> (rows: Range<Int>, columns: Range<Int>, divisor: Int) {
    func along(_ path: KeyPath<Pair, Int>) -> (Range<Int>, Int) {
      let (place, size, count) = (place[keyPath: path], x[keyPath: path], y[keyPath: path])
      switch kind {
      case .adaptive:
        let range = place * size / count..<((place + 1) * size + count - 1) / count
        return (range, range.count)
      case .window(let window, _, let countsPadding):
        let first = place * window.stride[keyPath: path] - window.padding[keyPath: path]
        let last = min(first + window.kernel[keyPath: path], size + window.padding[keyPath: path])
        let inside = max(0, first)..<max(max(0, first), min(last, size))
        return (inside, countsPadding ? last - first : inside.count)
      }
    }
    let (rows, columns) = (along(\.rows), along(\.columns))
    return (rows.0, columns.0, rows.1 * columns.1)
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    recorder.averagePool(name, .averagePool, kind, x: inputs[0], y: output)
  }
}

/// The gradient of `AveragePool`: each element of dx gathers from the places that averaged it.
struct AveragePoolGradient: DispatchedOperation {
  let forward: AveragePool
  /// The size of the pictures of dx.
  let size: Pair

  var name: String { "\(forward.name)_backward" }
  var identity: String? { "\(forward.kind) back to \(size)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    TensorType([inputs[0].shape[0], inputs[0].shape[1], size.rows, size.columns])
  }

  func gradients(_ application: Application) -> [Tensor?] {
    [application.output.graph.apply(forward, [application.gradient])]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    var values = [Double](repeating: 0, count: type.shape.count)
    let places = inputs[0].type.shape.picture
    for (index, value) in inputs[0].values.enumerated() {
      let (plane, place) = (index / (places.rows * places.columns), index % (places.rows * places.columns))
      let field = forward.field(Pair(place / places.columns, place % places.columns), x: size, y: places)
      for row in field.rows {
        for column in field.columns {
          values[(plane * size.rows + row) * size.columns + column] += value / Double(field.divisor)
        }
      }
    }
    return HostTensor(type: type, values: values)
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    recorder.averagePool(name, .averagePoolBackward, forward.kind, x: output, y: inputs[0], isBackward: true)
  }
}

extension Tensor {
  /// Means under each place of a window, as `torch.nn.functional.avg_pool2d`.
  ///
  /// This [n, c, h, w] → [n, c, h′, w′]; the stride is the kernel's size where none is given. Without `countIncludePad`, a sum
  /// is divided by the number of elements within the picture.
  public func avgPool2d(
    _ kernel: Pair, stride: Pair? = nil, padding: Pair = 0, ceilMode: Bool = false,
    countIncludePad: Bool = true
  ) -> Tensor {
    let window = SlidingWindow(kernel: kernel, stride: stride ?? kernel, padding: padding)
    let kind = AveragePool.Kind.window(window, ceiling: ceilMode, countsPadding: countIncludePad)
    return graph.apply(AveragePool(kind: kind), [self])
  }

  /// Means of nearly equal parts of each picture, `size` of them, as `torch.nn.functional.adaptive_avg_pool2d`.
  public func adaptiveAvgPool2d(_ size: Pair) -> Tensor {
    graph.apply(AveragePool(kind: .adaptive(size)), [self])
  }

  /// The mean of each picture: this [n, c, h, w] → [n, c, 1, 1].
  public func globalAvgPool2d() -> Tensor {
    guard shape.rank == 4 else {
      graph.fail(
        .mismatch(operation: "global_avg_pool2d", inputs: [type], expected: "float32 x [n, c, h, w]"))
      return self
    }
    return mean(axes: [2, 3], keepDimensions: true)
  }
}
