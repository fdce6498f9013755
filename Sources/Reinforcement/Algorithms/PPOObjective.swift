import Tensors

extension PPO {
  /// Samples of a minibatch, each [agents, samples…].
  struct Minibatch {
    let actions, logProbabilities, advantages, returns, values: Tensor
  }

  /// The clipped objective of a minibatch, and its parts, each [agents].
  struct Objective {
    let loss, policyLoss, valueLoss, entropy, approximateKL, clipFraction: Tensor

    init(
      _ configuration: PPOConfiguration, _ batch: Minibatch, distribution: ActionDistribution, values: Tensor,
      clip: Tensor, entropyLeft: Tensor
    ) {
      func mean(_ x: Tensor) -> Tensor { x.mean(axes: [1]) }
      var advantages = batch.advantages
      if configuration.normalizeAdvantages {
        let spread = advantages.variance(axes: [1], keepDimensions: true).sqrt()
        advantages = (advantages - advantages.mean(axes: [1], keepDimensions: true)) / (spread + 1e-8)
      }
      let difference = distribution.logProbability(batch.actions) - batch.logProbabilities
      let ratio = difference.exp()
      policyLoss = -mean(
        Tensor.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages))
      var predicted = values
      if let bound = configuration.valueClip {
        predicted = batch.values + (values - batch.values).clamp(-bound, bound)
      }
      valueLoss = mean((predicted - batch.returns).square())
      entropy = mean(distribution.entropy())
      let weight = configuration.entropy * entropyLeft
      loss = policyLoss + configuration.valueCoefficient * valueLoss - weight * entropy
      // Schulman, "Approximating KL divergence" (2020): the estimator k3.
      approximateKL = mean(ratio - 1 - difference)
      clipFraction = mean((Tensor.maximum(ratio - 1, 1 - ratio) .> clip).float())
    }
  }
}
