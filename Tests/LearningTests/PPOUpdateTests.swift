import Learning
import Recording
import Tensors
import TestSupport
import Testing

/// One PPO minibatch, forward, backward and updated, against Stable-Baselines3's numbers.
struct PPOUpdateTests {
  static func perceptron(_ outputs: Int) -> Sequential {
    Sequential {
      Linear(4, 64)
      Tanh()
      Linear(64, 64)
      Tanh()
      Linear(64, outputs)
    }
  }

  @Test func lossesGradientsAndUpdate() throws {
    let golden = try Golden.load("ppo_update")
    func floats(_ name: String) throws -> [Double] {
      try #require(golden.tensors[name], "\(name)").elements(Float.self).map(Double.init)
    }
    let device = TestDevice.shared
    let network = try Network(
      ["policy": Self.perceptron(2), "value": Self.perceptron(1)], on: device, seed: 3)
    let report = try network.loadMatching(from: golden, named: "ppo_update")
    #expect(report.loaded.count == network.parameters.count)
    let adam = try Adam(network, epsilon: 1e-5)
    let data = try ["observations", "actions", "advantages", "returns", "old_log_probs"].map { name in
      let entry = try #require(golden.tensors[name])
      let shape: Shape = name == "observations" ? [256, 4] : [256, 1]
      let variable = try Variable(shape, entry.type.dataType, on: device, label: name)
      try variable.write(entry.elements(UInt32.self))
      return variable
    }
    let scalars = [
      "policy_loss", "value_loss", "entropy", "total_loss", "approx_kl", "clip_fraction", "gradient_norm",
    ]
    let results = try scalars.map { try Variable([], on: device, label: $0) }
    let flat = try Variable(network.flat.type.shape, on: device, label: "gradient")
    try device.run("update") { graph in
      let x = data.map(graph.read)
      let logProbabilities = network("policy", x[0]).logSoftmax()
      let value = network("value", x[0])
      let logProbability = logProbabilities.gather(x[1])
      let advantages = (x[2] - x[2].mean()) / (x[2].variance().sqrt() + 1e-8)
      let ratio = (logProbability - x[4]).exp()
      let policyLoss = -Tensor.minimum(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages).mean()
      let valueLoss = (x[3] - value).square().mean()
      let entropy = -(logProbabilities.exp() * logProbabilities).sum(axes: [1]).mean()
      let total = policyLoss + 0.5 * valueLoss - 0.01 * entropy
      let kl = ((ratio - 1) - (logProbability - x[4])).mean()
      let clipped = Tensor.maximum(ratio - 1.2, 0.8 - ratio) .> 0
      let gradient = network.gradient(of: total)
      let (scaled, norm) = gradient.clippedNorm(0.5)
      for (result, tensor) in zip(
        results, [policyLoss, valueLoss, entropy, total, kl, clipped.float().mean(), norm])
      {
        result.assign(tensor)
      }
      flat.assign(gradient)
      adam.step(scaled, learningRate: graph.constant(0.00025, TensorType([])))
    }
    for (name, result) in zip(scalars, results) {
      let (actual, expected) = (Double(try result.read(Float.self)[0]), try floats(name)[0])
      #expect(
        abs(actual - expected) <= 1e-4 * max(abs(expected), 1e-2), "\(name): \(actual), not \(expected)")
    }
    let gradients: [Float] = try flat.read()
    let updated: [Float] = try network.flat.read()
    #expect(network.parameters.count == 12)
    for parameter in network.parameters {
      let range = parameter.offset..<parameter.offset + parameter.shape.count
      let expected = try floats("gradient/\(parameter.name)")
      // Squared errors: 1e-8 is 1e-4 of the norm.
      #expect(
        normalizedError(gradients[range].map(Double.init), expected) <= 1e-8, "gradient of \(parameter.name)")
      let after = try floats("updated/\(parameter.name)")
      let before = try floats(parameter.name)
      #expect(normalizedError(updated[range].map(Double.init), after) <= 1e-8, "\(parameter.name)")
      // The change itself, which is small beside the parameter. Adam's first step is a sign: tiny gradients are loose.
      let change = zip(updated[range], before).map { Double($0) - $1 }
      #expect(
        normalizedError(change, zip(after, before).map { $0 - $1 }) <= 1e-3, "change of \(parameter.name)")
    }
  }
}
