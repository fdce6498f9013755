import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// An update of DQN from a replay buffer, forward, backward and updated, against PyTorch's numbers.
struct DQNUpdateTests {
  private func configuration(_ name: String) -> DQNConfiguration {
    let isFull = name == "full"
    var configuration = DQNConfiguration()
    configuration.environments = 3
    configuration.bufferSize = 33
    configuration.hidden = [16, 12]
    configuration.learningRate = 1e-3
    configuration.annealLearningRate = false
    configuration.targetUpdateInterval = 1
    configuration.batchSize = isFull ? 24 : 16
    configuration.gamma = isFull ? 0.95 : 0.9
    configuration.returnSteps = isFull ? 3 : 1
    (configuration.doubleQ, configuration.dueling, configuration.prioritized) = (isFull, isFull, isFull)
    configuration.tau = isFull ? 0.25 : 1
    configuration.maximumGradientNorm = isFull ? 0.05 : 1e6
    (configuration.priorityExponent, configuration.priorityCorrection) = (0.6, 0.4)
    configuration.steps = 30_000
    return configuration
  }

  @Test(arguments: ["plain", "full"])
  func lossesGradientsAndUpdate(_ name: String) throws {
    let golden = try Golden.load("dqn_update")
    func entry(_ key: String) throws -> Safetensors.Entry {
      try #require(golden.tensors["\(name)/\(key)"], "\(key)")
    }
    func floats(_ key: String) throws -> [Float] { try entry(key).elements(Float.self) }
    let device = TestDevice.shared
    let dqn = try DQN(configuration(name), on: device)
    let learner = dqn.learner

    func load(_ group: String, into variable: Variable) throws {
      for parameter in dqn.network.parameters {
        let entry = try entry("\(group)/\(parameter.name)")
        #expect(entry.type.shape == parameter.shape)
        try variable.write(entry.elements(Float.self), at: parameter.offset)
      }
    }
    try load("before", into: dqn.network.flat)
    try load("target_before", into: learner.target)
    try learner.replay.storage.write(floats("storage"))
    try learner.replay.count.write([UInt32(17)])
    // A quarter of the run: β is 0.55.
    try learner.environment.clock.write([UInt32(2500)])
    let drawn: [UInt32] = try entry("numbers").elements(UInt32.self)
    let numbers = try Variable([1, drawn.count], .uint32, on: device, label: "numbers")
    try numbers.write(drawn)
    let all = try Variable([1, 33], try floats("priorities"), on: device, label: "priorities")
    if let tree = learner.priorities?.tree {
      try device.run("priorities") { tree.update($0.arange(33, .uint32).reshape([1, 33]), to: $0.read(all)) }
    }

    try device.run("update") { graph in
      let numbers = graph.read(numbers)
      learner.learn(from: learner.replay.places(of: numbers), numbers: numbers)
    }

    let losses: [Float] = try learner.losses.read()
    for (key, actual) in zip(DQNLearner.losses, losses) {
      let expected = try floats(key)[0]
      #expect(abs(actual - expected) <= 1e-4 * max(abs(expected), 1e-2), "\(key): \(actual), not \(expected)")
    }
    func compare(_ values: [Float], _ group: String, scale: Double = 1, from start: String? = nil) throws {
      for parameter in dqn.network.parameters {
        var actual = values[parameter.offset..<parameter.offset + parameter.count].map { Double($0) * scale }
        var expected = try floats("\(group)/\(parameter.name)").map { Double($0) }
        if let start {
          let before = try floats("\(start)/\(parameter.name)").map { Double($0) }
          actual = zip(actual, before).map { $0 - $1 }
          expected = zip(expected, before).map { $0 - $1 }
        }
        // Squared errors: 1e-8 is 1e-4 of the norm. Adam's first step is a sign: tiny gradients are loose.
        #expect(
          normalizedError(actual, expected) <= (start == nil ? 1e-8 : 1e-3), "\(group) of \(parameter.name)")
      }
    }
    // The first moment after a first step is a tenth of the gradient.
    try compare(learner.optimizer.state[0].read(), "gradient", scale: 10)
    try compare(dqn.network.flat.read(), "updated")
    try compare(dqn.network.flat.read(), "updated", from: "before")
    try compare(learner.target.read(), "target")

    guard let priorities = learner.priorities else { return }
    let leaves = try priorities.tree.nodes.read(Float.self).suffix(33).map { Double($0) }
    let expected = try floats("priorities_after").map { Double($0) }
    #expect(zip(leaves, expected).allSatisfy { abs($0 - $1) <= 1e-4 * $1 })
    let largest: [Float] = try priorities.largest.read()
    #expect(abs(largest[0] - (try floats("largest_priority")[0])) <= 1e-4)
  }
}
