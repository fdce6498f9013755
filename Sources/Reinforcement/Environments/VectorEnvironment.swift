import KernelParameters
import Learning
import Recording
public import Tensors
public import Vulkan

/// Copies of an environment that live on the device and are stepped side by side (`gymnasium.vector.VectorEnv`).
///
/// One or more agents have the same number of copies each; what copy e of an agent does depends on the agent's seed, e and
/// the actions, and on nothing else. A copy that ends begins anew in the same step, and what it was observed as before that is
/// kept apart.
public final class VectorEnvironment: Sendable {
  /// The environment that is stepped.
  public let environment: any Environment
  /// Agents, and copies of each.
  public let agents, copies: Int
  /// Steps taken so far, uint32.
  public let clock: Variable
  /// The seeds of the agents, uint32 [agents, 2].
  public let seeds: Variable
  /// State, then parameters, of all copies [state + parameters, agents × copies].
  public let states: Variable
  /// Return and length of the running episodes [2, agents, copies].
  public let episodes: Variable
  /// Of the episodes that ended: sum of returns, sum of lengths, number; then the number of faults: [4, agents, copies].
  public let statistics: Variable
  /// Of the last fault of each copy: number of the step plus 1, the bits of the state before it and after it, whether an index
  /// was out of range, uint32 [2 + 2 × state, agents × copies].
  let faults: Variable
  /// What is seen now: frames, the oldest first, float32 [agents, copies, frames × observation].
  ///
  /// The first of an episode fills all of them (Gymnasium's `FrameStackObservation` with `padding_type` "reset").
  public let observations: Variable
  /// What was seen after the last step, before any reset.
  public let finalObservations: Variable
  /// What the last step gave, float32 [agents, copies].
  public let rewards: Variable
  /// Whether it ended an episode by its own rules, or by the limit of steps: bool [agents, copies].
  public let terminated, truncated: Variable
  /// Steps that an action is held.
  public let actionRepeat: Int
  /// Frames that are seen at once.
  public let frameStack: Int
  /// How many there may be of either.
  public static let (actionRepeats, frameStacks) = (1...64, 1...16)

  /// Least and largest value of each parameter [2, parameters].
  let ranges: Variable
  /// Whether any parameter is not the environment's own.
  let isVaried: Bool

