import Datasets
import Learning
import Supervised
import Tensors
import TestSupport
import Testing
import Vulkan

/// Accumulated gradients, averaged weights, early ends and divergence.
@Suite struct SupervisedTrainerTests {
  private let device = TestDevice.shared

  /// A trainer of a small perceptron on Fashion-MNIST's first samples.
  private func trainer(
    samples: Int, validation: Int = 0, _ change: (inout SupervisedConfiguration) -> Void
  ) throws -> SupervisedTrainer {
    let data = try DeviceDataset(Fashion.first(samples + validation), on: device)
    var configuration = SupervisedConfiguration()
    change(&configuration)
    let rows = data.dataset.rows
    return try SupervisedTrainer(
      configuration, ModelDescription.mlp(hidden: [16]).network(data.dataset, on: device), data,
      Split(training: Array(rows.prefix(samples)), validation: Array(rows.dropFirst(samples))),
      normalization: Fashion.normalization)
  }

  @Test func fourGradientsOfEightAreOneOfThirtyTwo() throws {
    func change(batch: Int, accumulate: Int) throws -> [Float] {
      let trainer = try trainer(samples: 160) {
        ($0.epochs, $0.batchSize, $0.accumulate) = (1, batch, accumulate)
        ($0.optimizer, $0.momentum, $0.learningRate) = (.sgd, 0, 0.1)
      }
      let before: [Float] = try trainer.network.flat.read()
      try trainer.train { progress in
        #expect(progress.updates == 5)
        return true
      }
      return zip(try trainer.network.flat.read(Float.self), before).map { $0 - $1 }
    }
    let whole = try change(batch: 32, accumulate: 1)
    try #require(whole.contains { abs($0) > 0.01 })
    let error = relativeError(try change(batch: 8, accumulate: 4), whole)
    #expect(error <= 1e-4, "\(error)")
  }

  @Test func averagedWeightsAreWhatIsEvaluatedAndKept() throws {
    let trainer = try trainer(samples: 128, validation: 50) { ($0.epochs, $0.ema) = (3, 0.9) }
    var loss: Double?
    try trainer.train { progress in
      loss = progress.validationLoss
      return true
    }
    let data = trainer.loader.dataset
    func evaluated(_ weights: Safetensors) throws -> Double {
      let network = try ModelDescription.mlp(hidden: [16]).network(data.dataset, seed: 9, on: device)
      try network.load(from: weights, named: "weights")
      var options = DataLoader.Options()
      (options.batchSize, options.normalization) = (64, Fashion.normalization)
      let loader = try DataLoader(data, rows: (128..<178).map { $0 }, options)
      return try SupervisedEvaluator(network, trainer.objective, loader).run().loss
    }
    let averaged = try evaluated(trainer.model())
    #expect(try abs(averaged - #require(loss)) <= 1e-6 * averaged)
    #expect(try abs(averaged - evaluated(trainer.network.state())) > 1e-3)
  }

  @Test func trainingEndsWhenTheValidationSplitDoesNotImprove() throws {
    // Steps that are lost in rounding, so that no epoch is better than the first.
    let trainer = try trainer(samples: 64, validation: 40) {
      ($0.epochs, $0.patience, $0.learningRate, $0.weightDecay) = (10, 2, 1e-12, 0)
    }
    var best: [Bool] = []
    try trainer.train { progress in
      best.append(progress.isBest)
      return true
    }
    #expect(best == [true, false, false])
    #expect(trainer.best?.epoch == 1)
  }

  @Test func progressEndsTrainingAndPatienceNeedsAValidationSplit() throws {
    let trainer = try trainer(samples: 64) { $0.epochs = 10 }
    var epochs: [Int] = []
    try trainer.train { progress in
      epochs.append(progress.epoch)
      return epochs.count < 2
    }
    #expect(epochs == [1, 2] && trainer.best == nil)
    let error = #expect(throws: ConfigurationError.self) { try self.trainer(samples: 64) { $0.patience = 2 } }
    #expect(error?.description.contains("validation") == true)
  }

  /// A regression of the sum of four numbers of a size.
  private func regression(_ size: Float, epochs: Int, validation: Int = 0) throws -> SupervisedTrainer {
    var random = SeededRandom(5)
    let inputs = random.values(64 * 4, scale: size).map { Float($0) }
    let sums = (0..<64).map { row in inputs[4 * row..<4 * row + 4].reduce(0, +) }
    let dataset = try Dataset(Samples(inputs, shape: [4]), .values(sums, shape: [1]), source: "sums")
    var configuration = SupervisedConfiguration()
    (configuration.epochs, configuration.optimizer, configuration.learningRate) = (epochs, .sgd, 10)
    (configuration.schedule, configuration.weightDecay) = (.constant, 0)
    return try SupervisedTrainer(
      configuration, ModelDescription.mlp(hidden: [16]).network(dataset, outputs: 1, on: device),
      DeviceDataset(dataset, on: device),
      Split(
        training: Array(dataset.rows.dropLast(validation)), validation: Array(dataset.rows.suffix(validation))
      ))
  }

  @Test(arguments: [0, 16]) func aHugeLearningRateEndsInTheEpochOfTheFirstInfinity(validation: Int) throws {
    let trainer = try regression(1, epochs: 200, validation: validation)
    var epochs = 0
    let error = #expect(throws: DivergedError.self) {
      try trainer.train { progress in
        epochs += 1
        #expect(progress.trainLoss.isFinite && progress.validationLoss?.isFinite ?? true)
        #expect(try trainer.network.flat.read(Float.self).allSatisfy(\.isFinite))
        return true
      }
    }
    #expect(epochs < 200 && error?.epoch == epochs + 1)
    #expect(error?.description.contains("diverged in epoch \(epochs + 1)") == true)
  }

  @Test func anUpdateThatOverflowsInTheLastBatchIsNoticed() throws {
    // All weights 0: the loss is ln 2, and its gradient times the learning rate more than float32 holds.
    let inputs = [Float](repeating: 1e38, count: 32)
    let dataset = try Dataset(
      Samples(inputs, shape: [1]), .classes((0..<32).map { Int32($0 % 4 == 0 ? 1 : 0) }, names: ["a", "b"]),
      source: "huge")
    var configuration = SupervisedConfiguration()
    (configuration.epochs, configuration.optimizer, configuration.learningRate) = (1, .sgd, 10)
    (configuration.schedule, configuration.weightDecay) = (.constant, 0)
    let model = ModelDescription.layers(features: [.init("flatten")], classifier: [.init("linear")])
    let network = try model.network(dataset, outputs: 2, on: device)
    try network.flat.write([Float](repeating: 0, count: network.flat.type.shape.count))
    let trainer = try SupervisedTrainer(
      configuration, network, DeviceDataset(dataset, on: device),
      Split(training: dataset.rows, validation: []),
      normalization: Normalization(mean: [0], standardDeviation: [1]))
    let error = #expect(throws: DivergedError.self) {
      try trainer.train { _ in
        Issue.record("an epoch was reported")
        return true
      }
    }
    #expect(error?.epoch == 1 && error?.description.contains("weights that are not finite") == true)
  }
}
