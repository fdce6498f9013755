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

  /// Records a convolution as a product of the weights and of what lies under the window, which is never stored.
  mutating func convolution(
    _ label: String, _ shape: ConvolutionShape, x: Value, weights: Value, bias: Value?, y: Value
  ) {
    let images = x.type.shape[0]
    let depth = shape.inputs * shape.taps
    let tiles = ConvolutionTiles(device, columns: images * shape.pixels, depth: depth)
    let blocks = (depth + tiles.depth - 1) / tiles.depth
    let across = tiles.groups
    // Rows enough to pay for a block; more workgroups where there are fewer than cores.
    let split = max(1, 8 / max(1, across * shape.groups))
    let rows = max(1, min(max(16, (shape.outputs + split - 1) / split), maximumLoopRounds / blocks - 1))
    let yInFours = shape.pixels % 4 == 0 && y.elementOffset % 4 == 0
    let inFours = tiles.loadsInFours && depth % 4 == 0 && weights.elementOffset % 4 == 0
    let handsRound = device.physical.subgroups.operations.contains("ballot")
    dispatch(
      Dispatch(
        label, handsRound ? .convolution : .convolutionPlain,
        specialization: [
          tiles.local, tiles.handed, tiles.depth, inFours ? 1 : 0, shape.window.kernel.rows,
          shape.window.kernel.columns, shape.window.stride.rows, shape.window.stride.columns,
          shape.isTransposed ? 1 : 0, yInFours ? 1 : 0, bias == nil ? 0 : 1, blocks > 1 ? 2 : 1, tiles.columns,
        ].map(UInt32.init),
        parameters: shape.parameters(
          images: images, x: x, weights: weights, bias: bias, y: y, rows: rows, blocksOfPart: 0),
        bindings: [
          .read(x.region), .read(weights.region), .read((bias ?? weights).region), .write(y.region),
        ],
        groups: Groups(across, (shape.outputs + rows - 1) / rows, shape.groups)))
  }

  /// Records the parts of a weight gradient over some images.
  mutating func weightGradient(
    _ label: String, _ piece: WeightGradientPiece, x: Value, gradient: Value, sums: Value
  ) {
    if let tile = piece.tile {
      depthwiseWeights(label, piece, tile, x: x, gradient: gradient, sums: sums)
      return
    }
    let (shape, tiles) = (piece.shape, piece.tiles)
    let inFours =
      tiles.loadsInFours && shape.pixels % 4 == 0 && gradient.elementOffset % 4 == 0
    let handsRound = device.physical.subgroups.operations.contains("ballot")
    dispatch(
      Dispatch(
        label, handsRound ? .convolutionWeights : .convolutionWeightsPlain,
        specialization: [
          tiles.local, tiles.handed, tiles.depth, inFours ? 1 : 0, shape.window.kernel.rows,
          shape.window.kernel.columns, shape.window.stride.rows, shape.window.stride.columns, 0, tiles.columns,
        ].map(UInt32.init),
        parameters: shape.parameters(
          images: piece.images.count, x: x, weights: gradient, bias: nil, y: sums, rows: piece.rows,
          blocksOfPart: piece.lengthOfPart),
        bindings: [.read(x.region), .read(gradient.region), .write(sums.region)],
        groups: Groups(tiles.groups, (shape.outputs + piece.rows - 1) / piece.rows, shape.groups * piece.parts)))
  }
}

/// How a convolution's product is cut: lanes, elements that one load hands round, depth and fours of columns a lane holds.
struct ConvolutionTiles {
  let local, handed, depth, columns: Int
  /// Workgroups along the columns.
  let groups: Int

  init(_ device: Device, columns count: Int, depth wanted: Int) {
    let subgroup = device.physical.subgroups
    let isCPU = device.physical.kind == .cpu
    handed = subgroup.operations.contains("ballot") ? min(8, subgroup.minSize) : 1
    local = isCPU ? subgroup.size : max(64, subgroup.size)
    // GPUs have no near memory to spill registers to.
    let longest = isCPU ? 64 : 16
    depth = [8, 16, 32].first { $0 >= min(wanted, longest) } ?? 64
    columns = isCPU && count > local * 4 ? 2 : 1
    groups = (count + local * 4 * columns - 1) / (local * 4 * columns)
  }

  /// Whether blocks are made of whole loads in fours.
  var loadsInFours: Bool { depth % (4 * handed) == 0 }
}

/// A weight gradient over some images: how its sum over pixels is split.
struct WeightGradientPiece {
  let shape: ConvolutionShape
  let images: Range<Int>
  /// How the depthwise kernel is cut, nil where the general one is used.
  let tile: DepthwiseTile?
  let tiles: ConvolutionTiles
  /// Channels of the result that a workgroup walks over.
  let rows: Int
  /// Parts of the sum, and blocks of pixels, or tiles, of each.
  let parts, lengthOfPart: Int

  init(_ shape: ConvolutionShape, images: Range<Int>, device: Device) {
    self.shape = shape
    self.images = images
    let isCPU = device.physical.kind == .cpu
    tiles = ConvolutionTiles(device, columns: shape.inputs * shape.taps, depth: shape.pixels)
    tile = shape.inputs == 1 ? DepthwiseTile(shape) : nil
    let wanted = isCPU ? 8 : 256
    let length: Int
    let busy: Int
    let longest: Int
    if let tile {
      rows = 1
      length = images.count * tile.count(shape.y)
      let local = DepthwiseTile.local(device)
      busy = min(wanted / shape.weights[0], length / (local * 4))
      longest = maximumLoopRounds / 2 * local
    } else {
      rows = max(1, min(shape.outputs, 128))
      length = images.count * ((shape.pixels + tiles.depth - 1) / tiles.depth)
      let down = (shape.outputs + rows - 1) / rows
      busy = min(wanted / (tiles.groups * down * shape.groups), length / 2)
      longest = max(1, maximumLoopRounds / (rows + 1))
    }
    let split = max(1, busy, (length + longest - 1) / longest)
    lengthOfPart = max(1, (length + split - 1) / split)
    parts = max(1, (length + lengthOfPart - 1) / lengthOfPart)
  }
}

extension ConvolutionShape {
  func parameters(
    images: Int, x: Value, weights: Value, bias: Value?, y: Value, rows: Int, blocksOfPart: Int
  ) -> ConvolutionParameters {
    ConvolutionParameters(
      images: UInt32(images), channels: UInt32(inputs), height: UInt32(self.x.rows),
      width: UInt32(self.x.columns), outputs: UInt32(outputs), outHeight: UInt32(self.y.rows),
      outWidth: UInt32(self.y.columns), groups: UInt32(groups), padY: Int32(window.padding.rows),
      padX: Int32(window.padding.columns), dilationY: UInt32(window.dilation.rows),
      dilationX: UInt32(window.dilation.columns), xOffset: UInt32(x.elementOffset),
      weightOffset: UInt32(weights.elementOffset), biasOffset: UInt32(bias?.elementOffset ?? 0),
      yOffset: UInt32(y.elementOffset), rowsOfGroup: UInt32(rows), blocksOfPart: UInt32(blocksOfPart))
  }
}
