import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// Frames that are seen at once: what the environment shows, and runs that learn from it.
@Suite(.serialized)
struct FrameStackTests {
  let device = TestDevice.shared

  @Test func framesAreThoseOfGymnasium() throws {
    let golden = try Golden.load("frame_stack")
    let shape = try #require(golden.tensors["observations"]).type.shape
    let (steps, copies, frames) = (shape[0], shape[1], shape[2])
    let stepper = try Stepper(CartPole(), seeds: [7], copies: copies, frameStack: frames, on: device)
    #expect(stepper.environment.observationSize == frames * 4)
    try stepper.reset()
    let first: [Float] = try stepper.environment.observations.read()
    #expect(largestDifference(first, golden.floats("first")) <= 1e-6)
    let (seen, final) = (golden.floats("observations"), golden.floats("final_observations"))
    let (actions, terminated) = (golden.words("actions"), golden.words("terminated"))
    let width = copies * frames * 4
    for time in 0..<steps {
      let step = time * copies..<(time + 1) * copies
      let outcome = try stepper.step(Array(actions[step]))
      #expect(outcome.terminated == terminated[step].map { $0 != 0 })
      let all = time * width..<(time + 1) * width
      #expect(largestDifference(outcome.observations, Array(final[all])) <= 1e-4, "step \(time)")
      let shown: [Float] = try stepper.environment.observations.read()
      #expect(largestDifference(shown, Array(seen[all])) <= 1e-4, "step \(time)")
    }
  }

  /// The newest frame is what one frame would be, to the last bit.
  @Test(arguments: Environments.all)
  func theNewestFrameIsWhatOneWouldBe(environment: any Environment) throws {
    let (copies, frames, size) = (5, 4, environment.observationSize)
    let one = try Stepper(environment, seeds: [2, 3], copies: copies, on: device)
    let stack = try Stepper(environment, seeds: [2, 3], copies: copies, frameStack: frames, on: device)
    var random = SeededRandom(4)
    for stepper in [one, stack] {
      try stepper.reset()
      try stepper.set(lengths: environment.maximumSteps - 3)
    }
    func newest(_ values: [Float]) -> [Float] {
      (0..<2 * copies).flatMap { copy -> [Float] in
        let end = (copy + 1) * frames * size
        return Array(values[end - size..<end])
      }
    }
    for _ in 0..<7 {
      let actions = environment.actions(2 * copies, &random)
      let (single, stacked) = (try one.step(actions), try stack.step(actions))
      #expect(newest(stacked.observations) == single.observations && stacked.states == single.states)
      #expect(try newest(stack.environment.observations.read()) == one.environment.observations.read())
    }
  }

  /// Each observation of a rollout is the one before it, moved on by a frame, within an episode.
  @Test func aRolloutHoldsStackedFrames() throws {
    let (frames, seen, horizon, copies) = (3, 12, 40, 6)
    var configuration = PPOConfiguration()
    (configuration.frameStack, configuration.environments, configuration.hidden) = (frames, copies, [8])
    let environment = try VectorEnvironment(configuration, seeds: [5], on: device)
    let networks = try PPONetworks(configuration, environment, seeds: [5], on: device)
    let rollout = try Rollout(environment, horizon: horizon, on: device)
    let stepwise = try StepwiseRollout(rollout, networks, on: device)
    try device.run("reset") { environment.reset(in: $0) }
    try device.record("rollout") { program in
      try program.pass("step", repeats: horizon) { stepwise.step($0, normalizer: nil) }
    }.replay()
    let before: [Float] = try rollout.observations.read()
    let after: [Float] = try rollout.finalObservations.read()
    let ended = try rollout.terminated.read(UInt32.self)
    #expect(ended.contains(1))
    for sample in 0..<horizon * copies {
      let (old, new) = (
        before[sample * seen..<(sample + 1) * seen], after[sample * seen..<(sample + 1) * seen]
      )
      #expect(Array(old.dropFirst(4)) == Array(new.dropLast(4)))
      guard sample < (horizon - 1) * copies else { continue }
      let next = before[(sample + copies) * seen..<(sample + copies + 1) * seen]
      #expect(ended[sample] != 0 || Array(next) == Array(new))
      #expect(ended[sample] == 0 || (Array(next.dropFirst(4)) == Array(next.dropLast(4))))
    }
  }

