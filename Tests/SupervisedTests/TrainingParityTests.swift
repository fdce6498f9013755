import Datasets
import Learning
import Supervised
import Tensors
import TestSupport
import Testing
import Vulkan

/// The same weights and batches as PyTorch's: the same loss at each step, the same logits and statistics afterwards.
@Suite struct TrainingParityTests {
  private let device = TestDevice.shared

  /// A model of `Tools/References/training.py` with its golden.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let model: ModelDescription
    let steps: Int
    var testDescription: String { name }

    static let mlp = Case(name: "mlp", model: .mlp(), steps: 50)
    static let separable = Case(
      name: "separable", model: .separable(stem: 8, stemStride: 2, widths: [16, 32], strides: [2, 1]),
      steps: 50)
    static let sgd = Case(name: "sgd", model: .mlp(hidden: [32]), steps: 20)

    var rows: Int { steps * 32 }

    /// The golden, and a network with its initial weights.
    func start(_ data: DeviceDataset) throws -> (golden: Safetensors, network: Network) {
      let golden = try Golden.load("training_\(name)")
      var weights = golden
      weights.tensors = golden.tensors.filter { !$0.key.hasPrefix("golden/") }
      let network = try model.network(data.dataset, on: data.device)
      try network.load(from: weights, named: name)
      return (golden, network)
    }
  }

  private func data(_ item: Case) throws -> DeviceDataset {
    try DeviceDataset(Fashion.first(item.rows), on: device)
  }

  /// What follows the gradient in a step, given that and the step's number; returns what to compare beside the loss.
  private typealias Update = (Tensor, Tensor) -> [Tensor]

  /// Trains on the rows in their order and expects the golden's losses.
  private func train(
    _ item: Case, labelSmoothing: Double = 0, columns: [String] = ["losses"],
    _ make: (Network) throws -> Update
  ) throws {
    let data = try data(item)
    let (golden, network) = try item.start(data)
    let update = try make(network)
    var options = DataLoader.Options()
    (options.batchSize, options.normalization) = (32, Fashion.normalization)
    let ring = try Ring(capacity: item.steps, width: columns.count, on: device, label: "losses")
    let steps = try Variable([], .uint32, on: device, label: "steps")
    let epoch = try DataLoader(data, options).record("parity") { graph, batch in
      let output = network(batch.inputs, mode: .training(batch.generator))
      let loss = output.crossEntropy(batch.targets, labelSmoothing: labelSmoothing)
      let step = graph.read(steps)
      let more = update(network.gradient(of: loss), step)
      ring.append(.pack([loss] + more), counter: step)
      steps.assign(step + 1)
    }
    try epoch.run()
    for (column, name) in columns.enumerated() {
      let expected = try golden.numbers("golden/\(name)")
      try #require(expected.count == item.steps)
      for (step, expected) in expected.enumerated() {
        let error = abs(ring.row(step)[column] - expected) / expected
        #expect(error <= 1e-4, "\(name) of step \(step): \(ring.row(step)[column]), not \(expected)")
      }
    }
    try expectGolden(network, data, golden)
  }

  /// Expects the golden's logits and running statistics.
  private func expectGolden(_ network: Network, _ data: DeviceDataset, _ golden: Safetensors) throws {
    let logits = try network.logits(data, rows: (0..<32).map { $0 })
    let error = try relativeError(logits, golden.numbers("golden/logits"))
    #expect(error <= 1e-4, "logits: \(error)")
    for buffer in network.buffers {
      let error = try relativeError(buffer.read(), golden.numbers("golden/\(buffer.label)"))
      #expect(error <= 1e-4, "\(buffer.label): \(error)")
    }
  }

  @Test(arguments: [Case.mlp, .separable]) func eachStepsLossIsPyTorchs(_ item: Case) throws {
    try train(item) { network in
      let adam = try Adam(
        network, groups: ParameterGroups(network, weightDecay: 1e-2), decoupledWeightDecay: true)
      return { gradient, step in
        adam.step(gradient, learningRate: step.graph.constant(1e-3, TensorType([])))
        return []
      }
    }
  }

  @Test func momentumScheduleSmoothingAndClippingArePyTorchs() throws {
    let schedule = try Schedule(.cosine(minimum: 0, total: 20), learningRate: 0.05)
    try train(.sgd, labelSmoothing: 0.1, columns: ["losses", "norms"]) { network in
      let sgd = try SGD(
        network, momentum: 0.9, nesterov: true, groups: ParameterGroups(network, weightDecay: 1e-3))
      return { gradient, step in
        let (clipped, norm) = gradient.clippedNorm(1)
        sgd.step(clipped, learningRate: schedule.learningRate(step: step))
        return [norm]
      }
    }
  }

  @Test(arguments: [Case.mlp, .separable]) func theTrainersEpochIsPyTorchs(_ item: Case) throws {
    let data = try data(item)
    let (golden, network) = try item.start(data)
    var configuration = SupervisedConfiguration()
    (configuration.epochs, configuration.schedule, configuration.seed) = (1, .constant, 5)
    // Row i stands where the first epoch's shuffle looks i-th, so that batches come in the order of the data.
    var rows = [UInt32](repeating: 0, count: item.rows)
    let order = Generator.permutation(item.rows, seed: configuration.seed, counter: 0)
    for (place, index) in order.enumerated() { rows[Int(index)] = UInt32(place) }
    let trainer = try SupervisedTrainer(
      configuration, network, data, Split(training: rows, validation: []),
      normalization: Fashion.normalization)
    var loss = 0.0
    try trainer.train { progress in
      loss = progress.trainLoss
      #expect(progress.updates == item.steps && progress.samples == item.rows)
      #expect(abs(progress.learningRate - 1e-3) < 1e-9)
      return true
    }
    let losses = try golden.numbers("golden/losses").map(Double.init)
    let mean = losses.reduce(0, +) / Double(losses.count)
    #expect(abs(loss - mean) <= 1e-4 * mean, "\(loss), not \(mean)")
    try expectGolden(network, data, golden)
  }
}
