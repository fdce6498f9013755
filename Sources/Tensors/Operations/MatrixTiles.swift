import Kernels
import Recording
import Vulkan

/// How a product is cut: registers a lane, lanes a workgroup, workgroups, parts along k.
///
/// On GPUs a lane holds a tile of C and both operands stream past. On CPU drivers every load of a buffer is a gather of about
/// 80 cycles, so there a lane holds a block of B, which the rows of A walk past: a third of the loads.
struct MatrixTiles {
  let kernel: Kernel
  /// Workgroup size, elements that one load hands round, then the block that a lane holds.
  let specialization: [UInt32]
  /// Rows of a workgroup.
  let rows: Int
  /// Parts that k is split into, and the length of each.
  let parts, depthOfPart: Int
  /// Workgroups: columns, rows, parts.
  let groups: Groups

  init(rows count: Int, columns: Int, depth: Int, device: Device) {
    let subgroup = device.physical.subgroups
    let isCPU = device.physical.kind == .cpu
    let handed = min(8, subgroup.minSize)
    let width = (columns + subgroup.size - 1) / subgroup.size
    // A power of two, so that few pipelines serve all shapes.
    let columnsPerLane = width >= 4 ? 4 : width >= 2 ? 2 : 1
    let local: Int
    let block: Int
    if isCPU && count >= 16 {
      kernel = .matrixProductHeld
      local = subgroup.size
      let needed = (depth + handed - 1) / handed * handed
      block = needed <= handed ? handed : needed <= 2 * handed ? 2 * handed : 64
      // Tall enough to pay for the block; short enough that all cores work where k can't be split.
      rows = depth >= 512 ? min(128, count) : max(16, min(128, (count + 7) / 8))
      specialization = [UInt32(local), UInt32(handed), UInt32(block), UInt32(columnsPerLane)]
    } else {
      kernel = .matrixProduct
      let subgroups = (width + columnsPerLane - 1) / columnsPerLane
      local = subgroup.size * max(1, min(subgroups, (isCPU ? 8 : 64) / subgroup.size))
      block = handed
      rows = count >= 8 ? 8 : count >= 4 ? 4 : count >= 2 ? 2 : 1
      specialization = [UInt32(local), UInt32(handed), UInt32(rows), UInt32(columnsPerLane)]
    }
    let across = (columns + local * columnsPerLane - 1) / (local * columnsPerLane)
    let down = (count + rows - 1) / rows
    // Enough workgroups for a few cores, or for a small GPU; parts of at least 128.
    let wanted = isCPU ? 8 : 256
    let busy = min(wanted / (across * down), depth / 128)
    // And parts short enough for the loops of one lane.
    let rounds = (depth / block + 1) * (kernel == .matrixProductHeld ? rows : 1)
    let split = max(1, busy, (rounds + maximumLoopRounds - 1) / maximumLoopRounds)
    depthOfPart = (depth + split * block - 1) / (split * block) * block
    parts = max(1, (depth + max(1, depthOfPart) - 1) / max(1, depthOfPart))
    groups = Groups(across, down, parts)
  }
}
