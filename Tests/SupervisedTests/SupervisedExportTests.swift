import Bundles
import Datasets
import Learning
import Recording
import Supervised
import Tensors
import TestSupport
import Testing

/// Classifiers and regressors as files, against the recorded predictions of a data set.
@Suite(.timeLimit(.minutes(5))) struct SupervisedExportTests {
  private let device = TestDevice.shared
  private let batch = 5

  private func settings(_ model: ModelDescription, _ shape: Shape, _ objective: Objective, crop: Int? = nil)
    -> SupervisedSettings
  {
    var training = SupervisedConfiguration()
    training.augmentation.crop = crop
    let channels = Normalization.channels(shape)
    let normalization = Normalization(
      mean: (0..<channels).map { 0.3 + 0.1 * Double($0) },
      standardDeviation: (0..<channels).map { 0.4 - 0.05 * Double($0) })
    return SupervisedSettings(
      DataConfiguration("data"), model, training, inputShape: shape, inputColumns: nil,
      normalization: normalization, objective: objective)
  }

  /// A program that went through a file and has run on `inputs`.
  private func ran(_ settings: SupervisedSettings, _ network: Network, _ inputs: [Float]) throws
    -> BundledPlan
  {
    let bundle = try settings.export(network, batch: batch)
    let plan = try BundledPlan(KernelBundle(bytes: bundle.encoded(), file: "model.reprise"), on: device)
    #expect(plan.inputs.map(\.shape) == [[batch] + settings.inputShape])
    #expect(plan.outputs.allSatisfy { $0.shape == [batch, settings.objective.outputs] })
    try plan.write(inputs, to: "inputs")
    try plan.run()
    return plan
  }

  @Test func `A classifier of pictures, of which the middle is looked at`() throws {
    let names = ["a, b", "\"c\"", "d"]
    let settings = settings(.smallSeparable, [3, 13, 14], .classification(names), crop: 12)
    let network = try settings.network(on: device)
    var random = SeededRandom(3)
    let bytes = random.values(batch * 3 * 13 * 14).map { UInt8(truncatingIfNeeded: Int($0 * 128) + 128) }
    let dataset = try Dataset(
      Samples(bytes, shape: [3, 13, 14]), .unknown, source: "pictures")
    let loader = try DataLoader(DeviceDataset(dataset, on: device), settings.loading(batchSize: batch))
    let logits = try Variable([batch, 3], on: device, label: "logits")
    try loader.record("logits") { _, batch in logits.assign(network(batch.inputs)) }.run()

    let plan = try ran(settings, network, bytes.map { Float($0) * Float(1.0 / 255) })
    #expect(try plan.read("logits", as: UInt32.self) == logits.read(UInt32.self))
    let probabilities = try plan.read("probabilities", as: Float.self)
    #expect(try probabilities == loader.predictions(network, settings.objective))
    #expect(Set(probabilities).count == 3 * batch)
    #expect(plan.metadata["task"] == "classification" && plan.metadata["input_shape"] == "[3,13,14]")
    #expect(plan.metadata["classes"] == #"["a, b","\"c\"","d"]"#)
  }

  @Test func `A regressor, in units of its targets`() throws {
    let scale = Normalization(mean: [7, -2], standardDeviation: [3, 0.5])
    let model = ModelDescription.layers(
      features: [.init("linear", ["": .integer(16)]), .init("relu")], classifier: [.init("linear")])
    let settings = settings(model, [4], .regression([2], scale: scale))
    let network = try settings.network(on: device)
    var random = SeededRandom(4)
    let rows = random.values(batch * 4).map { Float($0) }
    let dataset = try Dataset(Samples(rows, shape: [4]), .unknown, source: "rows")
    let loader = try DataLoader(DeviceDataset(dataset, on: device), settings.loading(batchSize: batch))
    let plan = try ran(settings, network, rows)
    let values = try plan.read("values", as: Float.self)
    #expect(try values == loader.predictions(network, settings.objective))
    #expect(Set(values).count == 2 * batch && plan.outputs.count == 1)
    #expect(plan.metadata["task"] == "regression" && plan.metadata["target_shape"] == "[2]")
    #expect(throws: ConfigurationError.self) { try settings.export(network, batch: 0) }
  }
}
