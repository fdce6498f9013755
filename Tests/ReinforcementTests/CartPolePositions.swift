import Kernels

@testable import Reinforcement

/// CartPole without its velocities in the observation, as a library user would bring it.
struct CartPolePositions: Environment {
  private let whole = CartPole()
  var name: String { "cartpole-positions" }
  var gymnasiumName: String { whole.gymnasiumName }
  var stateSize: Int { whole.stateSize }
  var observationSize: Int { 2 }
  var actionSpace: ActionSpace { whole.actionSpace }
  var parameters: [EnvironmentParameter] { whole.parameters }
  var maximumSteps: Int { whole.maximumSteps }
  var rewardThreshold: Double? { whole.rewardThreshold }
  var kernels: EnvironmentKernels {
    EnvironmentKernels(
      rollout: .rolloutCartpolePositions, explore: whole.kernels.explore, step: .stepCartpolePositions)
  }
  var viewport: Viewport { whole.viewport }
  func frame(state: [Float]) -> [DrawingPrimitive] { whole.frame(state: state) }
}
