import KernelParameters
import Recording
public import Tensors
public import Vulkan

/// The trajectory of the last `horizon` steps of all copies of an environment.
public final class Rollout: Sendable {
  /// The copies that are stepped.
  public let environment: VectorEnvironment
  /// Steps of each copy.
  public let horizon: Int
  /// What the policy saw before and after each step, before any reset: [horizon, agents, copies, observation].
  public let observations, finalObservations: Variable
  /// What the policy chose, before a box's bounds: int32 or float32 [horizon, agents, copies, action].
  public let actions: Variable
  /// Rewards and the two kinds of end: [horizon, agents, copies].
  public let rewards, terminated, truncated: Variable

  /// Memory for a rollout.
  ///
  /// - Throws: `VulkanError.outOfMemory` when it doesn't fit.
  public init(_ environment: VectorEnvironment, horizon: Int, on device: Device) throws(VulkanError) {
    self.environment = environment
    self.horizon = horizon
    let all = [horizon, environment.agents, environment.copies]
    func variable(_ name: String, _ sizes: [Int] = [], _ type: DataType = .float32) throws(VulkanError)
      -> Variable
    {
      try Variable(Shape(all + sizes), type, on: device, label: "rollout.\(name)")
    }
    let observed = [environment.observationSize]
    let action = environment.actionType
    observations = try variable("observations", observed)
    finalObservations = try variable("final_observations", observed)
    actions = try variable("actions", [action.shape[2]], action.dataType)
    rewards = try variable("rewards")
    terminated = try variable("terminated", [], .bool)
    truncated = try variable("truncated", [], .bool)
  }

  /// Samples of each agent.
  public var samples: Int { environment.copies * horizon }

  /// Numbers [horizon, agents, copies, size] of all steps, by agents: [agents, samples, size].
  func perAgent(_ steps: Tensor) -> Tensor {
    steps.transpose(0, 1).reshape([environment.agents, samples, steps.shape[3]])
  }

  /// A number for each sample, [agents, samples] or [agents, samples, 1], as [horizon, agents, copies].
  func perStep(_ samples: Tensor) -> Tensor {
    samples.reshape([environment.agents, horizon, environment.copies]).transpose(0, 1)
  }

  /// Samples of `variable` [horizon, agents, copies, …] by their numbers among each agent's, uint32 `rows` [agents, n] →
  /// [agents, n, …].
  func samples(of variable: Variable, _ rows: Tensor) -> Tensor {
    let graph = rows.graph
    let (agents, copies) = (environment.agents, Double(environment.copies))
    let rest = Array(variable.type.shape.dimensions.dropFirst(3))
    var rows = rows
    if agents > 1 {
      let step = rows.floorDivide(copies)
      let agent = graph.arange(agents, .uint32).reshape([agents, 1])
      rows = (step * Double(agents) + agent) * copies + (rows - step * copies)
    }
    let values = graph.read(variable).reshape(Shape([horizon * agents * environment.copies] + rest))
    return values.indexSelect(rows.reshape([rows.shape.count])).reshape(Shape(rows.shape.dimensions + rest))
  }

  /// Where the policy's parameters are in the flat weights, and what it is given.
  public struct Source {
    /// The flat parameters.
    public let weights: Tensor
    /// The first element of the policy, and of the logarithms of standard deviations, for box actions.
    public let offset, deviation: Int
    /// Means and factors [2, agents, observation] by which observations are normalised, and the bound of what comes of
    /// it; nil to take them as they are.
    public let normalizer: (values: Tensor, limit: Double)?

    /// The policy whose first parameter is element `offset` of `weights`.
    public init(
      _ weights: Tensor, offset: Int = 0, deviation: Int = 0,
      normalizer: (values: Tensor, limit: Double)? = nil
    ) {
      (self.weights, self.offset, self.deviation, self.normalizer) = (weights, offset, deviation, normalizer)
    }
  }

  /// Steps all copies `horizon` times under a policy, in one dispatch, and resets them first where the clock is at 0; the
  /// trajectory, and the environment's `statistics` of these steps alone, are there after it.
  ///
  /// The environment must show one frame at a time; the pass throws `GraphError` otherwise.
  public func collect(_ policy: MultilayerPerceptron, _ source: Source) {
    let graph = source.weights.graph
    let number = graph.read(environment.clock)
    graph.effect(
      RolloutOperation(rollout: self, policy: policy, source: source),
      [source.weights, number] + (source.normalizer.map { [$0.values] } ?? []))
    environment.clock.assign(number + Double(horizon))
  }
}

/// The dispatch of a whole rollout.
private struct RolloutOperation: EffectOperation, DispatchedOperation {
  let rollout: Rollout
  let policy: MultilayerPerceptron
  let offset, deviation: Int
  let limit: Double?

  init(rollout: Rollout, policy: MultilayerPerceptron, source: Rollout.Source) {
    (self.rollout, self.policy) = (rollout, policy)
    (offset, deviation, limit) = (source.offset, source.deviation, source.normalizer?.limit)
  }

  var name: String { "rollout" }
  var writes: [Variable] {
    let environment = rollout.environment
    return [
      environment.states, environment.episodes, environment.statistics, rollout.observations,
      rollout.finalObservations, rollout.actions, rollout.rewards, rollout.terminated, rollout.truncated,
      environment.faults,
    ]
  }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard rollout.environment.frameStack == 1 else {
      throw .mismatch(
        operation: name, inputs: [rollout.observations.type],
        expected: "observations of one frame, not of \(rollout.environment.frameStack)")
    }
    return TensorType([0])
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let environment = rollout.environment
    let lanes = PolicyLanes(
      copies: environment.copies, agents: environment.agents, policy: policy, device: recorder.device)
    let scratch = recorder.transient(byteCount: lanes.scratchBytes, label: "activations")
    let weights = inputs[0].elementOffset
    for steps in lanes.cut(rollout.horizon, policy, environment) {
      recorder.dispatch(
        Dispatch(
          "rollout \(environment.environment.name) \(steps.count)×\(environment.agents * environment.copies)",
          environment.environment.kernels.rollout,
          specialization: environment.specialization(local: lanes.local) + lanes.specialization
            + [limit == nil ? 0 : 1],
          parameters: RolloutParameters(
            copies: UInt32(environment.copies), agents: UInt32(environment.agents),
            lanes: UInt32(lanes.groups.x * lanes.local), horizon: UInt32(rollout.horizon),
            firstStep: UInt32(steps.lowerBound), steps: UInt32(steps.count),
            clockOffset: UInt32(inputs[1].elementOffset), observationLimit: Float(limit ?? 0),
            policy: policy.parameters(offset: offset + weights, deviation: deviation + weights)),
          bindings: [
            .read(inputs[0].region), .read(inputs[1].region), .read(environment.seeds.region),
            // Without normalisation nothing is read there.
            .read(environment.ranges.region), .read((limit == nil ? inputs[0] : inputs[2]).region),
            // Each lane reads only what it wrote.
            .write(scratch),
          ] + writes.steppedRegions(goingOn: 3),
          groups: lanes.groups,
          flops: steps.count * environment.agents * environment.copies * policy.flops))
    }
  }
}
