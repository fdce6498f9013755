import Foundation
import Learning
import Tensors
import TestSupport
import Testing

@testable import Reinforcement

/// A whole rollout in one dispatch, of discrete, multi-discrete and box actions, against steps one by one.
@Suite(.serialized)
struct FusedRolloutTests {
  let device = TestDevice.shared
  static let (copies, horizon) = (9, 60)
  static let environments: [any Environment] = [
    CartPole(), Acrobot(), ContinuousMountainCar(), Pendulum(), Dials(),
  ]

  private func collected(_ kind: any Environment, agents: Range<Int> = 0..<1) throws -> Rollout {
    let ranges = [kind.parameters[0].name: 0.9 * kind.parameters[0].value...1.1 * kind.parameters[0].value]
    let environment = try VectorEnvironment(
      kind, seeds: agents.map { UInt64($0 + 7) }, copies: Self.copies, parameters: ranges, on: device)
    let rollout = try Rollout(environment, horizon: Self.horizon, on: device)
    try LinearPolicies(kind, agents: agents).run(rollout)
    return rollout
  }

  @Test(arguments: environments)
  func isAsManySteps(kind: any Environment) throws {
    let rollout = try collected(kind)
    let ranges = [kind.parameters[0].name: 0.9 * kind.parameters[0].value...1.1 * kind.parameters[0].value]
    let stepper = try Stepper(kind, seeds: [7], copies: Self.copies, parameters: ranges, on: device)
    try stepper.reset()
    let actions = try rollout.actions.read(UInt32.self)
    let observations: [Float] = try rollout.observations.read()
    let finalObservations: [Float] = try rollout.finalObservations.read()
    let rewards: [Float] = try rollout.rewards.read()
    let terminated = try rollout.terminated.read(UInt32.self)
    let (seen, acted) = (Self.copies * kind.observationSize, Self.copies * kind.actionSpace.size)
    for time in 0..<Self.horizon {
      // Kernels round alike on the devices under test; others may contract products and sums differently.
      let before: [Float] = try stepper.environment.observations.read()
      #expect(largestDifference(before, Array(observations[time * seen..<(time + 1) * seen])) <= 1e-5)
      let outcome = try stepper.step(bounded(Array(actions[time * acted..<(time + 1) * acted]), kind))
      #expect(
        largestDifference(outcome.observations, Array(finalObservations[time * seen..<(time + 1) * seen]))
          <= 1e-5)
      let step = time * Self.copies..<(time + 1) * Self.copies
      #expect(largestDifference(outcome.rewards, Array(rewards[step])) <= 1e-5)
      #expect(outcome.terminated == terminated[step].map { $0 != 0 })
    }
    if kind is CartPole { #expect(terminated.contains(1)) }
  }

  /// What the environment is given of a policy's actions.
  private func bounded(_ actions: [UInt32], _ kind: any Environment) -> [UInt32] {
    guard case .box(let low, let high) = kind.actionSpace else { return actions }
    return actions.enumerated().map { index, bits in
      let component = index % low.count
      return min(max(Float(bitPattern: bits), Float(low[component])), Float(high[component])).bitPattern
    }
  }

  @Test(arguments: environments)
  func agentsAreRunsOfTheirOwn(kind: any Environment) throws {
    let both = try collected(kind, agents: 0..<2)
    for agent in 0..<2 {
      let one = try collected(kind, agents: agent..<agent + 1)
      let pairs = [
        (both.observations, one.observations), (both.finalObservations, one.finalObservations),
        (both.actions, one.actions),
        (both.rewards, one.rewards), (both.terminated, one.terminated), (both.truncated, one.truncated),
      ]
      for (ours, theirs) in pairs {
        let (all, own) = (try ours.read(UInt32.self), try theirs.read(UInt32.self))
        let row = own.count / Self.horizon
        let part: [UInt32] = (0..<Self.horizon).flatMap { time in
          let start = (2 * time + agent) * row
          return Array(all[start..<start + row])
        }
        #expect(part == own, "\(theirs.label) of agent \(agent)")
      }
    }
  }

  @Test(arguments: [ContinuousMountainCar(), Pendulum()] as [any Environment])
  func boxActionsAreDrawnAboutTheMean(kind: any Environment) throws {
    let rollout = try collected(kind)
    let policy = LinearPolicies(kind, agents: 0..<1)
    let observations: [Float] = try rollout.observations.read()
    let actions: [Float] = try rollout.actions.read()
    let (size, deviation) = (kind.observationSize, exp(Double(policy.deviations[0])))
    var (sum, squares) = (0.0, 0.0)
    for sample in 0..<rollout.samples {
      let mean = (0..<size).reduce(0.0) {
        $0 + Double(policy.gains[$1]) * Double(observations[sample * size + $1])
      }
      let z = (Double(actions[sample]) - mean) / deviation
      sum += z
      squares += z * z
    }
    // Within five standard deviations of the moments of a standard normal distribution.
    let count = Double(rollout.samples)
    #expect(abs(sum) < 5 * count.squareRoot() && abs(squares - count) < 5 * (2 * count).squareRoot())
    guard case .box(let low, let high) = kind.actionSpace else { return }
    #expect(actions.contains { Double($0) < low[0] || Double($0) > high[0] }, "actions are kept unbounded")
  }
}
