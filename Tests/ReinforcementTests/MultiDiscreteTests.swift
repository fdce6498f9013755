import Learning
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// Environments whose actions have components of their own, stepped and rolled out.
struct MultiDiscreteTests {
  let device = TestDevice.shared
  private let dials = Dials()

  @Test func aStepTakesEachComponent() throws {
    // All actions at once, a copy each.
    let actions = (0..<24).map { [$0 / 8, $0 / 4 % 2, $0 % 4] }
    var random = SeededRandom(6)
    let states = (0..<24).map { _ in random.values(3, scale: 1.2) }
    let stepper = try Stepper(dials, copies: 24, on: device)
    let outcome = try stepper.step(
      states: states.flatMap { $0.map(Float.init) }, actions: actions.flatMap { $0.map(Int32.init) })
    for (copy, (state, action)) in zip(states, actions).enumerated() {
      let expected = dials.step(state, action, turn: 0.5)
      let found = outcome.states[3 * copy..<3 * copy + 3]
      for (value, wanted) in zip(found, expected.state) { #expect(abs(Double(value) - wanted) < 1e-6) }
      #expect(abs(Double(outcome.rewards[copy]) - expected.reward) < 1e-5)
      #expect(outcome.terminated[copy] == expected.ends)
    }
    #expect(outcome.terminated.contains(true) && outcome.terminated.contains(false))
  }

  @Test func aRolloutIsTheSameInOneKernelAndInPasses() throws {
    var configuration = PPOConfiguration()
    configuration.hidden = [16, 7]
    let kernel = try CollectedRollout(dials, configuration, isFused: true, on: device).rollout
    let passes = try CollectedRollout(dials, configuration, isFused: false, on: device).rollout
    let actions = try kernel.actions.read(Int32.self)
    #expect(try actions == passes.actions.read(Int32.self))
    for (component, count) in [3, 2, 4].enumerated() {
      let chosen = stride(from: component, to: actions.count, by: 3).map { actions[$0] }
      #expect(Set(chosen) == Set(0..<Int32(count)), "component \(component)")
    }
    let pairs = [
      (kernel.observations, passes.observations), (kernel.finalObservations, passes.finalObservations),
      (kernel.rewards, passes.rewards),
    ]
    for (ours, theirs) in pairs { #expect(try largestDifference(ours.read(), theirs.read()) < 1e-5) }
    let terminated: [UInt32] = try kernel.terminated.read(UInt32.self)
    #expect(try terminated == passes.terminated.read(UInt32.self) && terminated.contains(1))
    #expect(try kernel.truncated.read(UInt32.self) == passes.truncated.read(UInt32.self))
    #expect(try kernel.truncated.read(UInt32.self).contains(1))
  }
}
