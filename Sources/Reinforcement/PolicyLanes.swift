import Recording
import Vulkan

/// How copies are laid over lanes by kernels that evaluate a policy in place, in whole subgroups.
struct PolicyLanes {
  /// Workgroup size.
  let local: Int
  /// Weights that one load hands round, copies a lane.
  let specialization: [UInt32]
  let groups: Groups
  /// Two layers of activations for each lane, four values each.
  let scratchBytes: Int
  private let handed: Int

  /// - Parameter copies: those of an agent; no subgroup has two agents' copies.
  init(copies: Int, agents: Int, policy: MultilayerPerceptron, device: Device) {
    let subgroups = device.physical.subgroups
    local = subgroups.maxSize
    handed = subgroups.handed
    let copiesPerLane = Self.copiesPerLane(copies, on: device)
    let count = (copies + local * copiesPerLane - 1) / (local * copiesPerLane)
    specialization = [handed, copiesPerLane].map(UInt32.init)
    groups = Groups(count, agents)
    scratchBytes = 16 * 2 * (policy.widths.max() ?? 1) * count * agents * local
  }

  /// Four copies a lane where that leaves work for two cores: a weight that is handed round then serves four.
  private static func copiesPerLane(_ copies: Int, on device: Device) -> Int {
    device.physical.kind == .cpu && copies >= 8 * device.physical.subgroups.maxSize ? 4 : 1
  }

  /// Runs of time steps short enough that the loops of one dispatch stay below `maximumLoopRounds`.
  func cut(_ steps: Int, _ policy: MultilayerPerceptron, _ environment: VectorEnvironment) -> [Range<Int>] {
    let rounds = policy.loopRounds(handed: handed) + 4 * environment.loopRounds
    let length = max(1, maximumLoopRounds / rounds)
    return stride(from: 0, to: steps, by: length).map { $0..<min($0 + length, steps) }
  }
}
