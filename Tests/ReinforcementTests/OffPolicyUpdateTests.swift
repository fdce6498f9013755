import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// Updates of SAC and TD3, forward, backward and updated, against PyTorch's numbers.
struct OffPolicyUpdateTests {
  let device = TestDevice.shared

  @Test(arguments: ["plain", "gsde"]) func updateOfSAC(_ name: String) throws {
    let golden = try UpdateGolden("sac_update", case: "\(name)/")
    var configuration = SACConfiguration()
    configuration.hidden = [24, 16]
    configuration.learningRate = 3e-4
    configuration.tau = 0.05
    configuration.gsde = name == "gsde"
    let environment = try VectorEnvironment(configuration, seeds: [3], on: device)
    let learner = try SAC.Learner(configuration, environment, seeds: [3], on: device)
    let (actor, critics) = (learner.policy.network, learner.critics)
    try golden.load(into: actor, actor.flat)
    try golden.load(into: critics)
    let batch = try golden.batch("", on: device)
    let noise = try golden.variable("noise", on: device)
    let scalars = ["actor_loss", "critic_loss", "alpha_loss", "q_mean", "entropy", "alpha"]
    let results = try Results(scalars, actor, critics.network, on: device)
    try device.run("update") { graph in
      let update = learner.update(
        configuration, batch.read(graph), noise: graph.read(noise))
      results.assign(
        [
          update.actorLoss, update.criticLoss, update.alphaLoss, update.valueMean, update.entropy,
          update.alpha,
        ], [update.actorGradient, update.criticGradient],
        [update.actorGradientNorm, update.criticGradientNorm])
    }
    try results.check(golden, actor, critics)
  }

  @Test func updateOfTD3() throws {
    let golden = try UpdateGolden("td3_update", case: "")
    var configuration = TD3Configuration()
    configuration.hidden = [24, 16]
    configuration.learningRate = 3e-4
    configuration.tau = 0.05
    configuration.targetNoise = 0.4
    let environment = try VectorEnvironment(configuration, seeds: [3], on: device)
    let learner = try TD3.Learner(configuration, environment, seeds: [3], on: device)
    try golden.load(into: learner.network, learner.network.flat)
    try golden.load(into: learner.network, learner.target, prefix: "target_")
    try golden.load(into: learner.critics)
    let batches = try (0..<2).map { try golden.batch("batch\($0)/", on: device) }
    let noise = try (0..<2).map { try golden.variable("batch\($0)/noise", on: device) }
    let results = try Results(
      ["actor_loss", "critic_loss", "q_mean"], learner.network, learner.critics.network, on: device)
    try device.run("update") { graph in
      let update = learner.update(
        configuration, zip(batches, noise).map { ($0.read(graph), graph.read($1)) })
      results.assign(
        [update.actorLoss, update.criticLoss, update.valueMean],
        [update.actorGradient, update.criticGradient], [update.actorGradientNorm, update.criticGradientNorm])
    }
    try results.check(golden, learner.network, learner.critics)
    try golden.check(learner.target, of: learner.network, "updated/target_")
  }
}

/// What an update leaves in variables.
private struct Results {
  let names: [String]
  let scalars, gradients, norms: [Variable]

  init(_ names: [String], _ actor: Network, _ critics: Network, on device: Device) throws {
    self.names = names
    scalars = try names.map { try Variable([1], on: device, label: $0) }
    gradients = try [actor, critics].map { try Variable($0.flat.type.shape, on: device, label: "gradient") }
    norms = try (0..<2).map { _ in try Variable([1], on: device, label: "norm") }
  }

  func assign(_ values: [Tensor], _ flat: [Tensor], _ lengths: [Tensor]) {
    for (variable, value) in zip(scalars + gradients + norms, values + flat + lengths) {
      variable.assign(value)
    }
  }