  private func small<Configuration: AlgorithmConfiguration>(
    _ environments: Int, _ change: (inout Configuration) -> Void
  ) -> Configuration {
    var configuration = Configuration()
    (configuration.environments, configuration.frameStack) = (environments, 3)
    change(&configuration)
    return configuration
  }

  private var ppo: PPOConfiguration {
    small(8) {
      ($0.steps, $0.horizon, $0.minibatches, $0.epochs) = (3 * 8 * 33, 33, 3, 2)
      ($0.hidden, $0.normalizeObservations) = ([16, 7], true)
    }
  }

  private var dqn: DQNConfiguration {
    small(3) {
      ($0.steps, $0.learningStarts, $0.bufferSize, $0.batchSize) = (42 + 4 * 15, 40, 90, 33)
      ($0.trainFrequency, $0.gradientSteps, $0.hidden, $0.returnSteps) = (5, 2, [16, 7], 3)
    }
  }

  private func offPolicy<Configuration: OffPolicyConfiguration>() -> Configuration {
    small(2) {
      ($0.steps, $0.learningStarts, $0.bufferSize, $0.batch) = (40 + 20, 40, 60, 16)
      ($0.trainFrequency, $0.gradientSteps, $0.hidden) = (5, 4, [16, 7])
    }
  }

  /// Trains replayed and, iteration by iteration, eagerly; what is saved is evaluated, and refused where another stack is
  /// asked for.
  private func isOneRun<A: Algorithm>(_: A.Type, _ configuration: A.Configuration) throws {
    let run = try A(configuration, seeds: nil, on: device, options: PlanOptions())
    try run.train()
    let file = try run.checkpoint(agent: 0)
    let eager = try A(configuration, seeds: nil, on: device, options: PlanOptions())
    if let warmUp = eager.loop.warmUp { for _ in 0..<warmUp.times { try warmUp.plan.replay() } }
    for _ in 0..<eager.loop.iterations { try eager.loop.plan.replay() }
    #expect(try eager.checkpoint(agent: 0).encoded() == file.encoded())
    #expect(file.tensors["environment.observations"] != nil, "earlier frames are part of the state")

    func evaluate(_ configuration: A.Configuration) throws -> Reinforcement.Evaluation {
      try A.evaluate(
        configuration, weights: file, file: "run", episodes: 3, isSampled: false, seed: 3, on: device)
    }
    #expect(try evaluate(configuration).returns.allSatisfy { $0.isFinite && $0 != 0 })
    var other = configuration
    other.frameStack = 2
    let error = #expect(throws: CheckpointError.self) { try evaluate(other) }
    #expect(
      "\(error.map { "\($0)" } ?? "")".contains("0.weight\" is float32["), "\(String(describing: error))")
  }

  @Test func replayedAndEagerRunsAreTheSame() throws {
    try isOneRun(PPO.self, ppo)
    try isOneRun(DQN.self, dqn)
    try isOneRun(SAC.self, offPolicy())
    try isOneRun(TD3.self, offPolicy())
  }

  @Test func whatCantBeStackedIsRefused() throws {
    for frames in [0, 17] {
      let error = #expect(throws: ConfigurationError.self) {
        try VectorEnvironment(CartPole(), seeds: [1], copies: 1, frameStack: frames, on: device)
      }
      #expect(error?.field == "frame-stack")
    }
    let environment = try VectorEnvironment(CartPole(), seeds: [1], copies: 2, frameStack: 2, on: device)
    let rollout = try Rollout(environment, horizon: 3, on: device)
    let error = #expect(throws: GraphError.self) { try run(rollout, LinearPolicy(gains: [1, 1, 1, 1])) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("observations of one frame, not of 2"))
  }
}
