import Recording
import Vulkan

/// How a product is cut: registers a lane, lanes a workgroup, workgroups, parts along k.
struct MatrixTiles {
  /// Lanes of a workgroup; they lie along the columns.
  let local: Int
  /// Elements of A that one load brings to a subgroup, handed round by broadcast.
  let handed: Int
  /// Rows that a lane computes.
  let rowsPerLane: Int
  /// Columns that a lane computes.
  let columnsPerLane: Int
  /// Parts that k is split into.
  let parts: Int
  /// Length of a part along k.
  let depthOfPart: Int
  /// Workgroups: columns, rows, parts.
  let groups: Groups

  init(rows: Int, columns: Int, depth: Int, device: Device) {
    let subgroup = device.physical.subgroups
    let isCPU = device.physical.kind == .cpu
    handed = min(8, subgroup.minSize)
    rowsPerLane = rows >= 8 ? 8 : rows >= 4 ? 4 : rows >= 2 ? 2 : 1
    columnsPerLane = max(1, min(4, (columns + subgroup.size - 1) / subgroup.size))
    let width = (columns + columnsPerLane - 1) / columnsPerLane
    let subgroups = (width + subgroup.size - 1) / subgroup.size
    local = subgroup.size * max(1, min(subgroups, (isCPU ? 8 : 64) / subgroup.size))
    let across = (columns + local * columnsPerLane - 1) / (local * columnsPerLane)
    let down = (rows + rowsPerLane - 1) / rowsPerLane
    // Enough workgroups for two cores, or for a small GPU; parts of at least 128.
    let wanted = isCPU ? 8 : 256
    let split = max(1, min(wanted / (across * down), depth / 128))
    depthOfPart = (depth + split * handed - 1) / (split * handed) * handed
    parts = max(1, (depth + max(1, depthOfPart) - 1) / max(1, depthOfPart))
    groups = Groups(across, down, parts)
  }
}
