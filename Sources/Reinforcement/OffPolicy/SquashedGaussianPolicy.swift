import Learning
import Tensors
import Vulkan

#if canImport(Glibc)
  import Glibc
#endif

/// A diagonal Gaussian whose draws are squashed by tanh into ±1 (Haarnoja et al. 2018, appendix C).
///
/// Its standard deviations are a function of the state, or, with generalized state-dependent exploration (Raffin et al. 2021),
/// its noise is: a matrix of random numbers that is held for some steps, times what the last hidden layer sees.
struct SquashedGaussianPolicy: Sendable {
  /// `actor`, the hidden layers; `head`, means and, without gSDE, logarithms of deviations; with it `log_std` [features, action];
  /// and `log_alpha`, the logarithm of the entropy's weight.
  let network: Network
  /// Whether the noise depends on the state.
  let isStateDependent: Bool
  private let actionSize, features: Int

  /// Bounds of the logarithm of a deviation, and of a mean under gSDE (Stable-Baselines3's).
  static let logDeviations = -20.0...2.0
  static let means = -2.0...2.0

  /// Names of the modules that a policy may have, in a checkpoint too.
  static let modules = ["actor", "head", "log_std", "log_alpha"]

  /// Policies for each of `seeds`, of what `environment` shows and takes.
  init(
    _ configuration: SACConfiguration, _ environment: VectorEnvironment, seeds: [UInt64], on device: Device
  ) throws(VulkanError) {
    isStateDependent = configuration.gsde
    actionSize = environment.environment.actionSpace.size
    features = configuration.hidden.last ?? environment.observationSize
    let (hidden, head) = Self.layers(
      configuration, inputs: environment.observationSize, actions: actionSize)
    let deviations: any Module =
      isStateDependent
      ? Parameter([features, actionSize], .constant(configuration.logStandardDeviation))
      : Sequential([any Module]())
    // Without a gradient it stays as it is.
    let alpha = Parameter([1], .constant(log(configuration.alpha ?? 1)))
    network = try Network(
      ensemble: ["actor": hidden, "head": head, "log_std": deviations, "log_alpha": alpha], on: device,
      seeds: seeds)
  }

  /// Hidden layers for `inputs` numbers, and what gives means, and without gSDE logarithms of deviations, of `actions` components.
  static func layers(_ configuration: SACConfiguration, inputs: Int, actions: Int) -> (Sequential, Linear) {
    let head = Linear(configuration.hidden.last ?? inputs, configuration.gsde ? actions : 2 * actions)
    return (Sequential(Sequential.hiddenLayers(inputs, configuration.hidden)), head)
  }

  /// The logarithm of the entropy's weight α [agents].
  func logAlpha(in graph: Graph) -> Tensor {
    network.parameter("log_alpha.weight", in: graph).squeeze(1)
  }

  /// The shape of the noise of `samples` observations of each agent; under gSDE of one matrix, or of one for each.
  func noiseShape(agents: Int, samples: Int, isShared: Bool = false) -> Shape {
    guard isStateDependent else { return [agents, samples, actionSize] }
    return isShared ? [agents, features, actionSize] : [agents, samples, features, actionSize]
  }

  /// An action of each observation, before it is squashed [agents, samples, action], with what its density is made of.
  struct Draw {
    /// Mean plus noise, the noise over its deviation, and the logarithm of that.
    let unsquashed, standardized, logDeviation: Tensor

    /// Some of the samples.
    func samples(_ range: Range<Int>) -> Draw {
      func part(_ x: Tensor) -> Tensor { x.slice(axis: 1, range) }
      return Draw(
        unsquashed: part(unsquashed), standardized: part(standardized), logDeviation: part(logDeviation))
    }

    /// Within ±1.
    var action: Tensor { unsquashed.tanh() }

    /// log π(a|s) = log N(u; μ, σ) − Σ log(1 − tanh² u) → [agents, samples], where the last term is
    /// 2(log 2 − u − softplus(−2u)), which neither overflows nor cancels.
    var logProbability: Tensor {
      let normal = -0.5 * standardized.square() - logDeviation - 0.5 * log(2 * Double.pi)
      let squashing = 2 * (log(2) - unsquashed - (-2 * unsquashed).softplus())
      return (normal - squashing).sum(axes: [2])
    }
  }

  /// The likeliest action before it is squashed, squashed [agents, samples, action].
  func mode(_ observations: Tensor) -> Tensor { parts(observations).mean.tanh() }

  /// A draw for each of `observations` [agents, samples, observation], by standard normal `noise` of `noiseShape`.
  func draw(_ observations: Tensor, noise: Tensor) -> Draw {
    let (features, mean, logDeviation) = parts(observations)
    guard isStateDependent else {
      return Draw(
        unsquashed: mean + logDeviation.exp() * noise, standardized: noise, logDeviation: logDeviation)
    }
    // [agents, features, action]
    let deviation = logDeviation.exp()
    let perturbation =
      noise.shape.rank == 3
      ? features.matmul(deviation * noise)
      : (features.unsqueezeLast() * (deviation.unsqueeze(1) * noise)).sum(axes: [2])
    // The noise of a state is Gaussian as a sum of Gaussians; 1e-6 as in Stable-Baselines3.
    let variance = features.square().matmul(deviation.square()) + 1e-6
    return Draw(
      unsquashed: mean + perturbation, standardized: perturbation / variance.sqrt(),
      logDeviation: 0.5 * variance.log())
  }

  private func parts(_ observations: Tensor) -> (features: Tensor, mean: Tensor, logDeviation: Tensor) {
    let features = network("actor", observations)
    let outputs = network("head", features)
    guard isStateDependent else {
      let parts = outputs.split([actionSize, actionSize], axis: 2)
      return (
        features, parts[0], parts[1].clamp(Self.logDeviations.lowerBound, Self.logDeviations.upperBound)
      )
    }
    return (
      features, outputs.clamp(Self.means.lowerBound, Self.means.upperBound), network("log_std", features)
    )
  }
}
