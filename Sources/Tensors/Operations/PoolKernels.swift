import KernelParameters
import Kernels
import Recording
import Vulkan

extension SlidingWindow {
  /// Whether one lane can walk over the window, and over the places that have an element in theirs.
  var isShortEnough: Bool { kernel.rows * (kernel.columns + 1) < maximumLoopRounds }
}

extension Recorder {
  /// A kernel with a lane an element of y; or of x, whose gradient it gathers from y's, where `indices` are given.
  mutating func pool(
    _ label: String, _ kernel: Kernel, _ window: SlidingWindow, x: Value, y: Value, indices: Value? = nil
  ) {
    pool(label, kernel, constants: [], window, x: x, y: y, isBackward: indices != nil, indices: indices)
  }

  mutating func averagePool(
    _ label: String, _ kernel: Kernel, _ kind: AveragePool.Kind, x: Value, y: Value,
    isBackward: Bool = false
  ) {
    switch kind {
    case .adaptive:
      let window = SlidingWindow(kernel: 1)
      pool(label, kernel, constants: [1, 0], window, x: x, y: y, isBackward: isBackward, indices: nil)
    case .window(let window, _, let countsPadding):
      let constants: [UInt32] = [0, countsPadding ? 1 : 0]
      pool(label, kernel, constants: constants, window, x: x, y: y, isBackward: isBackward, indices: nil)
    }
  }

  private mutating func pool(
    _ label: String, _ kernel: Kernel, constants: [UInt32], _ window: SlidingWindow, x: Value, y: Value,
    isBackward: Bool, indices: Value?
  ) {
    let local = device.physical.kind == .cpu ? 32 : 64
    guard (isBackward ? x : y).type.shape.count > 0 else { return }
    for images in imageRanges(of: [x, y]) {
      let (x, y) = (x.images(images), y.images(images))
      let chosen = indices?.images(images)
      let count = (isBackward ? x : y).type.shape.count
      let (size, places) = (x.type.shape.picture, y.type.shape.picture)
      let inputs = isBackward ? [y] + (chosen.map { [$0] } ?? []) : [x]
      dispatch(
        Dispatch(
          label, kernel, specialization: [UInt32(local)] + constants,
          parameters: PoolParameters(
            count: UInt32(count), height: UInt32(size.rows), width: UInt32(size.columns),
            outHeight: UInt32(places.rows), outWidth: UInt32(places.columns),
            kernelY: UInt32(window.kernel.rows), kernelX: UInt32(window.kernel.columns),
            strideY: UInt32(window.stride.rows), strideX: UInt32(window.stride.columns),
            padY: UInt32(window.padding.rows), padX: UInt32(window.padding.columns),
            dilationY: UInt32(window.dilation.rows), dilationX: UInt32(window.dilation.columns),
            xOffset: UInt32(x.elementOffset), yOffset: UInt32(y.elementOffset),
            indexOffset: UInt32(chosen?.elementOffset ?? 0)),
          bindings: inputs.map { .read($0.region) } + [.write((isBackward ? x : y).region)],
          groups: Groups(over: (count + local - 1) / local)))
    }
  }
}
