import Learning
import Tensors
import Vulkan

/// The networks of PPO: a policy and a value function, apart or on one trunk, which may remember, and deviations where actions
/// are continuous.
struct PPONetworks {
  let network: Network
  let configuration: PPOConfiguration
  let space: ActionSpace
  /// What remembers between the trunk and the heads; nil for a policy of the present alone.
  let cell: GRUCell?
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
    let units = configuration.recurrentSize
    cell = units > 0 ? GRUCell(hidden.last ?? inputs, units) : nil
    let features = cell?.units ?? hidden.last ?? inputs
    // A box has deviations: one an action, or with gSDE one for each feature and action.
    let rows = configuration.exploration == .gsde ? [features] : []
    let deviation = Parameter(Shape(rows + [space.size]), .constant(configuration.logStandardDeviation))
    let deviations: any Module = space.counts == nil ? deviation : Sequential([any Module]())
    if configuration.hasCommonFeatures {
      func head(_ outputs: Int, gain: Double) -> Linear {
        MultilayerPerceptron(inputs: features, hidden: [], outputs: outputs).head(gain: gain)
      }
      network = try Network(
        ensemble: [
          "trunk": policy.trunk, "gru": cell ?? Sequential([any Module]()),
          "policy": head(space.outputs, gain: 0.01), "value": head(1, gain: 1), "log_std": deviations,
        ], on: device, seeds: seeds)
    } else {
      let whole = policy.module(gain: 0.01)
      let value = MultilayerPerceptron(inputs: inputs, hidden: hidden, outputs: 1)
      network = try Network(
        ensemble: [
          "policy": configuration.exploration == .gsde ? WithFeatures(whole) : whole,
          "value": value.module(gain: 1), "log_std": deviations,
        ], on: device, seeds: seeds)
    }
  }

  /// What a recurrent policy knows before steps in a row.
  struct Memory {
    /// What the first step meets [agents, rows, units].
    let state: Tensor
    /// Whether a step ended an episode, so that the next meets zeros: bool [agents, steps × rows]; nil for nowhere.
    var ended: Tensor?
  }

  /// What policy and value function have in common, of observations [agents, samples, observation], normalised where they are:
  /// themselves, the trunk's last layer, or the states of what remembers, whose samples are steps × rows.
  func features(_ observations: Tensor, _ memory: Memory? = nil) -> Tensor {
    guard configuration.hasCommonFeatures else { return observations }
    let features = network("trunk", observations)
    guard let cell, let memory else { return features }
    return cell(
      features, from: memory.state, ended: memory.ended, network.scope("gru", in: features.graph))
  }

  /// What the policy makes of samples.
  struct Output {
    let distribution: ActionDistribution
    /// What the last layer of the policy is given [agents, samples, features], which gSDE explores by.
    let features: Tensor?
  }

  /// The policy's choice by `features` [agents, samples, …].
  func distribution(_ features: Tensor) -> Output {
    let (outputs, features) = outputs(features)
    guard space.counts == nil else {
      return Output(
        distribution: ActionDistribution(space: space, outputs: outputs, logDeviations: nil),
        features: features)
    }
    let parameter = network("log_std", outputs)
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

  /// The value function by `features` [agents, samples, …] → [agents, samples, 1].
  func value(_ features: Tensor) -> Tensor { network("value", features) }

  private func outputs(_ features: Tensor) -> (outputs: Tensor, features: Tensor?) {
    let both = network("policy", features)
    if configuration.hasCommonFeatures { return (both, features) }
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
