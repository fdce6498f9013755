import Reprise

/// A drone that must hold its height, by an engine that is on or off: sizes, spaces and limits.
///
/// Its dynamics are three functions in `Shaders/hover.glsl`, which the shaders beside it make kernels of; the plugin
/// `CompileShaders` compiles these and gives each a name in `Kernel`.
struct Hover: Environment {
  let name = "hover", gymnasiumName = ""
  let stateSize = 2, observationSize = 2
  let actionSpace = ActionSpace.discrete(2)
  let parameters = [
    EnvironmentParameter("gravity", 9.8, unit: "m/s²"), EnvironmentParameter("thrust", 20, unit: "m/s²"),
    EnvironmentParameter("time_step", 0.05, unit: "s"),
  ]
  let maximumSteps = 100
  let rewardThreshold: Double? = 80
  let kernels = EnvironmentKernels(rollout: .rolloutHover, explore: .exploreHover, step: .stepHover)

  // Pictures of it, for programs that draw.
  let viewport = Viewport(x: -2...2, y: -2...2)
  func frame(state: [Float]) -> [DrawingPrimitive] {
    [.circle(center: Point(0, Double(state[0])), radius: 0.1)]
  }
}
