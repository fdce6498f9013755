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

  /// Records a product that fits, split along k where there would be too few workgroups to fill the device.
  private func record(_ tiles: MatrixTiles, into recorder: inout Recorder) {
    let products = batch.reduce(1, *)
    let size = c.rows * c.columns
    let split = tiles.parts > 1
    let partial =
      split ? recorder.scratch(TensorType([tiles.parts, products * size]), label: "matmul: parts") : nil
    let inner = batch.last ?? 1
    func inners(_ operand: Operand?) -> UInt32 { UInt32(operand?.batchStrides.last ?? 0) }
    func outers(_ operand: Operand?) -> UInt32 { UInt32(operand?.batchStrides.dropLast().last ?? 0) }
    var dispatch = Dispatch(
      label, tiles.kernel, specialization: tiles.specialization,
      parameters: MatrixProductParameters(
        rows: UInt32(c.rows), columns: UInt32(c.columns), depth: UInt32(a.columns),
        parts: UInt32(tiles.parts), lengthOfPart: UInt32(tiles.lengthOfPart),
        aOffset: UInt32(a.elementOffset), aRow: UInt32(a.rowStride), aColumn: UInt32(a.columnStride),
        bOffset: UInt32(b.elementOffset), bRow: UInt32(b.rowStride), bColumn: UInt32(b.columnStride),
        cOffset: UInt32(partial?.elementOffset ?? c.elementOffset),
        cRow: UInt32(split ? c.columns : c.rowStride), cColumn: UInt32(split ? 1 : c.columnStride),
        cPart: UInt32(split ? products * size : 0),
        sideOffset: UInt32(side?.elementOffset ?? 0), sideRow: UInt32(side?.rowStride ?? 0),
        sideColumn: UInt32(side?.columnStride ?? 0), rowsOfGroup: UInt32(tiles.rows), inner: UInt32(inner),
        aInner: inners(a), bInner: inners(b), cInner: split ? UInt32(size) : inners(c),
        sideInner: inners(side), aOuter: outers(a), bOuter: outers(b),
        cOuter: split ? UInt32(size * inner) : outers(c), sideOuter: outers(side),
        terms: UInt32(terms), aTerm: UInt32(a.termStride), bTerm: UInt32(b.termStride), bHigh: 0),
      bindings: [
        .read(a.region, touching: a.bytes(batch, terms)), .read(b.region, touching: b.bytes(batch, terms)),
        // Where the parts are added, so is this.
        .read((side ?? a).region, touching: split ? 0 : side?.bytes(batch, 1) ?? 0),
        .write(partial?.region ?? c.region, touching: split ? nil : c.bytes(batch, 1)),
      ],
      groups: tiles.groups, flops: 2 * products * terms * size * a.columns)
    if tiles.kernel == .matrixProductHeldAddressed {
      dispatch.addresses = [
        AddressParameter(
          binding: 1, element: b.elementOffset, \MatrixProductParameters.bOffset,
          \MatrixProductParameters.bHigh)
      ]
    }
    recorder.dispatch(dispatch)
    if let partial { finishParts(partial, parts: tiles.parts, into: &recorder) }
  }

  /// Adds the parts in their order, then the epilogue.
  func finishParts(_ partial: Value, parts: Int, label: String? = nil, into recorder: inout Recorder) {
    let local = 64
    let products = batch.reduce(1, *)
    recorder.dispatch(
      Dispatch(
        label ?? "matmul: sum of \(parts) parts", .matrixProductParts,
        specialization: [UInt32(local), epilogue.rawValue, side == nil ? 0 : 1],
        parameters: MatrixPartsParameters(
          rows: UInt32(c.rows), columns: UInt32(c.columns), products: UInt32(products), parts: UInt32(parts),
          cOffset: UInt32(c.elementOffset), cRow: UInt32(c.rowStride), cColumn: UInt32(c.columnStride),
          sideOffset: UInt32(side?.elementOffset ?? 0), sideRow: UInt32(side?.rowStride ?? 0),
          sideColumn: UInt32(side?.columnStride ?? 0), inner: UInt32(batch.last ?? 1),
          cInner: UInt32(c.batchStrides.last ?? 0), sideInner: UInt32(side?.batchStrides.last ?? 0),
          cOuter: UInt32(c.batchStrides.dropLast().last ?? 0),
          sideOuter: UInt32(side?.batchStrides.dropLast().last ?? 0)),
        bindings: [
          .read(partial.region), .read(side?.region ?? partial.region, touching: side?.bytes(batch, 1) ?? 0),
          .write(c.region, touching: c.bytes(batch, 1)),
        ],
        groups: Groups((products * c.rows * c.columns + local - 1) / local),
        flops: parts * products * c.rows * c.columns))
  }

  private var label: String {
    let products = batch.reduce(1, *)
    return
      "matmul \(products == 1 ? "" : "\(products)×")\(c.rows)×\(terms == 1 ? "" : "\(terms)×")\(a.columns)×\(c.columns)"
  }
}
