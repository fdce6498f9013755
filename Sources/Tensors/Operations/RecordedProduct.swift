import KernelParameters
import Kernels
import Recording
import Vulkan

/// Matrices as the kernels address them: one, or one for each place of a batch, or terms of a sum.
struct Operand {
  private(set) var region: Region
  /// The first element, from the start of the region.
  private(set) var offset: Int
  var rows, columns, rowStride, columnStride: Int
  /// Elements from one matrix to the next along each batch axis.
  var batchStrides: [Int]
  /// Elements from one term of a sum to the next.
  var termStride = 0

  /// The last two axes of `value`; before them `batch` axes, of which it may lack some, and before them the terms of a sum.
  init(_ value: Value, isSummed: Bool = false, batch: Int = 0) {
    let (dimensions, strides) = (value.type.shape.dimensions, value.layout.strides)
    let own = dimensions.indices.dropLast(2).dropFirst(isSummed ? 1 : 0)
    region = value.region
    offset = value.layout.offset
    (rows, columns) = (dimensions[dimensions.count - 2], dimensions[dimensions.count - 1])
    (rowStride, columnStride) = (strides[dimensions.count - 2], strides[dimensions.count - 1])
    batchStrides =
      [Int](repeating: 0, count: max(0, batch - own.count))
      + own.map { dimensions[$0] == 1 ? 0 : strides[$0] }
    if isSummed { termStride = strides[0] }
  }

  /// What is added to each element of products of shape `target`.
  init(_ value: Value, broadcastTo target: Shape) {
    let (dimensions, strides) = (value.type.shape.dimensions, value.layout.strides)
    let own = dimensions.indices.map { dimensions[$0] == 1 ? 0 : strides[$0] }
    let all = [Int](repeating: 0, count: target.rank - own.count) + own
    region = value.region
    offset = value.layout.offset
    (rows, columns) = (target[target.rank - 2], target[target.rank - 1])
    (rowStride, columnStride) = (all[target.rank - 2], all[target.rank - 1])
    batchStrides = Array(all.dropLast(2))
  }

  /// Matrices that lie in `value`, which is contiguous, as their strides say.
  init(_ value: Value, offset: Int = 0, rows: Int, columns: Int, _ strides: [Int], batch: [Int]) {
    region = value.region
    self.offset = value.layout.offset + offset
    (self.rows, self.columns) = (rows, columns)
    (rowStride, columnStride) = (strides[0], strides[1])
    batchStrides = batch
  }

  /// The first element as a kernel counts it: bindings begin at the alignment below the region.
  var elementOffset: Int { region.firstElement(.float32) + offset }

  mutating func transpose() {
    swap(&rows, &columns)
    swap(&rowStride, &columnStride)
  }

  mutating func keepRows(_ range: Range<Int>) {
    rows = range.count
    advance(by: range.lowerBound * rowStride)
  }

  mutating func keepColumns(_ range: Range<Int>) {
    columns = range.count
    advance(by: range.lowerBound * columnStride)
  }

  mutating func advance(by elements: Int) { offset += elements }

  /// The element after the last one, from the start of the region, for `batch` and `terms` matrices.
  private func end(_ batch: [Int], _ terms: Int) -> Int {
    zip(batch, batchStrides).reduce(offset + 1 + (rows - 1) * rowStride + (columns - 1) * columnStride) {
      $0 + ($1.0 - 1) * $1.1
    } + (terms - 1) * termStride
  }

  /// Bytes of its elements, each once.
  func bytes(_ batch: [Int], _ terms: Int) -> Int {
    let matrices = zip(batch, batchStrides).reduce(termStride == 0 ? 1 : terms) {
      $0 * ($1.1 == 0 ? 1 : $1.0)
    }
    return matrices * (rowStride == 0 ? 1 : rows) * (columnStride == 0 ? 1 : columns) * 4
  }

  /// Bytes that a binding of nothing but its elements has, at most.
  func boundBytes(_ batch: [Int], _ terms: Int) -> Int {
    (end(batch, terms) - offset) * 4 + Region.alignment
  }

  /// Binds nothing but its elements where the whole region is more than a binding may have.
  mutating func shrink(to limit: Int, _ batch: [Int], _ terms: Int) {
    guard region.byteCount + Region.alignment > limit else { return }
    region = region.slice(offset: offset * 4, byteCount: (end(batch, terms) - offset) * 4)
    offset = 0
  }
}

/// Products on their way to dispatches.
struct RecordedProduct {
  var a, b, c: Operand
  /// What is added, or an activation's result.
  var side: Operand?
  let epilogue: MatrixProduct.Epilogue
  /// How many products there are along each batch axis.
  var batch: [Int] = []
  /// How many products are added up to each.
  var terms = 1
  /// In place of the table's: what is being measured.
  var tiles: TileSettings?

  mutating func transpose() {
    a.transpose()
    b.transpose()
    c.transpose()
    side?.transpose()
    swap(&a, &b)
  }

  /// The same product with as few axes as it can have, and as the kernels want it.
  var turned: RecordedProduct {
    var product = self
    product.collapse()
    // Lanes lie along the columns of C; a narrow C is computed transposed, so that they have work.
    if product.c.columns < 16 && product.c.rows > product.c.columns { product.transpose() }
    return product
  }

  /// Records the kernels. What a device can't bind or number at once is cut.
  ///
  /// - Parameter bindingLimit: bytes of a binding, those of the device unless a test asks for less.
  func record(into recorder: inout Recorder, bindingLimit: Int? = nil) {
    let limits = recorder.device.physical.limits
    let limit = bindingLimit ?? limits.maxStorageBufferRange
    var product = turned
    let tiles = MatrixTiles(product, device: recorder.device)
    if product.batch.count > 2 {
      product.halve(batch: 0, into: &recorder, limit)
    } else if tiles.groups.z > limits.maxWorkgroupCount[2], let longest = product.longestBatchAxis {
      product.halve(batch: longest, into: &recorder, limit)
    } else if tiles.groups.y > limits.maxWorkgroupCount[1] {
      product.halve(.rows, into: &recorder, limit)
    } else if tiles.groups.x > limits.maxWorkgroupCount[0] {
      product.halve(.columns, into: &recorder, limit)
    } else if let cut = product.cut(for: limit, parts: tiles.parts) {
      product.halve(cut, into: &recorder, limit)
    } else {
      product.shrink(to: limit)
      product.record(tiles, into: &recorder)
    }
  }
}
