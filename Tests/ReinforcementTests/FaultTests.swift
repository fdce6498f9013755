import Learning
import Tensors
import TestSupport
import Testing

@testable import Reinforcement

/// A copy whose step gives NaN or an infinity is taken back and begins anew; the others don't notice.
@Suite(.serialized)
struct FaultTests {
  let device = TestDevice.shared
  static let copies = 5
  /// Drawn anew each episode, so that what a test puts there lasts until its end.
  static let ranges = ["tau": 0.02...0.02]

  /// Gives one copy a time step that is infinite.
  private func spoil(_ environment: VectorEnvironment, copy: Int) throws {
    let kind = environment.environment
    let row = kind.stateSize + 5
    #expect(kind.parameters[5].name == "tau")
    try environment.states.write(
      [Float.infinity], at: row * environment.agents * environment.copies + copy)
  }

  @Test func aStepIsTakenBackInThatCopyAlone() throws {
    func run(_ spoilt: Int?) throws -> (Stepper, Stepper.Outcome) {
      let stepper = try Stepper(
        CartPole(), seeds: [3, 4], copies: Self.copies, parameters: Self.ranges, on: device)
      try stepper.reset()
      _ = try stepper.step([Int32](repeating: 1, count: 2 * Self.copies), times: 6)
      if let spoilt { try spoil(stepper.environment, copy: spoilt) }
      return (stepper, try stepper.step([Int32](repeating: 0, count: 2 * Self.copies)))
    }
    let copy = Self.copies + 3
    let (whole, expected) = try run(nil)
    let (stepper, outcome) = try run(copy)
    for other in 0..<2 * Self.copies where other != copy {
      let part = 4 * other..<4 * other + 4
      #expect(Array(outcome.states[part]) == Array(expected.states[part]))
      #expect(outcome.truncated[other] == expected.truncated[other])
    }
    let part = 4 * copy..<4 * copy + 4
    #expect(outcome.rewards[copy] == 0 && outcome.truncated[copy] && !outcome.terminated[copy])
    #expect(outcome.states[part].allSatisfy { abs($0) <= 0.05 }, "another episode began")
    #expect(outcome.observations.allSatisfy { $0.isFinite })
    let statistics: [Float] = try stepper.environment.statistics.read()
    let usual: [Float] = try whole.environment.statistics.read()
    #expect(statistics.dropLast(2 * Self.copies) == usual.dropLast(2 * Self.copies))
    #expect(Array(statistics.suffix(2 * Self.copies)) == (0..<2 * Self.copies).map { $0 == copy ? 1 : 0 })

    #expect(try stepper.environment.lastFault(of: 0) == nil)
    let fault = try #require(try stepper.environment.lastFault(of: 1))
    #expect(fault.copy == 3 && fault.step == 6)
    #expect(fault.before == Array(outcome.observations[part]), "the last observation is that before the step")
    #expect(fault.after.contains { !$0.isFinite })
  }

  @Test func aRolloutGoesOn() throws {
    func run(_ spoilt: Int?) throws -> Rollout {
      let environment = try VectorEnvironment(
        CartPole(), seeds: [8], copies: Self.copies, parameters: Self.ranges, on: device)
      let rollout = try Rollout(environment, horizon: 20, on: device)
      let policy = LinearPolicy(gains: [1, 1, 10, 1])
      try ReinforcementTests.run(rollout, policy)
      if let spoilt { try spoil(environment, copy: spoilt) }
      try ReinforcementTests.run(rollout, policy)
      return rollout
    }
    let (whole, rollout) = (try run(nil), try run(2))
    let observations: [Float] = try rollout.observations.read()
    let finals: [Float] = try rollout.finalObservations.read()
    #expect(observations.allSatisfy { $0.isFinite } && finals.allSatisfy { $0.isFinite })
    #expect(Array(finals[8..<12]) == Array(observations[8..<12]), "the step was taken back")
    let rewards: [Float] = try rollout.rewards.read()
    let truncated = try rollout.truncated.read(UInt32.self)
    #expect((0..<rewards.count).filter { truncated[$0] != 0 || rewards[$0] == 0 } == [2])
    let expected: [Float] = try whole.observations.read()
    for index in observations.indices where index / 4 % Self.copies != 2 {
      #expect(observations[index] == expected[index])
    }
    let faults = try rollout.environment.statistics.read(Float.self).suffix(Self.copies)
    #expect(Array(faults) == [0, 0, 1, 0, 0])
    #expect(try rollout.environment.lastFault(of: 0)?.step == 20)
  }

  /// A centrifugal force is beyond float32 in about half of the episodes.
  @Test func evaluationsLeaveTheirEpisodesOut() throws {
    let environment = try VectorEnvironment(
      CartPole(), seeds: [1], copies: 40, parameters: ["force_mag": 0...5.6e21], on: device)
    let evaluation = try Evaluator.run(environment, on: device) {
      $0.graph.constant(1, environment.actionType)
    }[0]
    #expect((5...35).contains(evaluation.faults))
    #expect(evaluation.returns.count + evaluation.faults == 40)
    #expect(evaluation.returns.allSatisfy { $0 == 2 } && evaluation.lengths.allSatisfy { $0 == 2 })
  }

  @Test func anEvaluationWithoutAWholeEpisodeIsRefused() throws {
    let environment = try VectorEnvironment(
      CartPole(), seeds: [1], copies: 3, parameters: ["force_mag": 1e23...1e23], on: device)
    let error = #expect(throws: EnvironmentFaultError.self) {
      try Evaluator.run(environment, on: device) { $0.graph.constant(1, environment.actionType) }
    }
    #expect(error?.description.contains("cartpole gave what is no finite number: copy") == true)
  }
}
