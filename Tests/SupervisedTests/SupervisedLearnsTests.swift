import Datasets
import Learning
import Recording
import Supervised
import TestSupport
import Testing
import Vulkan

/// A perceptron learns Fashion-MNIST from 1 000 samples, whatever its seed.
@Suite struct SupervisedLearnsTests {
  private let device = TestDevice.shared

  @Test(arguments: [1, 2, 3]) func aPerceptronLearnsInThreeEpochs(seed: UInt64) throws {
    let data = try DeviceDataset(Fashion.first(1250), on: device)
    var configuration = SupervisedConfiguration()
    (configuration.epochs, configuration.seed) = (3, seed)
    let trainer = try SupervisedTrainer(
      configuration, ModelDescription.mlp(hidden: [32]).network(data.dataset, seed: seed, on: device), data,
      data.dataset.split(data.dataset.rows, validation: 0.2, seed: seed))
    var progress: [SupervisedTrainer.Progress] = []
    try trainer.train {
      progress.append($0)
      // A CPU's submissions are cut by the second, which a slow driver may pass.
      let more = Int(2 * trainer.profile.deviceSeconds)
      #expect(trainer.profile.submissions <= 4 * $0.epoch + more, "\(trainer.profile)")
      return true
    }
    let losses = progress.map(\.trainLoss)
    #expect(losses.count == 3 && losses[1] < losses[0] && losses[2] < losses[1], "\(losses)")
    let accuracies = progress.compactMap(\.validationAccuracy)
    // 0.70 to 0.76 were seen.
    #expect(accuracies.count == 3 && accuracies[2] >= 0.65, "\(accuracies)")
    #expect(trainer.best?.metric == accuracies.max())
    #expect(trainer.best?.epoch == accuracies.firstIndex { $0 == accuracies.max() }.map { $0 + 1 })
  }
}
