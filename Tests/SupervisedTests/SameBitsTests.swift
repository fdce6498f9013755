import Datasets
import Learning
import Supervised
import TestSupport
import Testing
import Vulkan

/// A run is its seed's: twice the same bits, wherever the data lies.
@Suite struct SameBitsTests {
  private let device = TestDevice.shared

  /// What a run with everything random in it leaves.
  private func trained(seed: UInt64, residentLimit: Int? = nil) throws -> (
    model: Safetensors, checkpoint: Safetensors
  ) {
    let data = try DeviceDataset(Fashion.first(200), on: device, residentLimit: residentLimit)
    #expect(data.isResident == (residentLimit == nil))
    var configuration = SupervisedConfiguration()
    (configuration.epochs, configuration.ema, configuration.seed) = (2, 0.9, seed)
    (configuration.augmentation.shift, configuration.augmentation.flip) = (2, 0.5)
    (configuration.augmentation.cutout, configuration.augmentation.mixup) = (5, 0.2)
    let network = try ModelDescription.mlp(hidden: [16], dropout: 0.2).network(
      data.dataset, seed: seed, on: device)
    let trainer = try SupervisedTrainer(
      configuration, network, data, data.dataset.split(data.dataset.rows, validation: 0.2, seed: seed))
    try trainer.train()
    return (try trainer.model(), try trainer.checkpoint())
  }

  @Test func theSameSeedGivesTheSameBitsFromMemoryAndFromAStream() throws {
    let first = try trained(seed: 3)
    let second = try trained(seed: 3)
    #expect(first.model == second.model && first.checkpoint == second.checkpoint)
    #expect(first.checkpoint.tensors["training.updates"]?.elements(UInt32.self) == [10])

    let streamed = try trained(seed: 3, residentLimit: 0)
    #expect(first.model == streamed.model && first.checkpoint == streamed.checkpoint)

    let other = try trained(seed: 4)
    #expect(first.model != other.model)
  }
}
