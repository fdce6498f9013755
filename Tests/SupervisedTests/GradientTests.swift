import Datasets
import Learning
import Supervised
import TestSupport
import Testing
import Vulkan

/// The gradients that the trainer tells of.
@Suite struct GradientTests {
  private let device = TestDevice.shared

  /// A run with running statistics, dropout, augmentation and a part that is frozen, whose gradients are read or not.
  private func trained(reading: Bool, residentLimit: Int?) throws -> Safetensors {
    let data = try DeviceDataset(Fashion.first(100), on: device, residentLimit: residentLimit)
    var configuration = SupervisedConfiguration()
    (configuration.epochs, configuration.freeze) = (3, ["features.*"])
    configuration.unfreeze = [.init(pattern: "features.*", epoch: 2)]
    (configuration.augmentation.shift, configuration.augmentation.mixup) = (2, 0.2)
    let model = ModelDescription.layers(
      features: [
        .init("flatten"), .init("linear", ["": .integer(8)]), .init("batch_norm"), .init("relu"),
        .init("dropout", ["": .number(0.5)]),
      ],
      classifier: [.init("linear")])
    let network = try model.network(data.dataset, on: device)
    let trainer = try SupervisedTrainer(
      configuration, network, data, data.dataset.split(data.dataset.rows, validation: 0.2, seed: 1))
    try trainer.train { progress in
      guard reading else { return true }
      let values = try trainer.readGradients()
      #expect(values.count == network.parameters.count)
      for value in values {
        let isFrozen = progress.epoch == 1 && value.name.hasPrefix("features.")
        #expect((value.gradients == nil) == isFrozen, "epoch \(progress.epoch): \(value.name)")
      }
      return true
    }
    return try trainer.checkpoint()
  }

  @Test(arguments: [nil, 0]) func readingThemChangesNothing(_ residentLimit: Int?) throws {
    #expect(
      try trained(reading: true, residentLimit: residentLimit)
        == trained(reading: false, residentLimit: residentLimit))
  }

  @Test func aStepGoesAgainstThem() throws {
    let data = try DeviceDataset(Fashion.first(50), on: device)
    var configuration = SupervisedConfiguration()
    (configuration.epochs, configuration.batchSize, configuration.schedule) = (3, 50, .constant)
    (configuration.optimizer, configuration.learningRate) = (.sgd, 0.1)
    (configuration.momentum, configuration.weightDecay) = (0, 0)
    let network = try ModelDescription.mlp(hidden: [16]).network(data.dataset, on: device)
    let trainer = try SupervisedTrainer(
      configuration, network, data, Split(training: data.dataset.rows, validation: []),
      normalization: Fashion.normalization)
    var before: [GradientProbe.Values] = []
    try trainer.train { _ in
      let values = try trainer.readGradients()
      for (old, new) in zip(before, values) {
        // All samples in one batch: their order, which is all that differs, changes the last bits.
        let expected = zip(old.weights, old.gradients ?? []).map { $0 - 0.1 * $1 }
        #expect(zip(expected, new.weights).allSatisfy { abs($0 - $1) <= 1e-6 }, "\(old.name)")
        #expect(old.weights != new.weights, "\(old.name)")
      }
      before = values
      return true
    }
  }
}
