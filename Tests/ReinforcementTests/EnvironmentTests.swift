import Learning
import Tensors
import TestSupport
import Testing

@testable import Reinforcement

/// What copies of an environment do beside its dynamics, whichever it is.
@Suite(.serialized)
struct EnvironmentTests {
  let device = TestDevice.shared

  @Test(arguments: Environments.all)
  func truncatesOnTheExactStepAndOnlyThere(environment: any Environment) throws {
    // Time hardly passes, so that no pole falls.
    let still: [String: ClosedRange<Double>] = environment is CartPole ? ["tau": 1e-6...1e-6] : [:]
    let (copies, limit) = (3, environment.maximumSteps)
    let stepper = try Stepper(environment, copies: copies, parameters: still, on: device)
    try stepper.reset()
    for episode in 0..<2 {
      let before = try stepper.step(environment.idle(copies), times: limit - 1)
      #expect(!before.truncated.contains(true) && !before.terminated.contains(true))
      #expect(try ended(stepper) == [Float](repeating: Float(episode), count: copies))
      let last = try stepper.step(environment.idle(copies))
      #expect(last.truncated == [true, true, true] && !last.terminated.contains(true))
      #expect(try ended(stepper) == [Float](repeating: Float(episode + 1), count: copies))
    }
    let lengths = try stepper.environment.statistics.read(Float.self)[copies..<2 * copies]
    #expect(lengths.allSatisfy { $0 == Float(2 * limit) })
  }

  private func ended(_ stepper: Stepper) throws -> [Float] {
    Array(try stepper.environment.statistics.read(Float.self)[2 * stepper.count..<3 * stepper.count])
  }

  @Test(arguments: Environments.all)
  func parametersOfTheShaderAreThoseOfSwift(environment: any Environment) throws {
    let golden = try Golden.load("\(environment.goldenName)_transitions")
    let (states, actions) = (golden.floats("state"), golden.words("action"))
    let copies = states.count / environment.stateSize
    let ranges = Dictionary(
      uniqueKeysWithValues: environment.parameters.map { ($0.name, $0.value...$0.value) })
    let varied = try Stepper(environment, copies: copies, parameters: ranges, on: device)
    try varied.reset()
    let own = environment.parameters.map { Float($0.value) }
    #expect(try varied.parameters() == (0..<copies).flatMap { _ in own })
    let ours = try varied.step(states: states, actions: actions)
    let plain = try Stepper(environment, copies: copies, on: device).step(states: states, actions: actions)
    // A compiler folds constants, and so rounds, in another order; Acrobot's four stages enlarge that.
    #expect(largestDifference(ours.states, plain.states) <= 1e-4)
    #expect(largestDifference(ours.observations, plain.observations) <= 1e-4)
    #expect(largestDifference(ours.rewards, plain.rewards) <= 1e-4)
    #expect(ours.terminated == plain.terminated)
  }

  @Test(arguments: Environments.all)
  func eachEpisodeDrawsItsOwnParameters(environment: any Environment) throws {
    let (copies, count) = (50, environment.parameters.count)
    // All but the last.
    let ranges = Dictionary(
      uniqueKeysWithValues: environment.parameters.dropLast().map {
        ($0.name, $0.value - 0.1 * abs($0.value)...$0.value + 0.2 * abs($0.value))
      })
    let stepper = try Stepper(environment, copies: copies, parameters: ranges, on: device)
    try stepper.reset()
    let first = try stepper.parameters()
    let running = try stepper.step(environment.idle(copies))
    #expect(try stepper.parameters() == first, "an episode keeps its parameters")
    #expect(!running.truncated.contains(true) && !running.terminated.contains(true))
    try stepper.set(lengths: environment.maximumSteps - 1)
    #expect(try stepper.step(environment.idle(copies)).truncated == [Bool](repeating: true, count: copies))
    let second = try stepper.parameters()
    for (index, parameter) in environment.parameters.enumerated() {
      let values = [first, second].map { drawn in (0..<copies).map { drawn[$0 * count + index] } }
      guard let range = ranges[parameter.name] else {
        #expect(Set(values[0] + values[1]) == [Float(parameter.value)])
        continue
      }
      #expect(Set(values[0] + values[1]).count > 2 * copies - 3, "\(parameter.name) is drawn anew")
      for drawn in values {
        #expect(drawn.allSatisfy { range.contains(Double($0)) }, "\(parameter.name)")
        // Within five standard deviations of the mean of uniform numbers.
        let mean = drawn.reduce(0) { $0 + Double($1) } / Double(copies)
        let (middle, width) = (
          (range.lowerBound + range.upperBound) / 2, range.upperBound - range.lowerBound
        )
        #expect(abs(mean - middle) < 5 * width / (12 * Double(copies)).squareRoot(), "\(parameter.name)")
      }
    }
  }

