import Datasets
import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Supervised

/// A run that was stopped, between epochs or within one, and goes on in fresh objects gives the bits of one that was not.
@Suite struct ResumeTests {
  private let device = TestDevice.shared

  private func trainer(_ configuration: SupervisedConfiguration, streams: Bool = false) throws
    -> SupervisedTrainer
  {
    let data = try DeviceDataset(Fashion.first(120), on: device, residentLimit: streams ? 0 : nil)
    let model = ModelDescription.smallSeparable
    let split = try data.dataset.split(data.dataset.rows, validation: 0.2, seed: 1)
    var options = PlanOptions()
    // A batch a submission, so that an epoch can be cut anywhere.
    options.secondsPerSubmission = 0
    return try SupervisedTrainer(
      configuration, model.network(data.dataset, on: device), data, split,
      normalization: Fashion.normalization,
      options: options)
  }

  private func text(_ row: SupervisedTrainer.Progress) -> String {
    "\(row.epoch) \(row.updates) \(row.samples) \(row.learningRate) \(row.trainLoss) \(row.trainAccuracy ?? -1) "
      + "\(row.validationLoss ?? -1) \(row.validationAccuracy ?? -1) \(row.isBest)"
  }

  /// Trains in one go; then in parts, each of which ends after some looks at whether it should, in objects of its own.
  private func expectSame(
    _ configuration: SupervisedConfiguration, streams: Bool = false, cuts: [Int],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var (all, parts): ([String], [String]) = ([], [])
    let whole = try trainer(configuration)
    try whole.train {
      all.append(text($0))
      return true
    }
    var saved: [UInt8]?
    var places: [Int?] = []
    for cut in cuts + [Int.max] {
      let part = try trainer(configuration, streams: streams)
      if let saved {
        try part.restore(from: Safetensors(bytes: saved, file: "run"), named: "run")
        #expect(try part.checkpoint().encoded() == saved, sourceLocation: sourceLocation)
      }
      var looks = 0
      try part.train(
        progress: {
          parts.append(text($0))
          return true
        },
        isCut: {
          looks += 1
          return looks > cut
        }, pause: { false })
      saved = try part.checkpoint().encoded()
      places.append(part.batchesDone)
    }
    #expect(parts == all, sourceLocation: sourceLocation)
    let expected = try whole.checkpoint()
    let found = try Safetensors(bytes: #require(saved), file: "run")
    let names = Set(found.tensors.keys).union(expected.tensors.keys)
    let different = names.filter { found.tensors[$0] != expected.tensors[$0] }.sorted()
    #expect(different == [], "cut at \(places)", sourceLocation: sourceLocation)
    #expect(Set(places.compactMap(\.self)).count > 1, "cut at \(places)", sourceLocation: sourceLocation)
    #expect(whole.batchesDone == nil && whole.isFinished, sourceLocation: sourceLocation)
  }

  /// All that is random or remembered: 96 samples in batches of 16, four epochs.
  private var configuration: SupervisedConfiguration {
    var configuration = SupervisedConfiguration()
    (configuration.epochs, configuration.batchSize, configuration.ema) = (4, 20, 0.9)
    (configuration.schedule, configuration.learningRate) = (.oneCycle, 1e-2)
    (configuration.augmentation.shift, configuration.augmentation.mixup) = (2, 0.2)
    return configuration
  }

  @Test func anEpochIsCutAnywhere() throws {
    try expectSame(configuration, cuts: [1, 3, 4, 2, 1, 1, 6])
  }

  @Test func accumulatedGradientsAreKept() throws {
    var accumulating = configuration
    (accumulating.batchSize, accumulating.accumulate) = (10, 3)
    try expectSame(accumulating, cuts: [2, 2, 1, 3])
  }

  @Test func streamedSamplesGoOnWhereTheyWere() throws {
    try expectSame(configuration, streams: true, cuts: [2, 3, 2, 1, 4])
  }

  @Test func whatIsFrozenAndWhatWasBestAreKept() throws {
    var frozen = configuration
    (frozen.epochs, frozen.schedule, frozen.patience) = (6, .constant, 2)
    (frozen.optimizer, frozen.momentum, frozen.learningRate) = (.sgd, 0.9, 0.05)
    frozen.freeze = ["features.*"]
    frozen.unfreeze = [.init(pattern: "features.*", epoch: 3)]
    // Between epochs too: before the epoch that learns more, and in it.
    try expectSame(frozen, cuts: [7, 7, 2, 8])
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let stopped = try trainer(configuration)
    var looks = 0
    try stopped.train(
      isCut: {
        looks += 1
        return looks > 3
      }, pause: { false })
    let saved = try stopped.checkpoint()
    for name in ["training.samples", "training.best", "training.epoch", "training.cut", "optimizer.exp_avg"] {
      var file = saved
      file.tensors[name] = .init(TensorType([2], .uint32), [UInt32](repeating: 77, count: 2))
      let fresh = try trainer(configuration)
      let error = #expect(throws: CheckpointError.self) { try fresh.restore(from: file, named: "run") }
      #expect(error?.description.contains(name) == true)
    }
    var far = saved
    far.tensors["training.cut"] = .init(TensorType([1], .uint32), [UInt32(9)])
    let fresh = try trainer(configuration)
    #expect(throws: CheckpointError.self) { try fresh.restore(from: far, named: "run") }
  }
}
