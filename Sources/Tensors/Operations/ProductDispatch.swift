import KernelParameters
import Kernels
import Recording
import Vulkan

extension RecordedProduct {
  /// Records a product that fits, split along k where there would be too few workgroups to fill the device.
  func record(_ tiles: MatrixTiles, into recorder: inout Recorder) {
    let size = batch.reduce(1, *) * c.rows * c.columns
    let partial =
      tiles.parts > 1 ? recorder.scratch(TensorType([tiles.parts, size]), label: "matmul: parts") : nil
    recorder.dispatch(dispatch(tiles, partial))
    if let partial { finishParts(partial, parts: tiles.parts, into: &recorder) }
  }

  /// The kernel's run: into C, or the parts of the depth into `partial`.
  private func dispatch(_ tiles: MatrixTiles, _ partial: Value?) -> Dispatch {
    let target = partial.map { lines(of: $0) } ?? c
    let parameters = parameters(
      a, b, target, terms: terms, parts: tiles.parts, lengthOfPart: tiles.lengthOfPart,
      rowsOfGroup: tiles.rows)
    let bindings: [Binding] = [
      .read(a.region, touching: a.bytes(batch, terms)), .read(b.region, touching: b.bytes(batch, terms)),
      // Where the parts are added, so is this.
      .read((side ?? a).region, touching: partial == nil ? side?.bytes(batch, 1) ?? 0 : 0),
      .write(target.region, touching: partial == nil ? c.bytes(batch, 1) : nil),
    ]
    return Dispatch(
      label, tiles.kernel, specialization: tiles.specialization, parameters: parameters, bindings: bindings,
      groups: tiles.groups, flops: 2 * batch.reduce(terms, *) * c.rows * c.columns * a.columns)
  }

  /// Adds the parts in their order, then the epilogue.
  func finishParts(_ partial: Value, parts: Int, label: String? = nil, into recorder: inout Recorder) {
    let local = 64
    let products = batch.reduce(1, *)
    let lines = lines(of: partial)
    // The numbers of matrix_io.glsl that this kernel reads.
    var constants = [UInt32](repeating: 0, count: 13)
    constants[0] = UInt32(local)
    constants[3] = lines.isInFours(along: \.columnStride, across: \.rowStride, extent: c.columns) ? 1 : 0
    constants[5] = c.isInFours(along: \.columnStride, across: \.rowStride, extent: c.columns) ? 1 : 0
    constants[6] = sideLoads
    constants[7] = epilogue.rawValue
    constants[8] = side == nil ? 0 : 1
    constants[12] = products > 1 ? 1 : 0
    recorder.dispatch(
      Dispatch(
        label ?? "matmul: sum of \(parts) parts",
        .matrixProductParts, specialization: constants,
        parameters: parameters(lines, lines, c, terms: parts, parts: 1, lengthOfPart: 1, rowsOfGroup: 1),
        bindings: [
          .read(partial.region), .read(partial.region, touching: 0),
          .read(side?.region ?? partial.region, touching: side?.bytes(batch, 1) ?? 0),
          .write(c.region, touching: c.bytes(batch, 1)),
        ], groups: Groups((c.rows * ((c.columns + 3) / 4) + local - 1) / local, 1, products),
        flops: parts * products * c.rows * c.columns))
  }

  /// The parts in `partial`, [parts, products, rows, columns], as terms of a sum.
  private func lines(of partial: Value) -> Operand {
    var size = c.rows * c.columns
    var strides: [Int] = []
    for count in batch.reversed() {
      strides.insert(size, at: 0)
      size *= count
    }
    var operand = Operand(
      partial, rows: c.rows, columns: c.columns, [c.columns, 1], batch: strides)
    operand.termStride = size
    return operand
  }

  private func parameters(
    _ a: Operand, _ b: Operand, _ c: Operand, terms: Int, parts: Int, lengthOfPart: Int, rowsOfGroup: Int
  ) -> MatrixProductParameters {
    func inner(_ operand: Operand?) -> UInt32 { UInt32(operand?.batchStrides.last ?? 0) }
    func outer(_ operand: Operand?) -> UInt32 { UInt32(operand?.batchStrides.dropLast().last ?? 0) }
    return MatrixProductParameters(
      rows: UInt32(c.rows), columns: UInt32(c.columns), depth: UInt32(self.a.columns),
      parts: UInt32(parts), lengthOfPart: UInt32(lengthOfPart),
      aOffset: UInt32(a.elementOffset), aRow: UInt32(a.rowStride), aColumn: UInt32(a.columnStride),
      bOffset: UInt32(b.elementOffset), bRow: UInt32(b.rowStride), bColumn: UInt32(b.columnStride),
      cOffset: UInt32(c.elementOffset), cRow: UInt32(c.rowStride), cColumn: UInt32(c.columnStride),
      cPart: UInt32(c.termStride),
      sideOffset: UInt32(side?.elementOffset ?? 0), sideRow: UInt32(side?.rowStride ?? 0),
      sideColumn: UInt32(side?.columnStride ?? 0), rowsOfGroup: UInt32(rowsOfGroup),
      inner: UInt32(batch.last ?? 1),
      aInner: inner(a), bInner: inner(b), cInner: inner(c), sideInner: inner(side),
      aOuter: outer(a), bOuter: outer(b), cOuter: outer(c), sideOuter: outer(side),
      terms: UInt32(terms), aTerm: UInt32(a.termStride), bTerm: UInt32(b.termStride))
  }

  /// How kernels load the side: 1 in fours along columns, 2 one value a row, 0 by elements.
  var sideLoads: UInt32 {
    guard let side else { return 0 }
    if side.isInFours(along: \.columnStride, across: \.rowStride, extent: c.columns) { return 1 }
    return side.columnStride == 0 ? 2 : 0
  }

  private var label: String {
    let products = batch.reduce(1, *)
    return
      "matmul \(products == 1 ? "" : "\(products)×")\(c.rows)×\(terms == 1 ? "" : "\(terms)×")\(a.columns)×\(c.columns)"
  }
}
