import Recording

// How a product is brought into a form that the kernels take: fewer axes, and pieces that a device can bind.
extension RecordedProduct {
  /// A way to cut a product in two.
  enum Cut {
    case rows, columns, depth, terms
    case batch(Int)
  }

  /// Merges batch axes whose strides agree, and makes rows, or depth, of one where that is the same product.
  mutating func collapse() {
    for axis in batch.indices.reversed() where batch[axis] == 1 { remove(axis) }
    for axis in batch.indices.dropFirst().reversed() {
      let merges = operands.allSatisfy {
        $0.batchStrides[axis - 1] == $0.batchStrides[axis] * batch[axis]
      }
      guard merges else { continue }
      batch[axis - 1] *= batch[axis]
      change { $0.batchStrides[axis - 1] = $0.batchStrides[axis] }
      remove(axis)
    }
    // One B for many A: the rows of all A are the rows of one.
    func stacks(_ operand: Operand, _ last: Int) -> Bool {
      operand.batchStrides[last] == operand.rows * operand.rowStride
    }
    while let last = batch.indices.last, b.batchStrides[last] == 0, stacks(a, last), stacks(c, last),
      side.map({ stacks($0, last) }) ?? true
    {
      let count = batch[last]
      a.rows *= count
      c.rows *= count
      side?.rows *= count
      remove(last)
    }
    if terms > 1, a.termStride == a.columns * a.columnStride, b.termStride == b.rows * b.rowStride {
      a.columns *= terms
      b.rows *= terms
      terms = 1
    }
    if terms == 1 {
      a.termStride = 0
      b.termStride = 0
    }
  }

  /// The batch axis with most products.
  var longestBatchAxis: Int? {
    batch.indices.max { batch[$0] < batch[$1] }.flatMap { batch[$0] > 1 ? $0 : nil }
  }

  /// The first cut that brings all bindings below `limit` bytes, nil when they are.
  func cut(for limit: Int, parts: Int) -> Cut? {
    let product = batch.reduce(1, *) * c.rows * c.columns
    if parts > 1, parts * product * 4 + Region.alignment > limit {
      return longestBatchAxis.map { .batch($0) } ?? (c.rows >= c.columns ? .rows : .columns)
    }
    func cut(_ operand: Operand, _ terms: Int, rows: Cut, columns: Cut) -> Cut? {
      guard operand.boundBytes(batch, terms) > limit else { return nil }
      // Along the axis that goes furthest, so that each half lies in half of the memory.
      let spans: [(Int, Cut)] =
        [(operand.rows, operand.rowStride, rows), (operand.columns, operand.columnStride, columns)]
        .map { (($0.0 - 1) * $0.1, $0.2) }
        + [((terms - 1) * operand.termStride, .terms)]
        + batch.indices.map { ((batch[$0] - 1) * operand.batchStrides[$0], .batch($0)) }
      return spans.max { $0.0 < $1.0 }?.1
    }
    return cut(c, 1, rows: .rows, columns: .columns)
      ?? side.flatMap { cut($0, 1, rows: .rows, columns: .columns) }
      ?? cut(a, terms, rows: .rows, columns: .depth) ?? cut(b, terms, rows: .depth, columns: .columns)
  }

  mutating func shrink(to limit: Int) {
    a.shrink(to: limit, batch, terms)
    b.shrink(to: limit, batch, terms)
    c.shrink(to: limit, batch, 1)
    side?.shrink(to: limit, batch, 1)
  }

  func halve(batch axis: Int, into recorder: inout Recorder, _ limit: Int) {
    halve(.batch(axis), into: &recorder, limit)
  }

  /// Records both halves. Those of a sum are added in their order: the first half is what the second one adds to.
  func halve(_ cut: Cut, into recorder: inout Recorder, _ limit: Int) {
    var (first, second) = (self, self)
    switch cut {
    case .rows:
      let half = Self.half(c.rows)
      first.keepRows(0..<half)
      second.keepRows(half..<c.rows)
    case .columns:
      let half = Self.half(c.columns)
      first.keepColumns(0..<half)
      second.keepColumns(half..<c.columns)
    case .batch(let axis):
      let half = batch[axis] / 2
      first.batch[axis] = half
      second.batch[axis] -= half
      second.change { $0.advance(by: half * $0.batchStrides[axis]) }
    case .depth:
      let half = Self.half(a.columns)
      first.a.keepColumns(0..<half)
      first.b.keepRows(0..<half)
      second.a.keepColumns(half..<a.columns)
      second.b.keepRows(half..<a.columns)
      return chain(first, second, into: &recorder, limit)
    case .terms:
      let half = terms / 2
      first.terms = half
      second.terms -= half
      second.a.advance(by: half * a.termStride)
      second.b.advance(by: half * b.termStride)
      return chain(first, second, into: &recorder, limit)
    }
    first.record(into: &recorder, bindingLimit: limit)
    second.record(into: &recorder, bindingLimit: limit)
  }

  private mutating func keepRows(_ range: Range<Int>) {
    a.keepRows(range)
    c.keepRows(range)
    side?.keepRows(range)
  }

  private mutating func keepColumns(_ range: Range<Int>) {
    b.keepColumns(range)
    c.keepColumns(range)
    side?.keepColumns(range)
  }

  /// C = epilogue((first + side) + second), for a side that is added; a gradient's epilogue comes in a product with one.
  private func chain(
    _ first: RecordedProduct, _ second: RecordedProduct, into recorder: inout Recorder, _ limit: Int
  ) {
    var (first, second) = (first, second)
    let shape = Shape(batch + [c.rows, c.columns])
    let sum = recorder.scratch(TensorType(shape), label: "matmul: first half")
    first = RecordedProduct(
      a: first.a, b: first.b, c: Operand(sum, batch: batch.count), side: epilogue.takesResult ? nil : side,
      epilogue: .none, batch: batch, terms: first.terms, tiles: tiles)
    first.record(into: &recorder, bindingLimit: limit)
    second.side = Operand(sum, broadcastTo: shape)
    guard epilogue.takesResult else {
      second.record(into: &recorder, bindingLimit: limit)
      return
    }
    let whole = recorder.scratch(TensorType(shape), label: "matmul: both halves")
    RecordedProduct(
      a: second.a, b: second.b, c: Operand(whole, batch: batch.count), side: second.side, epilogue: .none,
      batch: batch, terms: second.terms, tiles: tiles
    ).record(into: &recorder, bindingLimit: limit)
    var fitted = self
    fitted.shrink(to: limit)
    fitted.finishParts(whole, parts: 1, into: &recorder)
  }

  /// Where to cut: a multiple of 64 keeps loads in fours aligned.
  private static func half(_ count: Int) -> Int { count > 128 ? (count / 2 + 63) / 64 * 64 : (count + 1) / 2 }

  private var operands: [Operand] { [a, b, c] + (side.map { [$0] } ?? []) }

  mutating func change(_ body: (inout Operand) -> Void) {
    body(&a)
    body(&b)
    body(&c)
    if var changed = side {
      body(&changed)
      side = changed
    }
  }

  private mutating func remove(_ axis: Int) {
    batch.remove(at: axis)
    change { $0.batchStrides.remove(at: axis) }
  }
}