  @Test(arguments: Environments.all)
  func aHeldActionIsAsManySteps(environment: any Environment) throws {
    let golden = try Golden.load("\(environment.goldenName)_transitions")
    let (states, actions, size) = (golden.floats("state"), golden.words("action"), environment.stateSize)
    let copies = states.count / size
    let single = try Stepper(environment, copies: copies, on: device)
    let held = try Stepper(environment, copies: copies, actionRepeat: 3, on: device)
    // Two steps before the limit, an episode ends before the action does.
    for (start, most) in [(0, 3), (environment.maximumSteps - 2, 2)] {
      try single.set(states)
      var expected = try single.stepAlone(actions)
      for _ in 1..<most {
        let next = try single.stepAlone(actions)
        let goesOn = expected.terminated.map { !$0 }
        expected = Stepper.Outcome(
          states: expected.states.indices.map {
            goesOn[$0 / size] ? next.states[$0] : expected.states[$0]
          },
          observations: expected.observations.indices.map {
            goesOn[$0 / environment.observationSize] ? next.observations[$0] : expected.observations[$0]
          },
          rewards: expected.rewards.indices.map {
            expected.rewards[$0] + (goesOn[$0] ? next.rewards[$0] : 0)
          },
          terminated: zip(expected.terminated, next.terminated).map { $0 || $1 },
          truncated: expected.truncated)
      }
      try held.set(states)
      try held.set(lengths: start)
      let outcome = try held.stepAlone(actions)
      #expect(outcome.states == expected.states && outcome.observations == expected.observations)
      #expect(outcome.rewards == expected.rewards && outcome.terminated == expected.terminated)
      let lengths = try held.environment.episodes.read(Float.self)[copies...]
      #expect(outcome.truncated == lengths.map { $0 == Float(environment.maximumSteps) })
      #expect(outcome.truncated.contains(true) == (start > 0))
    }
  }

  @Test(arguments: Environments.all)
  func twoAgentsAreTwoRunsOfOne(environment: any Environment) throws {
    let (seeds, copies, steps) = ([3, 9] as [UInt64], 5, 12)
    let ranges = Dictionary(
      uniqueKeysWithValues: environment.parameters.prefix(2).map {
        ($0.name, 0.9 * $0.value...1.1 * $0.value)
      }
    )
    var random = SeededRandom(1)
    let actions = (0..<steps).map { _ in environment.actions(2 * copies, &random) }
    func outcomes(_ seeds: [UInt64], _ agents: Range<Int>) throws -> [Stepper.Outcome] {
      let stepper = try Stepper(environment, seeds: seeds, copies: copies, parameters: ranges, on: device)
      try stepper.reset()
      // Episodes end on the way and begin with numbers of the agent.
      try stepper.set(lengths: environment.maximumSteps - steps / 2)
      return try actions.map {
        try stepper.step(Array($0[agents.lowerBound * copies..<agents.upperBound * copies]))
      }
    }
    let both = try outcomes(seeds, 0..<2)
    for (agent, seed) in seeds.enumerated() {
      let one = try outcomes([seed], agent..<agent + 1)
      for (ours, theirs) in zip(both, one) {
        func part<Value>(_ values: [Value], _ size: Int = 1) -> [Value] {
          Array(values[agent * copies * size..<(agent + 1) * copies * size])
        }
        #expect(part(ours.states, environment.stateSize) == theirs.states)
        #expect(part(ours.observations, environment.observationSize) == theirs.observations)
        #expect(part(ours.rewards) == theirs.rewards && part(ours.truncated) == theirs.truncated)
        #expect(part(ours.terminated) == theirs.terminated)
      }
    }
    #expect(both[steps / 2 - 1].truncated.contains(true))
  }
}
