import Kernels

@testable import Reinforcement

/// Three dials that a multi-discrete action turns (`Shaders/dials.glsl`), which no environment of Reprise's has.
struct Dials: Environment {
  let name = "dials", gymnasiumName = ""
  let stateSize = 3, observationSize = 3
  let actionSpace = ActionSpace.multiDiscrete([3, 2, 4])
  let parameters = [EnvironmentParameter("turn", 0.5)]
  let maximumSteps = 40
  let rewardThreshold: Double? = nil
  let kernels = EnvironmentKernels(rollout: .rolloutDials, explore: .exploreDials, step: .stepDials)
  let viewport = Viewport(x: 0...1, y: 0...1)
  func frame(state: [Float]) -> [DrawingPrimitive] { [] }

  /// One step on the host, as the GLSL file has it.
  func step(_ state: [Double], _ action: [Int], turn: Double) -> (state: [Double], reward: Double, ends: Bool)
  {
    let next = zip(zip(state, action), actionSpace.counts ?? []).map { old, count in
      0.75 * old.0 + turn * (2 * Double(old.1) / Double(count - 1) - 1)
    }
    return (next, -next[0] * next[1] + next[2], next[0] + next[1] > 1.75)
  }
}
