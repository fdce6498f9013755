import Foundation
import Learning
import Tensors
import TestSupport
import Testing

@testable import Reinforcement

/// The environments on the device against Gymnasium's, by the goldens of `Tools/References/environments.py`.
@Suite(.serialized)
struct EnvironmentParityTests {
  let device = TestDevice.shared

  @Test(arguments: Environments.all)
  func sizesAndParametersAreGymnasiums(environment: any Environment) throws {
    let golden = try Golden.load("\(environment.goldenName)_transitions")
    func numbers(_ key: String) throws -> [Double] {
      let text = try #require(golden.metadata[key])
      return try JSONDecoder().decode([Double].self, from: Data(text.utf8))
    }
    #expect(try environment.parameters.map(\.value) == numbers("parameters"))
    #expect(golden.metadata["maximum_steps"] == "\(environment.maximumSteps)")
    // JSON's null is no number, as is a threshold that Gymnasium doesn't name.
    let threshold = try #require(golden.metadata["reward_threshold"])
    #expect(environment.rewardThreshold == Double(threshold))
    switch environment.actionSpace {
    case .box(let low, let high): #expect(try low + high == numbers("actions"))
    default: #expect(try environment.actionSpace.counts?.map(Double.init) == numbers("actions"))
    }
  }

  @Test(arguments: Environments.all)
  func singleTransitionsAreGymnasiums(environment: any Environment) throws {
    let golden = try Golden.load("\(environment.goldenName)_transitions")
    let count = try #require(golden.tensors["state"]).type.shape[0]
    #expect(count >= 2000)
    let stepper = try Stepper(environment, copies: count, on: device)
    expect(try stepper.step(states: golden.floats("state"), actions: golden.words("action")), golden)
  }

  @Test(arguments: Environments.all)
  func aChangedParameterChangesWhatGymnasiumsAttributeDoes(environment: any Environment) throws {
    let golden = try Golden.load("\(environment.goldenName)_changes")
    let own = environment.parameters
    let names = try #require(golden.metadata["names"])
    #expect(try JSONDecoder().decode([String].self, from: Data(names.utf8)) == own.map(\.name))
    let steps = try #require(golden.tensors["state"]).type.shape[1]
    let stepper = try Stepper(
      environment, copies: own.count * steps, parameters: [own[0].name: 0...0], on: device)
    // Each parameter in turn is another number in some copies.
    let values = golden.floats("value")
    try stepper.set(
      parameters: own.indices.flatMap { changed in
        (0..<steps).flatMap { _ in own.indices.map { $0 == changed ? values[$0] : Float(own[$0].value) } }
      })
    expect(try stepper.step(states: golden.floats("state"), actions: golden.words("action")), golden)
  }

  private func expect(_ outcome: Stepper.Outcome, _ golden: Safetensors) {
    #expect(largestDifference(outcome.states, golden.floats("next_state")) <= 1e-4)
    #expect(largestDifference(outcome.observations, golden.floats("observation")) <= 1e-4)
    #expect(largestDifference(outcome.rewards, golden.floats("reward")) <= 1e-4)
    #expect(outcome.terminated == golden.words("terminated").map { $0 != 0 })
    #expect(!outcome.truncated.contains(true))
  }

  /// Until the golden ends: with the episode, or where float32's path parts from float64's.
  @Test(arguments: Environments.all)
  func wholeEpisodesAreGymnasiums(environment: any Environment) throws {
    let golden = try Golden.load("\(environment.goldenName)_episodes")
    let actions = golden.words("actions")
    let (states, rewards) = (golden.floats("states"), golden.floats("rewards"))
    let (lengths, terminated) = (golden.words("lengths").map(Int.init), golden.words("terminated"))
    let (copies, steps, size) = (lengths.count, try #require(lengths.max()), environment.stateSize)
    let stepper = try Stepper(environment, copies: copies, on: device)
    try stepper.set(golden.floats("initial"))
    for time in 0..<steps {
      let outcome = try stepper.stepAlone((0..<copies).map { actions[$0 * steps + time] })
      for copy in 0..<copies where time < lengths[copy] {
        let at = copy * steps + time
        let difference = largestDifference(
          Array(outcome.states[copy * size..<(copy + 1) * size]),
          Array(states[at * size..<(at + 1) * size]))
        #expect(difference <= 1e-4, "step \(time) of episode \(copy)")
        #expect(abs(outcome.rewards[copy] - rewards[at]) <= 1e-4)
        #expect(outcome.terminated[copy] == (terminated[at] != 0))
      }
    }
  }

  /// Whose actions are uniform, and whose episodes follow each other: within five standard errors of both means.
  @Test(arguments: Environments.all)
  func explorationReturnsWhatRandomActionsDo(environment: any Environment) throws {
    let text = try #require(
      try Golden.load("\(environment.goldenName)_transitions").metadata["random_return"])
    let theirs = try JSONDecoder().decode([Double].self, from: Data(text.utf8))
    let copies = 200
    let ours = try Exploration.run(
      environment: environment.name, copies: copies, steps: copies * 3000, seed: 3, on: device)
    let error = theirs[1] * 2.0.squareRoot()
    #expect(abs(try #require(ours.returnMean) - theirs[0]) < 5 * error + 1e-3)
  }

  /// Kolmogorov and Smirnov's test of two samples, at 0.1 %.
  @Test(arguments: Environments.all)
  func resetsAreDistributedAsGymnasiums(environment: any Environment) throws {
    let golden = try Golden.load("\(environment.goldenName)_transitions").floats("reset")
    let (copies, size) = (2000, environment.stateSize)
    let stepper = try Stepper(environment, seeds: [5], copies: copies, on: device)
    try stepper.reset()
    let states: [Float] = try stepper.environment.states.read()
    for component in 0..<size {
      let ours = states[component * copies..<(component + 1) * copies].sorted()
      let theirs = stride(from: component, to: golden.count, by: size).map { golden[$0] }.sorted()
      let distance = largestDistance(ours, theirs)
      let scale = (1 / Double(ours.count) + 1 / Double(theirs.count)).squareRoot()
      #expect(distance < 1.95 * scale, "component \(component)")
      let (low, high) = (theirs[0], theirs[theirs.count - 1])
      let margin = (high - low) / 50
      #expect(abs(ours[0] - low) <= margin && abs(ours[copies - 1] - high) <= margin)
    }
    #expect(Set(states.prefix(copies)).count > copies / 2, "copies start apart")
  }
}

/// The largest difference between the distribution functions of two sorted samples.
private func largestDistance(_ a: [Float], _ b: [Float]) -> Double {
  var (below, largest) = ((a: 0, b: 0), 0.0)
  while below.a < a.count && below.b < b.count {
    let value = min(a[below.a], b[below.b])
    while below.a < a.count && a[below.a] <= value { below.a += 1 }
    while below.b < b.count && b[below.b] <= value { below.b += 1 }
    largest = max(largest, abs(Double(below.a) / Double(a.count) - Double(below.b) / Double(b.count)))
  }
  return largest
}
