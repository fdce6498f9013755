import Learning
import Tensors
import Vulkan

/// The networks of PPO: a policy and a value function, apart or on one trunk, and deviations where actions are continuous.
struct PPONetworks {
  let network: Network
  let configuration: PPOConfiguration
  let space: ActionSpace
  /// The policy as a kernel evaluates it; its first weight is the network's first.
  let policy: MultilayerPerceptron

  /// Networks for each of `seeds`, of what `environment` shows and takes.
  init(
    _ configuration: PPOConfiguration, _ environment: VectorEnvironment, seeds: [UInt64], on device: Device
  ) throws(VulkanError) {
    self.configuration = configuration
    space = environment.environment.actionSpace
    let (inputs, hidden) = (environment.observationSize, configuration.hidden)
    policy = MultilayerPerceptron(inputs: inputs, hidden: hidden, outputs: space.outputs)
    let value = MultilayerPerceptron(inputs: inputs, hidden: hidden, outputs: 1)
    let features = hidden.last ?? inputs
    // A box has deviations: one an action, or with gSDE one for each feature and action.
    let rows = configuration.exploration == .gsde ? [features] : []
    let deviation = Parameter(Shape(rows + [space.size]), .constant(configuration.logStandardDeviation))
    let deviations: any Module = space.counts == nil ? deviation : Sequential([any Module]())
    if configuration.sharedTrunk {
      network = try Network(
        ensemble: [
          "trunk": policy.trunk, "policy": policy.head(gain: 0.01), "value": value.head(gain: 1),
          "log_std": deviations,
        ], on: device, seeds: seeds)
    } else {
      let whole = policy.module(gain: 0.01)
      network = try Network(
        ensemble: [
          "policy": configuration.exploration == .gsde ? WithFeatures(whole) : whole,
          "value": value.module(gain: 1), "log_std": deviations,
        ], on: device, seeds: seeds)
    }
  }

  /// What the policy makes of observations [agents, samples, observation], normalised where they are.
  struct Output {
    let distribution: ActionDistribution
    /// The last hidden layer of the policy [agents, samples, features], which gSDE explores by.
    let features: Tensor?
  }

  /// The policy's choice.
  func distribution(_ observations: Tensor) -> Output {
    let (outputs, features) = outputs(observations)
    guard space.counts == nil else {
      return Output(
        distribution: ActionDistribution(space: space, outputs: outputs, logDeviations: nil),
        features: features)
    }
    let parameter = network("log_std", observations)
    var deviations = parameter.unsqueeze(1)
    if let features, configuration.exploration == .gsde {
      // Raffin et al.: the variance of Σ features·noise; features are not learnt through it.
      let variance = features.stopGradient().square().matmul((2 * parameter).exp())
      deviations = 0.5 * (variance + 1e-6).log()
    }
    return Output(
      distribution: ActionDistribution(space: space, outputs: outputs, logDeviations: deviations),
      features: features)
  }

  /// Deviations of gSDE's function [agents, features, action].
  func functionDeviations(in graph: Graph) -> Tensor {
    network("log_std", graph.zeros([1])).exp()
  }

  /// The value function of observations [agents, samples, observation] → [agents, samples, 1].
  func value(_ observations: Tensor) -> Tensor {
    network("value", configuration.sharedTrunk ? network("trunk", observations) : observations)
  }

  private func outputs(_ observations: Tensor) -> (outputs: Tensor, features: Tensor?) {
    if configuration.sharedTrunk {
      let features = network("trunk", observations)
      return (network("policy", features), features)
    }
    let both = network("policy", observations)
    guard configuration.exploration == .gsde else { return (both, nil) }
    let parts = both.split([space.outputs, both.shape[2] - space.outputs], axis: 2)
    return (parts[0], parts[1])
  }
}

/// A multilayer perceptron that gives its last hidden layer beside its outputs: […, outputs + features].
private struct WithFeatures: Container {
  let parts: [Part]

  init(_ layers: Sequential) { parts = layers.parts }

  func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    let features = parts.dropLast().reduce(input) { scope.apply($1.name, $1.module, $0) }
    guard let last = parts.last else { return input }
    return .concatenate([scope.apply(last.name, last.module, features), features], axis: -1)
  }
}
