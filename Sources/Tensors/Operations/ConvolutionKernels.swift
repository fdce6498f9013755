import KernelParameters
import Kernels
import Recording
import Vulkan

/// All that the kernels of a convolution have to know but the number of images.
struct ConvolutionShape {
  let window: SlidingWindow
  let groups: Int
  /// [groups·outputs, inputs, kh, kw].
  let weights: Shape
  let isTransposed: Bool
  /// Sizes of the pictures.
  let x, y: Pair

  var inputs: Int { weights[1] }
  var outputs: Int { weights[0] / groups }
  var taps: Int { weights[2] * weights[3] }
  var pixels: Int { y.rows * y.columns }
}

extension Value {
  /// The images of `range` alone, of a contiguous value.
  func images(_ range: Range<Int>) -> Value {
    if range == 0..<type.shape[0] { return self }
    let bytes = type.byteCount / max(1, type.shape[0])
    let shape = Shape([range.count] + type.shape.dimensions.dropFirst())
    return Value(
      region: region.slice(
        offset: layout.offset * type.dataType.byteCount + range.lowerBound * bytes,
        byteCount: range.count * bytes),
      layout: .contiguous(shape), type: TensorType(shape, type.dataType))
  }
}

extension Recorder {
  /// All images at once, or in pieces that a device can bind.
  func imageRanges(of values: [Value]) -> [Range<Int>] {
    let count = values[0].type.shape[0]
    let largest = values.map { $0.type.byteCount / max(1, count) }.max() ?? 1
    let limit = device.physical.limits.maxStorageBufferRange - Region.alignment
    guard largest * count > limit else { return [0..<count] }
    let size = max(1, limit / largest)
    return stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }

  /// Records a convolution as products of the weights and of columns, the elements under the window of each pixel.
  ///
  /// Columns are made for some pictures, or for a part of one, at a time: they take no more memory than x and y.
  mutating func convolution(
    _ label: String, _ shape: ConvolutionShape, x: Value, weights: Value, bias: Value?, y: Value
  ) {
    for piece in pieces(shape, x: x, y: y) {
      let columns = self.columns(label, shape, piece, x: x)
      let batch = [piece.images.count, shape.groups]
      let target = y.images(piece.images)
      let depth = shape.inputs * shape.taps
      RecordedProduct(
        a: Operand(
          weights, rows: shape.outputs, columns: depth, [depth, 1], batch: [0, shape.outputs * depth]),
        b: columns,
        c: Operand(
          target, offset: piece.pixels.lowerBound, rows: shape.outputs, columns: piece.pixels.count,
          [shape.pixels, 1],
          batch: [shape.weights[0] * shape.pixels, shape.outputs * shape.pixels]),
        side: bias.map {
          Operand($0, rows: shape.outputs, columns: piece.pixels.count, [1, 0], batch: [0, shape.outputs])
        },
        epilogue: .none, batch: batch
      ).record(into: &self)
    }
  }

  /// Records the gradient of a convolution's weights as products of y's gradient and of columns, added piece by piece.
  mutating func weightGradient(
    _ label: String, _ shape: ConvolutionShape, x: Value, gradient: Value, output: Value
  ) {
    let depth = shape.inputs * shape.taps
    let pieces = pieces(shape, x: x, y: gradient)
    var sum: Value?
    for (index, piece) in pieces.enumerated() {
      var columns = self.columns(label, shape, piece, x: x)
      columns.transpose()
      // The images are terms of one sum.
      columns.termStride = columns.batchStrides.removeFirst()
      let source = gradient.images(piece.images)
      var a = Operand(
        source, offset: piece.pixels.lowerBound, rows: shape.outputs, columns: piece.pixels.count,
        [shape.pixels, 1], batch: [shape.outputs * shape.pixels])
      a.termStride = shape.weights[0] * shape.pixels
      func matrices(_ value: Value) -> Operand {
        Operand(value, rows: shape.outputs, columns: depth, [depth, 1], batch: [shape.outputs * depth])
      }
      let isLast = index == pieces.count - 1
      let target = isLast ? output : scratch(TensorType([shape.weights.count]), label: "\(label): sum")
      RecordedProduct(
        a: a, b: columns, c: matrices(target), side: sum.map(matrices), epilogue: .none,
        batch: [shape.groups],
        terms: piece.images.count
      ).record(into: &self)
      sum = target
    }
  }

  private typealias Piece = (images: Range<Int>, pixels: Range<Int>)

  /// Pictures, or parts of them, whose columns take no more bytes than x and y, and fit a binding.
  private func pieces(_ shape: ConvolutionShape, x: Value, y: Value) -> [Piece] {
    let images = x.type.shape[0]
    let limit = min(
      x.type.byteCount + y.type.byteCount, device.physical.limits.maxStorageBufferRange - Region.alignment,
      // Columns that stay in a near cache are read back at once.
      device.physical.kind == .cpu ? 1 << 23 : 1 << 28)
    let bytesOfPixel = shape.groups * shape.inputs * shape.taps * 4
    let pixels = max(4, min(limit / bytesOfPixel, images * shape.pixels))
    let count = max(1, min(pixels / shape.pixels, maximumImages))
    // Parts of one picture begin at multiples of 4.
    let part = pixels >= shape.pixels ? shape.pixels : pixels / 4 * 4
    let parts = stride(from: 0, to: shape.pixels, by: part).map { $0..<min(shape.pixels, $0 + part) }
    return stride(from: 0, to: images, by: count).flatMap { first in
      parts.map { (first..<min(images, first + count), $0) }
    }
  }

  /// Pictures lie along z.
  private var maximumImages: Int { device.physical.limits.maxWorkgroupCount[2] }

  /// Records what makes the columns of a piece: matrices [inputs·taps, pixels] of each image and group.
  private mutating func columns(
    _ label: String, _ shape: ConvolutionShape, _ piece: Piece, x: Value
  ) -> Operand {
    let pitch = (piece.pixels.count + 3) / 4 * 4
    let channels = shape.groups * shape.inputs
    let source = x.images(piece.images)
    let result = scratch(
      TensorType([piece.images.count, channels, shape.taps, pitch]), label: "\(label): columns")
    let local = device.physical.kind == .cpu ? device.physical.subgroups.size : 64
    dispatch(
      Dispatch(
        "\(label): columns", .imageColumns,
        specialization: [
          local, shape.window.kernel.rows, shape.window.kernel.columns, shape.window.stride.rows,
          shape.window.stride.columns, shape.isTransposed ? 1 : 0,
        ].map(UInt32.init),
        parameters: ColumnsParameters(
          channels: UInt32(channels), height: UInt32(shape.x.rows), width: UInt32(shape.x.columns),
          outWidth: UInt32(shape.y.columns), first: UInt32(piece.pixels.lowerBound),
          pixels: UInt32(piece.pixels.count), pitch: UInt32(pitch), padY: Int32(shape.window.padding.rows),
          padX: Int32(shape.window.padding.columns), dilationY: UInt32(shape.window.dilation.rows),
          dilationX: UInt32(shape.window.dilation.columns), xOffset: UInt32(source.elementOffset),
          columnsOffset: UInt32(result.elementOffset)),
        bindings: [.read(source.region), .write(result.region)],
        groups: Groups((pitch / 4 + local - 1) / local, channels, piece.images.count)))
    return Operand(
      result, rows: shape.inputs * shape.taps, columns: piece.pixels.count, [pitch, 1],
      batch: [channels * shape.taps * pitch, shape.inputs * shape.taps * pitch])
  }
}
