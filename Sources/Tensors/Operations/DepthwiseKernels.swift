import KernelParameters
import Kernels
import Recording
import Vulkan

/// A tile of y of the depthwise kernels, and the window of x that it reads: known when the pipeline is made.
struct DepthwiseTile {
  let size: Pair
  /// The window's first row and column, from the tile's place, and its size.
  let first, span: Pair
  /// Whether four pictures are neighbours in memory, and not four columns of one.
  private(set) var isBatchLast = false

  /// Of pictures one by one, whose columns are four neighbours in memory.
  ///
  /// Nil where one channel is not alone in its group, on one side at least, or where the window is too large to unroll.
  init?(_ shape: ConvolutionShape) {
    guard Self.fits(shape) else { return nil }
    // As many rows as keep the code short: drivers take long for long kernels.
    let sizes = [4, 2, 1].filter { !shape.isTransposed || $0 % shape.window.stride.rows == 0 }
    let tiles = sizes.map { DepthwiseTile(shape, Pair($0, 4)) }
    guard
      let tile = tiles.first(where: { $0.loads(shape) <= 64 && $0.size.rows * shape.taps <= 100 })
        ?? tiles.last,
      tile.span.rows * tile.span.columns <= 128
    else { return nil }
    self = tile
  }

  /// Of four pictures at once: the tile that loads and stores least. Nil as above.
  init?(batchLast shape: ConvolutionShape) {
    guard Self.fits(shape) else { return nil }
    let step = shape.isTransposed ? shape.window.stride : 1
    let tiles = stride(from: step.rows, through: 16, by: step.rows).flatMap { rows in
      stride(from: step.columns, through: 16, by: step.columns).map { Pair(rows, $0) }
    }.filter { $0.rows * $0.columns * max(9, shape.taps) <= 144 || $0 == step }.map {
      DepthwiseTile(shape, $0)
    }
    func accesses(_ tile: DepthwiseTile) -> Int {
      tile.count(shape.y) * (tile.span.rows * tile.span.columns + tile.size.rows * tile.size.columns)
    }
    guard let tile = tiles.min(by: { accesses($0) < accesses($1) }), tile.span.rows * tile.span.columns <= 128
    else { return nil }
    self = tile
    isBatchLast = true
  }

  /// What kernels count as pictures: four of them where they are neighbours.
  func images(_ x: Shape) -> Int { isBatchLast ? x[3] / 4 : x[0] }

  private static func fits(_ shape: ConvolutionShape) -> Bool {
    let strides = shape.isTransposed ? [1, 2, 4] : [1, 2, 3, 4]
    return (shape.inputs == 1 || shape.outputs == 1) && shape.inputs <= 4096 && shape.taps <= 49
      && shape.window.stride.allSatisfy(strides.contains)
  }

  /// Loads of one window, in fours where its rows allow it.
  private func loads(_ shape: ConvolutionShape) -> Int {
    span.rows * (shape.x.columns % 4 == 0 ? span.columns / 4 + 2 : span.columns)
  }

  private init(_ shape: ConvolutionShape, _ tile: Pair) {
    let window = shape.window
    let reach = window.extent.map(1, -)
    if shape.isTransposed {
      let first = window.padding.map(reach, -).map(window.stride, floorQuotient)
      let last = tile.map(window.padding) { $0 - 1 + $1 }.map(window.stride, floorQuotient)
      self.first = first
      span = last.map(first) { $0 - $1 + 1 }
    } else {
      first = window.padding.map(0) { pad, _ in -pad }
      span = tile.map(window.stride) { ($0 - 1) * $1 + 1 }.map(reach, +)
    }
    size = tile
  }

  /// Tiles of a picture.
  func count(_ y: Pair) -> Int { down(y) * across(y) }
  func down(_ y: Pair) -> Int { (y.rows + size.rows - 1) / size.rows }
  func across(_ y: Pair) -> Int { (y.columns + size.columns - 1) / size.columns }

  /// Lanes of a workgroup.
  static func local(_ device: Device) -> Int {
    device.physical.kind == .cpu ? device.physical.subgroups.size : 64
  }

  func specialization(_ shape: ConvolutionShape, local: Int, xOffset: Int, yOffset: Int) -> [UInt32] {
    let window = shape.window
    let xInFours =
      shape.x.columns % 4 == 0 && xOffset % 4 == 0 && (!shape.isTransposed || window.stride.columns == 1)
    let shift = xInFours ? first.columns - floorQuotient(first.columns, 4) * 4 : 0
    let yInFours = shape.y.columns % 4 == 0 && yOffset % 4 == 0
    return [
      local, xInFours ? 1 : 0, window.kernel.rows, window.kernel.columns, window.stride.rows,
      window.stride.columns, window.dilation.rows, window.dilation.columns, window.padding.rows,
      window.padding.columns, shape.isTransposed ? 1 : 0, size.rows, first.rows, first.columns, span.rows,
      span.columns, shift, yInFours ? 1 : 0, size.columns,
    ].map { UInt32(bitPattern: Int32($0)) }
  }
}

/// The quotient rounded down, of negative numbers too.
private func floorQuotient(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((b - 1 - a) / b) }

