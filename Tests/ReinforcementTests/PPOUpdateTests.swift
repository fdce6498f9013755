import Learning
import Recording
import Tensors
import TestSupport
import Testing

@testable import Reinforcement

/// One PPO minibatch, forward, backward and updated, against Stable-Baselines3's numbers.
struct PPOUpdateTests {
  @Test func lossesGradientsAndUpdate() throws {
    let golden = try Golden.load("ppo_update")
    func floats(_ name: String) throws -> [Double] {
      try #require(golden.tensors[name], "\(name)").elements(Float.self).map(Double.init)
    }
    let device = TestDevice.shared
    var configuration = PPOConfiguration()
    configuration.entropy = 0.01
    let networks = try PPONetworks(
      configuration, VectorEnvironment(configuration, seeds: [3], on: device), seeds: [3], on: device)
    let network = networks.network
    let report = try network.loadMatching(from: golden, named: "ppo_update")
    #expect(report.loaded.count == network.parameters.count)
    let adam = try Adam(network, epsilon: 1e-5)
    let names = ["observations", "actions", "old_log_probs", "advantages", "returns", "old_values"]
    let data = try names.map { name in
      let entry = try #require(golden.tensors[name])
      let shape: Shape = name == "observations" ? [1, 256, 4] : name == "actions" ? [1, 256, 1] : [1, 256]
      let variable = try Variable(shape, entry.type.dataType, on: device, label: name)
      try variable.write(entry.elements(UInt32.self))
      return variable
    }
    let scalars = [
      "policy_loss", "value_loss", "entropy", "total_loss", "approx_kl", "clip_fraction", "gradient_norm",
      "clipped_value_loss",
    ]
    let results = try scalars.map { try Variable([], on: device, label: $0) }
    let flat = try Variable(network.flat.type.shape, on: device, label: "gradient")
    try device.run("update") { graph in
      let x = data.map(graph.read)
      let batch = PPO.Minibatch(
        actions: x[1], logProbabilities: x[2], advantages: x[3], returns: x[4], values: x[5])
      func objective(_ configuration: PPOConfiguration) -> PPO.Objective {
        PPO.Objective(
          configuration, batch, distribution: networks.distribution(networks.features(x[0])).distribution,
          values: networks.value(networks.features(x[0])).squeeze(2),
          clip: graph.constant(0.2, TensorType([])),
          entropyLeft: graph.constant(1, TensorType([])))
      }
      let result = objective(configuration)
      var clipping = configuration
      clipping.valueClip = 0.05
      let gradient = network.gradient(of: result.loss.sum())
      let (scaled, norm) = gradient.clippedNorm(0.5)
      let found = [
        result.policyLoss, result.valueLoss, result.entropy, result.loss, result.approximateKL,
        result.clipFraction, norm, objective(clipping).valueLoss,
      ]
      for (variable, tensor) in zip(results, found) { variable.assign(tensor.reshape([])) }
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