  func check(_ golden: UpdateGolden, _ actor: Network, _ critics: TwinCritics) throws {
    for (name, variable) in zip(names, scalars) {
      let (found, expected) = (Double(try variable.read(Float.self)[0]), try golden.values(name)[0])
      #expect(abs(found - expected) <= 1e-4 * max(abs(expected), 1e-2), "\(name): \(found), not \(expected)")
    }
    for (norm, gradient) in zip(norms, gradients) {
      let squares = try gradient.read(Float.self).reduce(0) { $0 + Double($1) * Double($1) }
      #expect(abs(Double(try norm.read(Float.self)[0]) - squares.squareRoot()) < 1e-5 * squares.squareRoot())
    }
    try golden.check(gradients[0], of: actor, "gradient/")
    try golden.check(gradients[1], ofCritics: critics.network, "gradient/critic")
    try golden.check(actor.flat, of: actor, "updated/", from: "")
    try golden.check(critics.network.flat, ofCritics: critics.network, "updated/critic", from: "critic")
    try golden.check(
      critics.target, ofCritics: critics.network, "updated/target_critic", from: "target_critic")
  }
}

/// A case of a golden file of an update.
private struct UpdateGolden {
  private let file: Safetensors
  private let prefix: String

  init(_ name: String, case prefix: String) throws {
    (file, self.prefix) = (try Golden.load(name), prefix)
  }

  func entry(_ name: String) throws -> Safetensors.Entry {
    try #require(file.tensors[prefix + name], "\(prefix)\(name)")
  }

  func values(_ name: String) throws -> [Double] { try entry(name).elements(Float.self).map(Double.init) }

  /// A tensor with an axis of one agent before.
  func variable(_ name: String, on device: Device) throws -> Variable {
    let entry = try entry(name)
    return try Variable(
      Shape([1] + entry.type.shape.dimensions), entry.elements(Float.self), on: device, label: name)
  }

  struct Batch {
    let parts: [Variable]

    func read(_ graph: Graph) -> ReplayBuffer.Batch {
      let x = parts.map(graph.read)
      return ReplayBuffer.Batch(
        observations: x[0], actions: x[1], rewards: x[2], nextObservations: x[3], discounts: x[4])
    }
  }

  func batch(_ prefix: String, on device: Device) throws -> Batch {
    let names = ["observations", "actions", "rewards", "next_observations", "discounts"]
    return Batch(parts: try names.map { try variable(prefix + $0, on: device) })
  }

  func load(into network: Network, _ flat: Variable, prefix: String = "") throws {
    for parameter in network.parameters {
      try flat.write(entry(prefix + parameter.name).elements(Float.self), at: parameter.offset)
    }
  }

  func load(into critics: TwinCritics) throws {
    for (flat, prefix) in [(critics.network.flat, "critic"), (critics.target, "target_critic")] {
      for (parameter, number) in places(critics.network) {
        try flat.write(
          entry("\(prefix)\(number + 1)\(parameter.name.dropFirst("critic".count))").elements(Float.self),
          at: parameter.offset + number * parameter.shape.count)
      }
    }
  }

  private func places(_ critics: Network) -> [(Network.Parameter, Int)] {
    critics.parameters.flatMap { [($0, 0), ($0, 1)] }
  }

  func check(_ flat: Variable, of network: Network, _ prefix: String, from before: String? = nil) throws {
    let found: [Float] = try flat.read()
    for parameter in network.parameters {
      try check(
        found, parameter.offset, parameter.shape.count, prefix + parameter.name,
        before.map { $0 + parameter.name })
    }
  }

  func check(_ flat: Variable, ofCritics network: Network, _ prefix: String, from before: String? = nil)
    throws
  {
    let found: [Float] = try flat.read()
    for (parameter, number) in places(network) {
      let name = "\(number + 1)\(parameter.name.dropFirst("critic".count))"
      try check(
        found, parameter.offset + number * parameter.shape.count, parameter.shape.count, prefix + name,
        before.map { $0 + name })
    }
  }

  /// The numbers themselves, and by how much they changed, which is little beside them.
  private func check(_ flat: [Float], _ offset: Int, _ count: Int, _ name: String, _ before: String?) throws {
    let found = flat[offset..<offset + count].map(Double.init)
    let expected = try values(name)
    // Squared errors: 1e-8 is 1e-4 of the norm.
    #expect(normalizedError(found, expected) <= 1e-8, "\(name)")
    guard let before else { return }
    let start = try values(before)
    // Adam's first step is a sign: tiny gradients are loose.
    let error = normalizedError(zip(found, start).map { $0 - $1 }, zip(expected, start).map { $0 - $1 })
    #expect(error <= 1e-3, "change of \(name)")
  }
}
