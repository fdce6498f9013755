import Kernels
import Recording
import Vulkan

/// How a product is cut: registers a lane, lanes a workgroup, workgroups, parts along k.
///
/// On GPUs a lane holds a tile of C and both operands stream past. On CPU drivers a load of a buffer is a walk over the
/// lanes of about 80 cycles, hardly dearer for four neighbours than for one; so there a lane holds a block of B, which the
/// rows of A walk past.
/// `TileTable` has the numbers, defaults of the kind of device or tuned ones.
struct MatrixTiles: Equatable {
  let kernel: Kernel
  /// Workgroup size, elements that one load hands round, rows or depth that a lane holds, then which operands are read and
  /// written in fours.
  let specialization: [UInt32]
  /// Rows of a workgroup.
  let rows: Int
  /// Parts that k, or the terms of a sum, are split into, and the length of each.
  let parts, lengthOfPart: Int
  /// Workgroups: columns, rows, products and parts.
  let groups: Groups

  init(_ product: RecordedProduct, device: Device) {
    let settings = product.tiles ?? TileTable.of(device).settings(product, on: device.physical)
    let (a, b, c) = (product.a, product.b, product.c)
    let (count, columns, depth) = (c.rows, c.columns, a.columns)
    let subgroup = device.physical.subgroups
    let handsRound = device.physical.handsRound
    var handed = handsRound ? subgroup.handed : 1
    let products = product.batch.reduce(1, *)
    let width = (columns + 3) / 4
    let alongRows = a.isInFours(along: \.rowStride, across: \.columnStride, extent: count)
    let holdsB = settings.holdsB != 0 && count >= 16 && depth > 0
    let local = subgroup.size * max(1, min(width / subgroup.size, settings.subgroups))
    let block: Int
    var fours = 1
    if holdsB {
      kernel = handsRound ? .matrixProductHeld : .matrixProductHeldPlain
      // Rather one block of the whole depth than a second, for which C is read again; a large one behind descriptors takes
      // drivers long to compile.
      let isBounded = !device.physical.branchesAtDescriptors
      let isWhole = depth <= (settings.depth == 64 ? isBounded ? 96 : 256 : settings.depth)
      block = isWhole ? (depth + 7) / 8 * 8 : settings.depth
      if !(isBounded && block > settings.depth) {
        fours = Self.fours(width: width, local: local, block: block, most: settings.fours)
      }
      // Tall enough to pay for the block; short enough that all cores work where k can't be split.
      let others = (width + local * fours - 1) / (local * fours) * products
      let down = (settings.workgroups + others - 1) / others
      rows = min(settings.heldRows, depth >= 512 ? count : max(16, (count + down - 1) / down))
    } else {
      kernel = handsRound ? .matrixProduct : .matrixProductPlain
      block = handed
      rows = [16, 8, 4, 2].first { $0 <= min(count, settings.tileRows) } ?? 1
    }
    let alongDepth =
      holdsB && block % 16 == 0 && a.isInFours(along: \.columnStride, across: \.rowStride, extent: depth)
    if alongDepth, block % (4 * handed) != 0 { handed = min(handed, 4) }
    let bAcross = b.isInFours(along: \.columnStride, across: \.rowStride, extent: columns)
    let bDown = holdsB && b.isInFours(along: \.rowStride, across: \.columnStride, extent: depth)
    let cAcross = c.isInFours(along: \.columnStride, across: \.rowStride, extent: columns)
    let across = (width + local * fours - 1) / (local * fours)
    let down = (count + rows - 1) / rows
    // Enough workgroups for all cores.
    let isSummed = product.terms > 1
    let busy = min(
      settings.workgroups / (across * down * products),
      max(isSummed ? product.terms : 1, depth / settings.shortestPart))
    // And parts short enough for the loops of one lane.
    let rounds = (depth / block + 2) * (holdsB ? rows + 1 : 1) * product.terms
    let split = max(1, busy, (rounds + maximumLoopRounds - 1) / maximumLoopRounds)
    let length = isSummed ? product.terms : depth
    // Blocks stay whole.
    let step = isSummed ? 1 : block
    lengthOfPart = max(step, (length + split * step - 1) / (split * step) * step)
    parts = max(1, (length + lengthOfPart - 1) / lengthOfPart)
    groups = Groups(across, down, parts * products)
    let cInFours = parts > 1 ? columns % 4 == 0 : cAcross
    var specialization =
      [local, handed, holdsB ? block : rows].map(UInt32.init) + [
        (holdsB ? alongDepth : alongRows && rows % 4 == 0) ? 1 : 0, bAcross ? 2 : bDown ? 1 : 0,
        cInFours ? 1 : 0, product.sideLoads, parts > 1 ? 0 : product.epilogue.rawValue,
        parts > 1 || product.side == nil ? 0 : 1,
      ]
    specialization += [
      product.side?.rowStride == 0 && products == 1 ? 0 : 1, lengthOfPart <= block && !isSummed ? 1 : 2,
      UInt32(fours), products > 1 ? 1 : 0, isSummed ? 1 : 0, depth % block == 0 ? 0 : 1,
    ]
    self.specialization = specialization
  }

  /// Fours of columns that a lane computes of `width`: a broadcast costs as much as a dozen products, so it serves eight where
  /// it can, or more where fewer columns are left over; a large block takes drivers long to compile.
  private static func fours(width: Int, local: Int, block: Int, most: Int) -> Int {
    guard width > local, most > 1, block <= 128 else { return 1 }
    func padded(_ fours: Int) -> Int { (width + local * fours - 1) / (local * fours) * fours }
    return (2...most).filter { $0 == 2 || block * $0 <= 192 }
      .min { (padded($0), -$0) < (padded($1), -$1) } ?? 1
  }
}

extension PhysicalDevice {
  /// Whether the lanes of a subgroup can hand values round; otherwise kernels have plain twins.
  var handsRound: Bool { subgroups.operations.contains("ballot") }
}

extension Operand {
  /// Whether loads of four neighbours along one direction stay aligned and inside.
  func isInFours(along: KeyPath<Operand, Int>, across: KeyPath<Operand, Int>, extent: Int) -> Bool {
    extent % 4 == 0 && extent > 0 && self[keyPath: along] == 1 && self[keyPath: across] % 4 == 0
      && elementOffset % 4 == 0 && termStride % 4 == 0 && batchStrides.allSatisfy { $0 % 4 == 0 }
  }
}
