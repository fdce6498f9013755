import KernelParameters
import Learning
import Recording
import Tensors
public import Vulkan

/// How fast an environment steps alone, under random actions.
public struct ExplorationResult: Sendable {
  /// Steps that were timed, over all copies.
  public let steps: Int
  /// Seconds that they took.
  public let seconds: Double
  /// Reward for each episode that ended.
  public let returnMean: Double
  /// Steps a second.
  public var stepsPerSecond: Double { Double(steps) / max(seconds, 1e-9) }
}

/// Steps environments without a policy.
public enum Exploration {
  private static let stepsPerReplay = 256

  /// Steps `copies` copies under uniformly random actions, at least `steps` steps in all after a warm-up.
  ///
  /// - Throws: `ConfigurationError`, `VulkanError`.
  public static func run(
    environment name: String, copies: Int, steps: Int, seed: UInt64, on device: Device
  ) throws -> ExplorationResult {
    guard let environment = Environments.named(name) else {
      throw ConfigurationError(
        field: "environment",
        reason: "\"\(name)\" is not known; there are: \(Environments.names.joined(separator: ", "))")
    }
    try ConfigurationError.check("copies", copies, in: 1...1 << 24)
    try ConfigurationError.check("steps", steps, in: 1...1 << 50)
    let operation = ExplorationOperation(
      environment: environment, copies: copies, steps: stepsPerReplay, seed: seed,
      states: try Variable([environment.stateSize, copies], on: device, label: "states"),
      totals: try Variable([3, copies], on: device, label: "totals"))
    let iteration = try Variable([], .uint32, on: device, label: "iteration")
    let plan = try device.record("explore \(name)") { program in
      try program.pass("explore") { graph in
        graph.effect(operation, [graph.read(iteration)])
        iteration.assign(graph.read(iteration) + 1)
      }
    }
    let replay = try Replay(plan)
    try replay.run(times: 4)
    let times = max(1, (steps + copies * stepsPerReplay - 1) / (copies * stepsPerReplay))
    let clock = ContinuousClock()
    let start = clock.now
    try replay.run(times: times)
    let seconds = (clock.now - start).seconds
    let totals: [Float] = try operation.totals.read()
    let rewards = totals[..<copies].reduce(0) { $0 + Double($1) }
    let finished = totals[copies..<2 * copies].reduce(0) { $0 + Double($1) }
    return ExplorationResult(
      steps: times * copies * stepsPerReplay, seconds: seconds,
      returnMean: finished > 0 ? rewards / finished : 0)
  }
}

private struct ExplorationOperation: EffectOperation, DispatchedOperation {
  let environment: any Environment
  let copies: Int
  let steps: Int
  let seed: UInt64
  let states: Variable
  let totals: Variable

  var name: String { "explore" }
  var writes: [Variable] { [states, totals] }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let local = 64
    recorder.dispatch(
      Dispatch(
        "explore \(environment.name) × \(copies)", environment.kernels.explore,
        specialization: [UInt32(local)],
        parameters: ExplorationParameters(
          copies: UInt32(copies), steps: UInt32(steps), seedLow: UInt32(truncatingIfNeeded: seed),
          seedHigh: UInt32(truncatingIfNeeded: seed >> 32)),
        bindings: [.read(inputs[0].region), .readWrite(states.region), .readWrite(totals.region)],
        groups: Groups((copies + local - 1) / local)))
  }
}
