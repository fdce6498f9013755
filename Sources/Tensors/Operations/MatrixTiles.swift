import Recording
import Vulkan

/// How a product is cut: registers a lane, lanes a workgroup, workgroups, parts along k.
///
/// On GPUs a lane holds a tile of C and both operands stream past. On CPU drivers every load of a buffer is a gather of about
/// 80 cycles, so there a lane holds a block of B, which the rows of A walk past: a third of the loads.
struct MatrixTiles {
  /// Lanes of a workgroup; they lie along the columns.
  let local: Int
  /// Elements of A that one load brings to a subgroup, handed round by broadcast.
  let handed: Int
  /// Rows of a workgroup.
  let rows: Int
  /// Columns that a lane computes.
  let columnsPerLane: Int
  /// Elements of each column of B that a lane holds; 0 where it holds a tile of C.
  let held: Int
  /// Parts that k is split into.
  let parts: Int
  /// Length of a part along k.
  let depthOfPart: Int
  /// Workgroups: columns, rows, parts.
  let groups: Groups

  init(rows count: Int, columns: Int, depth: Int, device: Device) {
    let subgroup = device.physical.subgroups
    let isCPU = device.physical.kind == .cpu
    let handed = min(8, subgroup.minSize)
    let width = (columns + subgroup.size - 1) / subgroup.size
    let holdsB = isCPU && count >= 16
    if holdsB {
      local = subgroup.size
      columnsPerLane = width >= 8 ? 8 : width >= 4 ? 4 : width >= 2 ? 2 : 1
      held = min(64, (depth + handed - 1) / handed * handed)
      rows = max(16, min(128, (count + 7) / 8))
    } else {
      columnsPerLane = max(1, min(4, width))
      let subgroups = (width + columnsPerLane - 1) / columnsPerLane
      local = subgroup.size * max(1, min(subgroups, (isCPU ? 8 : 64) / subgroup.size))
      held = 0
      rows = count >= 8 ? 8 : count >= 4 ? 4 : count >= 2 ? 2 : 1
    }
    self.handed = handed
    let across = (columns + local * columnsPerLane - 1) / (local * columnsPerLane)
    let down = (count + rows - 1) / rows
    // Enough workgroups for a few cores, or for a small GPU; parts of at least 128.
    let wanted = isCPU ? 8 : 256
    let split = max(1, min(wanted / (across * down), depth / 128))
    let block = max(handed, held)
    depthOfPart = (depth + split * block - 1) / (split * block) * block
    parts = max(1, (depth + max(1, depthOfPart) - 1) / max(1, depthOfPart))
    groups = Groups(across, down, parts)
  }
}