extension Recorder {
  mutating func depthwise(
    _ label: String, _ shape: ConvolutionShape, _ tile: DepthwiseTile, x: Value, weights: Value, bias: Value?,
    y: Value
  ) {
    let local = DepthwiseTile.local(device)
    let tiles = tile.images(x.type.shape) * tile.count(shape.y)
    // Several tiles a lane pay for its weights; a lane's loops are over tiles and channels.
    let lanes = device.physical.kind == .cpu ? min(16, max(1, maximumLoopRounds / (shape.inputs + 1))) : 1
    let tilesOfGroup = max(local * lanes, (tiles + 65534) / 65535)
    dispatch(
      Dispatch(
        label, tile.isBatchLast ? .depthwiseBatchLast : .depthwiseConvolution,
        specialization: tile.specialization(
          shape, local: local, xOffset: x.elementOffset, yOffset: y.elementOffset) + [bias == nil ? 0 : 1],
        parameters: shape.parameters(
          tile, tilesOfGroup: tilesOfGroup, x: x, weights: weights, bias: bias, y: y),
        bindings: [
          .read(x.region), .read(weights.region), .read((bias ?? weights).region), .write(y.region),
        ],
        groups: shape.channelGroups((tiles + tilesOfGroup - 1) / tilesOfGroup), flops: shape.flops(y)))
  }

  /// Sums of parts of the tiles, then the sum of those, in a fixed order.
  mutating func depthwiseWeights(
    _ label: String, _ shape: ConvolutionShape, _ tile: DepthwiseTile, x: Value, gradient: Value,
    output: Value
  ) {
    let local = DepthwiseTile.local(device)
    // Pictures with their batch last fit a binding.
    let ranges = imageRanges(of: [x, gradient])
    let wanted = (device.physical.kind == .cpu ? 8 : 256) / shape.weights[0]
    let pieces = ranges.map { images in
      let tiles =
        tile.images(tile.isBatchLast ? x.type.shape : x.images(images).type.shape) * tile.count(shape.y)
      let longest = maximumLoopRounds / 2 * local
      let split = max(1, min(wanted, tiles / (local * 4)), (tiles + longest - 1) / longest)
      let length = (tiles + split - 1) / split
      // Each lane leaves a part: a barrier within the kernel makes drivers compile for seconds.
      return (images: images, length: length, parts: (tiles + length - 1) / length * min(local, length))
    }
    let parts = pieces.reduce(0) { $0 + $1.parts }
    let count = output.type.shape.count
    let sums = scratch(TensorType([parts, count]), label: "\(label): parts")
    var first = 0
    for piece in pieces {
      // Their first axis is channels, of which there are more in the gradient.
      let (x, gradient) =
        tile.isBatchLast ? (x, gradient) : (x.images(piece.images), gradient.images(piece.images))
      let target = sums.images(first..<first + piece.parts)
      first += piece.parts
      dispatch(
        Dispatch(
          "\(label): parts", tile.isBatchLast ? .depthwiseBatchLastWeights : .depthwiseConvolutionWeights,
          specialization: tile.specialization(
            shape, local: local, xOffset: x.elementOffset, yOffset: gradient.elementOffset),
          parameters: shape.parameters(
            tile, tilesOfGroup: piece.length, x: x, weights: gradient, bias: nil, y: target),
          bindings: [.read(x.region), .read(gradient.region), .write(target.region)],
          groups: shape.channelGroups(piece.parts / min(local, piece.length)), flops: shape.flops(gradient)))
    }
    let matrix = Operand(output, rows: 1, columns: count, [count, 1], batch: [])
    RecordedProduct(a: matrix, b: matrix, c: matrix, epilogue: .none)
      .finishParts(sums, parts: parts, label: "\(label): sum of \(parts) parts", into: &self)
  }
}

extension ConvolutionShape {
  /// Channels lie along y, and along z where there are more than 65 535, as the kernels know.
  fileprivate func channelGroups(_ across: Int) -> Groups {
    let channels = weights[0]
    let down = min(channels, 65535)
    return Groups(across, down, (channels + down - 1) / down)
  }

  /// Multiplications and additions of a tap for each element of y.
  fileprivate func flops(_ y: Value) -> Int { 2 * y.type.shape.count * inputs * taps }

  fileprivate func parameters(
    _ tile: DepthwiseTile, tilesOfGroup: Int, x: Value, weights: Value, bias: Value?, y: Value
  ) -> DepthwiseParameters {
    DepthwiseParameters(
      images: UInt32(tile.images(x.type.shape)), inputs: UInt32(inputs), height: UInt32(self.x.rows),
      width: UInt32(self.x.columns), outputs: UInt32(outputs), outHeight: UInt32(self.y.rows),
      outWidth: UInt32(self.y.columns), groups: UInt32(groups), tilesDown: UInt32(tile.down(self.y)),
      tilesAcross: UInt32(tile.across(self.y)), tilesOfGroup: UInt32(tilesOfGroup),
      xOffset: UInt32(x.elementOffset), weightOffset: UInt32(weights.elementOffset),
      biasOffset: UInt32(bias?.elementOffset ?? 0), yOffset: UInt32(y.elementOffset))
  }
}
