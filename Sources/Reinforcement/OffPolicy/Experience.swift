import Learning
import Recording
import Tensors
import Vulkan

/// Copies of an environment with continuous actions, every step of which goes into a replay buffer.
///
/// Actions are within ±1 here, and in the buffer; the environment gets them between its own bounds.
struct Experience: Sendable {
  let environment: VectorEnvironment
  let buffer: ReplayBuffer

  /// Environments at the start of their first episodes, and an empty buffer.
  ///
  /// - Throws: `ConfigurationError` when the buffer has no room, `VulkanError`.
  init(_ configuration: some OffPolicyConfiguration, seeds: [UInt64], on device: Device) throws {
    let environment = try VectorEnvironment(configuration, seeds: seeds, on: device)
    self.environment = environment
    buffer = try ReplayBuffer(environment, capacity: configuration.bufferSize, on: device)
    try device.run("reset") { environment.reset(in: $0) }
  }

  /// What going on needs.
  var state: [Variable] { environment.state + buffer.state }

  /// What is seen now [agents, copies, observation], as it is before the step that follows.
  func observations(in graph: Graph) -> Tensor {
    // A copy: the step writes over what it was made from.
    graph.read(environment.observations) * 1
  }

  /// Steps all copies by `actions` [agents, copies, action], chosen at `observations`, and keeps what comes of it.
  func step(_ actions: Tensor, at observations: Tensor) {
    environment.step(environment.environment.actionSpace.scaled(actions))
    buffer.append(observations: observations, actions: actions)
  }

  /// Transitions of an update, drawn uniformly.
  func batch(_ configuration: some OffPolicyConfiguration, _ generator: Generator) -> ReplayBuffer.Batch {
    buffer.transitions(
      at: buffer.uniformPlaces(configuration.batch, generator), returnSteps: configuration.returnSteps,
      gamma: configuration.gamma)
  }

  /// The first steps, under uniformly random actions; nil when there are to be none.
  func warmUp(
    _ configuration: some OffPolicyConfiguration, on device: Device, options: PlanOptions
  ) throws -> TrainingLoop.WarmUp? {
    let times = configuration.warmUpActions
    guard times > 0 else { return nil }
    let plan = try device.record("warm-up \(environment.environment.name)", options: options) { program in
      try program.pass("explore") { graph in
        let generator = environment.generator(in: graph)
        let actions = generator.uniform(environment.actionType.shape, low: -1, high: 1)
        step(actions, at: observations(in: graph))
      }
    }
    return TrainingLoop.WarmUp(plan, times: times, stepsPerReplay: configuration.stepsPerAction)
  }

  /// Appends the iteration's metrics: means over its updates of `sums` [agents, losses], then `constants`.
  func report(
    _ report: TrainingLoop.Report, _ sums: Variable, updates: Int, constants: [Double], in graph: Graph
  ) {
    let fixed = constants.map { graph.constant($0, TensorType([environment.agents, 1])) }
    report.append([graph.read(sums) / Double(updates)] + fixed)
    sums.assign(graph.constant(0, sums.type))
  }
}

extension VectorEnvironment {
  /// Random numbers of each agent for update `number`, none of which a step draws as well.
  func updateGenerator(_ number: Tensor) -> Generator {
    Generator(seeds: number.graph.read(seeds), counter: number + Double(UInt32(1) << 31))
  }
}

extension ActionSpace {
  /// Actions within ±1 as the environment takes them: −1 is a box's lower bound, 1 its upper.
  func scaled(_ actions: Tensor) -> Tensor {
    guard case .box(let low, let high) = self else { return actions }
    func constants(_ values: [Double]) -> Tensor {
      // One number needs no vector in memory.
      Set(values).count == 1
        ? actions.graph.constant(values[0], TensorType([])) : actions.graph.vector(values)
    }
    return constants(zip(low, high).map { ($0 + $1) / 2 })
      + actions * constants(zip(low, high).map { ($1 - $0) / 2 })
  }
}

extension Variable {
  /// Moves this part of the way to `source`, of the same layout: θ′ ← θ′ + τ(θ − θ′) (Polyak averaging).
  func follow(_ source: Variable, _ tau: Tensor) {
    assign(tau.graph.read(self).lerp(tau.graph.read(source), tau))
  }
}

extension Safetensors {
  /// The tensors of the modules called `names` alone, out of everything that a run is made of.
  func modules(_ names: [String]) -> Safetensors {
    Safetensors(
      tensors: tensors.filter { key, _ in names.contains { key.hasPrefix("\($0).") } }, metadata: metadata)
  }
}