  /// - Parameters:
  ///   - seeds: one for each agent.
  ///   - parameters: ranges by name, out of which each episode draws its own uniformly; the others are as they are.
  /// - Throws: `ConfigurationError` for what the environment doesn't have; `VulkanError.outOfMemory`.
  public init(
    _ environment: any Environment, seeds: [UInt64], copies: Int,
    parameters: [String: ClosedRange<Double>] = [:],
    actionRepeat: Int = 1, frameStack: Int = 1, on device: Device
  ) throws {
    try environment.check(parameters)
    try ConfigurationError.check("action-repeat", actionRepeat, in: Self.actionRepeats)
    try ConfigurationError.check("frame-stack", frameStack, in: Self.frameStacks)
    self.environment = environment
    self.copies = copies
    self.actionRepeat = actionRepeat
    self.frameStack = frameStack
    agents = seeds.count
    isVaried = !parameters.isEmpty
    let (agents, own) = (seeds.count, environment.parameters)
    func variable(_ name: String, _ shape: Shape, _ type: DataType = .float32) throws(VulkanError) -> Variable
    {
      try Variable(shape, type, on: device, label: "environment.\(name)")
    }
    clock = try variable("clock", [], .uint32)
    self.seeds = try variable("seeds", [agents, 2], .uint32)
    try self.seeds.write(
      seeds.flatMap { [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)] })
    states = try variable("states", [environment.stateSize + own.count, agents * copies])
    episodes = try variable("episodes", [2, agents, copies])
    statistics = try variable("statistics", [4, agents, copies])
    faults = try variable("faults", [2 + 2 * environment.stateSize, agents * copies], .uint32)
    let seen = frameStack * environment.observationSize
    observations = try variable("observations", [agents, copies, seen])
    finalObservations = try variable("final_observations", [agents, copies, seen])
    rewards = try variable("rewards", [agents, copies])
    terminated = try variable("terminated", [agents, copies], .bool)
    truncated = try variable("truncated", [agents, copies], .bool)
    ranges = try variable("ranges", [2, own.count])
    let bounds = own.map { parameters[$0.name] ?? $0.value...$0.value }
    try ranges.write((bounds.map(\.lowerBound) + bounds.map(\.upperBound)).map(Float.init))
  }

  /// Copies of the environment of a run, as its settings have it.
  ///
  /// - Parameters:
  ///   - kind: takes the place of the environment that they name.
  ///   - seeds: one for each agent.
  ///   - copies: of each agent; by default as many as the settings say.
  /// - Throws: `ConfigurationError`, `VulkanError.outOfMemory`.
  public convenience init(
    _ configuration: some AlgorithmConfiguration, in kind: (any Environment)? = nil, seeds: [UInt64],
    copies: Int? = nil, on device: Device
  ) throws {
    try self.init(
      kind ?? Environments.named(configuration.environment), seeds: seeds,
      copies: copies ?? configuration.environments, parameters: configuration.parameters,
      actionRepeat: configuration.actionRepeat, frameStack: configuration.frameStack, on: device)
  }

  /// float32 numbers that the policy sees: all frames.
  public var observationSize: Int { frameStack * environment.observationSize }

  /// What going on needs beside the settings, between iterations, when `statistics` begin anew. Plans may read what is seen
  /// before they step, and earlier frames can't be made from states.
  public var state: [Variable] { [clock, states, episodes, observations, faults] }

  /// Begins the first episode of each copy.
  public func reset(in graph: Graph) { reset(instead: graph.constant(0, actionType)) }

  /// The same without a kernel that makes actions: those that there are, which a reset doesn't look at, are bound.
  package func reset(instead actions: Tensor) {
    actions.graph.effect(
      StepOperation(target: self, mode: STEP_MODE_RESET), [actions, actions.graph.read(clock)])
  }

  /// Steps all copies once; `observations`, `rewards` and their like have what came of it from here on.
  ///
  /// - Parameter actions: int32 or, for a box, float32 [agents, copies, action]; taken as they are.
  public func step(_ actions: Tensor) {
    let number = actions.graph.read(clock)
    actions.graph.effect(StepOperation(target: self, mode: STEP_MODE_AUTORESET), [actions, number])
    clock.assign(number + 1)
  }

  /// Whether the last step ended an episode in either way, bool [agents, copies].
  func ended(in graph: Graph) -> Tensor { graph.read(terminated).logicalOr(graph.read(truncated)) }

  /// Random numbers of each agent, anew for each step.
  public func generator(in graph: Graph) -> Generator {
    Generator(seeds: graph.read(seeds), counter: graph.read(clock))
  }

  /// Actions that are drawn uniformly out of the space, anew for each step (`gymnasium.Space.sample`): [agents, copies, action].
  public func sampleActions(in graph: Graph) -> Tensor {
    let (draws, shape) = (generator(in: graph), Shape([agents, copies]))
    let components =
      switch environment.actionSpace {
      case .box(let low, let high): zip(low, high).map { draws.uniform(shape, low: $0, high: $1) }
      case .discrete(let count): [draws.integers(shape, in: 0..<count)]
      case .multiDiscrete(let counts): counts.map { draws.integers(shape, in: 0..<$0) }
      }
    return .stack(components, axis: 2)
  }

  /// Steps all copies once, and resets none: for parity with what steps elsewhere.
  func stepAlone(_ actions: Tensor) {
    actions.graph.effect(
      StepOperation(target: self, mode: STEP_MODE_ALONE), [actions, actions.graph.read(clock)])
  }

  /// The type of the actions of all copies.
  var actionType: TensorType {
    let isDiscrete = environment.actionSpace.counts != nil
    return TensorType([agents, copies, environment.actionSpace.size], isDiscrete ? .int32 : .float32)
  }

  /// The specialization constants that all kernels of an environment begin with.
  func specialization(local: Int) -> [UInt32] { [UInt32(local), isVaried ? 1 : 0, UInt32(actionRepeat)] }

  /// How often loops of a kernel go round in a step of a copy, beside those of a first step and of the policy.
  var loopRounds: Int { actionRepeat - 1 + (isVaried ? 10 * ((environment.parameters.count + 3) / 4) : 0) }
}

extension [Variable] {
  /// What a kernel that steps writes: first what goes on from step to step, then what each dispatch makes anew.
  func steppedRegions(goingOn count: Int) -> [Binding] {
    prefix(count).map { .readWrite($0.region) } + dropFirst(count).map { .write($0.region) }
  }
}

private struct StepOperation: EffectOperation, DispatchedOperation {
  let target: VectorEnvironment
  let mode: Int32

  var name: String { "step \(target.environment.name)" }
  /// What goes on from step to step, then what each makes anew.
  var writes: [Variable] {
    [
      target.states, target.episodes, target.statistics, target.observations, target.finalObservations,
      target.rewards, target.terminated, target.truncated, target.faults,
    ]
  }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs[0] == target.actionType else {
      throw .mismatch(operation: name, inputs: [inputs[0]], expected: "actions \(target.actionType)")
    }
    return TensorType([0])
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let local = 32
    recorder.dispatch(
      Dispatch(
        "\(name) × \(target.agents * target.copies)", target.environment.kernels.step,
        specialization: target.specialization(local: local) + [UInt32(target.frameStack)],
        parameters: StepParameters(
          copies: UInt32(target.copies), agents: UInt32(target.agents), mode: UInt32(mode),
          clockOffset: UInt32(inputs[1].elementOffset),
          actionOffset: UInt32(inputs[0].elementOffset)),
        bindings: [
          .read(inputs[1].region), .read(target.seeds.region), .read(target.ranges.region),
          .read(inputs[0].region),
        ] + writes.steppedRegions(goingOn: 4),
        groups: Groups((target.copies + local - 1) / local, target.agents)))
  }
}
