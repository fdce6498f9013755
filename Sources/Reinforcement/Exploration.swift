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
  /// Mean return of the episodes that ended; nil where none did.
  public let returnMean: Double?
  /// Bytes of the device that the steps took, and all else that lay there beside them.
  public let deviceBytes: Int
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
    let environment = try Environments.named(name)
    try ConfigurationError.check("copies", copies, in: 1...1 << 24)
    try ConfigurationError.check("steps", steps, in: 1...1 << 50)
    let target = try VectorEnvironment(environment, seeds: [seed], copies: copies, on: device)
    let plan = try device.record("explore \(name)") { program in
      try program.pass("explore") { graph in
        let number = graph.read(target.clock)
        graph.effect(ExplorationOperation(target: target, steps: stepsPerReplay), [number])
        target.clock.assign(number + Double(stepsPerReplay))
      }
    }
    let replay = try Replay(plan)
    try replay.run(times: 4)
    let times = max(1, (steps + copies * stepsPerReplay - 1) / (copies * stepsPerReplay))
    let clock = ContinuousClock()
    let start = clock.now
    try replay.run(times: times)
    let seconds = (clock.now - start).seconds
    let totals: [Float] = try target.statistics.read()
    let returns = totals[..<copies].reduce(0) { $0 + Double($1) }
    let finished = totals[(2 * copies)..<(3 * copies)].reduce(0) { $0 + Double($1) }
    return ExplorationResult(
      steps: times * copies * stepsPerReplay, seconds: seconds,
      returnMean: finished > 0 ? returns / finished : nil, deviceBytes: device.allocatedBytes)
  }
}

private struct ExplorationOperation: EffectOperation, DispatchedOperation {
  let target: VectorEnvironment
  let steps: Int

  var name: String { "explore" }
  var writes: [Variable] { [target.states, target.episodes, target.statistics] }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let local = 64
    var dispatch = Dispatch(
      "explore \(target.environment.name) × \(target.copies)", target.environment.kernels.explore,
      specialization: target.specialization(local: local),
      parameters: ExplorationParameters(
        copies: UInt32(target.copies), agents: UInt32(target.agents), steps: UInt32(steps),
        clockOffset: UInt32(inputs[0].elementOffset)),
      bindings: [.read(inputs[0].region), .read(target.seeds.region), .read(target.ranges.region)]
        + writes.map { .readWrite($0.region) },
      groups: Groups((target.copies + local - 1) / local, target.agents))
    dispatch.keepsDescriptors = true
    recorder.dispatch(dispatch)
  }
}
