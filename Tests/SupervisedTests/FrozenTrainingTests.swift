import Datasets
import Learning
import Supervised
import TestSupport
import Testing
import Vulkan

/// What is frozen keeps its bits, parameters and running statistics, until it is to learn.
@Suite struct FrozenTrainingTests {
  private let device = TestDevice.shared

  @Test(arguments: [nil, 2]) func frozenPartsLearnFromTheirEpochOn(_ unfreezing: Int?) throws {
    let data = try DeviceDataset(Fashion.first(100), on: device)
    let network = try ModelDescription.smallSeparable.network(data.dataset, on: device)
    var configuration = SupervisedConfiguration()
    (configuration.epochs, configuration.schedule) = (3, .constant)
    configuration.freeze = ["features.*"]
    if let unfreezing { configuration.unfreeze = [.init(pattern: "features.*", epoch: unfreezing)] }
    let trainer = try SupervisedTrainer(
      configuration, network, data, Split(training: data.dataset.rows, validation: []),
      normalization: Fashion.normalization)
    var states = [try network.state()]
    try trainer.train { _ in
      states.append(try network.state())
      return true
    }
    try #require(states.count == 4)
    let frozen = states[0].part("features.").count
    try #require(frozen > 0 && states[0].part("features.").keys.contains { $0.hasSuffix("running_var") })
    for (epoch, (before, after)) in zip(states, states.dropFirst()).enumerated() {
      func changed(_ prefix: String) -> Int {
        after.part(prefix).filter { before.tensors[$0.key] != $0.value }.count
      }
      let learns = unfreezing.map { epoch + 1 >= $0 } ?? false
      #expect(changed("features.") == (learns ? frozen : 0), "epoch \(epoch + 1)")
      #expect(changed("classifier.") == 2, "epoch \(epoch + 1)")
    }
  }
}
