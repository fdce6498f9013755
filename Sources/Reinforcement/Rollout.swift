import KernelParameters
import Recording
public import Tensors
public import Vulkan

/// The variables of a rollout: the state of all copies, and the trajectory of the last `horizon` steps.
public final class Rollout: Sendable {
  /// The environment that is stepped.
  public let environment: any Environment
  /// Copies that are stepped side by side, and steps of each.
  public let copies, horizon: Int
  /// State of the copies [state, copies] and their running episodes' return and length [2, copies].
  public let states, episodes: Variable
  /// What the policy saw before and after each step, before any reset: [horizon, copies, observation].
  public let observations, nextObservations: Variable
  /// int32 actions and their log-probabilities: [horizon, copies].
  public let actions, logProbabilities: Variable
  /// Rewards and the two kinds of end: [horizon, copies].
  public let rewards, terminated, truncated: Variable
  /// Of the episodes that ended: sum of returns, sum of lengths, number: [3, copies].
  public let statistics: Variable

  /// Memory for a rollout.
  ///
  /// - Throws: `VulkanError.outOfMemory` when it doesn't fit.
  public init(
    _ environment: any Environment, copies: Int, horizon: Int, on device: Device
  ) throws(VulkanError) {
    self.environment = environment
    self.copies = copies
    self.horizon = horizon
    func variable(_ name: String, _ shape: Shape, _ type: DataType = .float32) throws(VulkanError) -> Variable
    {
      try Variable(shape, type, on: device, label: "rollout.\(name)")
    }
    let observed = Shape([horizon, copies, environment.observationSize])
    states = try variable("states", [environment.stateSize, copies])
    episodes = try variable("episodes", [2, copies])
    observations = try variable("observations", observed)
    nextObservations = try variable("next_observations", observed)
    actions = try variable("actions", [horizon, copies], .int32)
    logProbabilities = try variable("log_probabilities", [horizon, copies])
    rewards = try variable("rewards", [horizon, copies])
    terminated = try variable("terminated", [horizon, copies], .bool)
    truncated = try variable("truncated", [horizon, copies], .bool)
    statistics = try variable("statistics", [3, copies])
  }

  /// Steps all copies `horizon` times under the policy in `weights`; the trajectory variables hold the result after it.
  ///
  /// - Parameters:
  ///   - weights: the flat parameters; the policy begins at element `offset`.
  ///   - iteration: uint32 scalar; the first rollout is number 0 and resets all copies.
  public func step(
    weights: Tensor, offset: Int, policy: MultilayerPerceptron, iteration: Tensor, seed: UInt64
  ) {
    weights.graph.effect(
      RolloutOperation(rollout: self, policy: policy, offset: offset, seed: seed), [weights, iteration])
  }

  /// Number of samples in a rollout.
  public var samples: Int { copies * horizon }
}

/// The dispatch of a whole rollout.
private struct RolloutOperation: EffectOperation, DispatchedOperation {
  let rollout: Rollout
  let policy: MultilayerPerceptron
  let offset: Int
  let seed: UInt64

  var name: String { "rollout" }
  var writes: [Variable] {
    [
      rollout.states, rollout.episodes, rollout.observations, rollout.nextObservations, rollout.actions,
      rollout.logProbabilities, rollout.rewards, rollout.terminated, rollout.truncated, rollout.statistics,
    ]
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let lanes = PolicyLanes(
      copies: rollout.copies, policy: policy, device: recorder.device,
      copiesPerLane: PolicyLanes.copiesPerLane(rollout.copies, on: recorder.device))
    let scratch = recorder.transient(byteCount: lanes.scratchBytes, label: "activations")
    for steps in lanes.cut(rollout.horizon, policy) {
      recorder.dispatch(
        Dispatch(
          "rollout \(rollout.environment.name) \(steps.count)×\(rollout.copies)",
          rollout.environment.kernels.rollout, specialization: lanes.specialization,
          parameters: RolloutParameters(
            copies: UInt32(rollout.copies), horizon: UInt32(rollout.horizon),
            firstStep: UInt32(steps.lowerBound), steps: UInt32(steps.count),
            seedLow: UInt32(truncatingIfNeeded: seed), seedHigh: UInt32(truncatingIfNeeded: seed >> 32),
            policy: policy.parameters(offset: offset + inputs[0].elementOffset)),
          bindings: [
            .read(inputs[0].region), .read(inputs[1].region), .readWrite(rollout.states.region),
            .readWrite(rollout.episodes.region),
            // Each lane reads only what it wrote.
            .write(scratch),
          ] + writes.dropFirst(2).dropLast().map { .write($0.region) } + [
            .readWrite(rollout.statistics.region)
          ],
          groups: lanes.groups))
    }
  }
}

/// How copies are laid over lanes by kernels that evaluate a policy in place, in whole subgroups.
struct PolicyLanes {
  /// Workgroup size, weights that one load hands round, copies a lane.
  let specialization: [UInt32]
  let groups: Groups
  /// Two layers of activations for each lane, four values each.
  let scratchBytes: Int
  private let handed: Int

  init(copies: Int, policy: MultilayerPerceptron, device: Device, copiesPerLane: Int = 1) {
    let subgroups = device.physical.subgroups
    let local = subgroups.maxSize
    handed = min(8, subgroups.minSize)
    let count = (copies + local * copiesPerLane - 1) / (local * copiesPerLane)
    specialization = [local, handed, copiesPerLane].map(UInt32.init)
    groups = Groups(count)
    scratchBytes = 16 * 2 * (policy.widths.max() ?? 1) * count * local
  }

  /// Four copies a lane where that leaves work for two cores: a weight that is handed round then serves four.
  static func copiesPerLane(_ copies: Int, on device: Device) -> Int {
    device.physical.kind == .cpu && copies >= 8 * device.physical.subgroups.maxSize ? 4 : 1
  }

  /// Runs of time steps short enough that the loops of one dispatch stay below `maximumLoopRounds`.
  func cut(_ steps: Int, _ policy: MultilayerPerceptron) -> [Range<Int>] {
    let length = max(1, maximumLoopRounds / policy.loopRounds(handed: handed))
    return stride(from: 0, to: steps, by: length).map { $0..<min($0 + length, steps) }
  }
}
