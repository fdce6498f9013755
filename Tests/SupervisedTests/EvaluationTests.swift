import Datasets
import Glibc
import Learning
import Supervised
import Tensors
import TestSupport
import Testing
import Vulkan

/// Metrics and predictions of given weights against scikit-learn's, on two batches and a smaller one.
@Suite struct EvaluationTests {
  private let device = TestDevice.shared

  /// A model of `Tools/References/metrics.py` with its weights, its samples, and what they are worth.
  private struct Known {
    let golden: Safetensors
    let network: Network
    let loader: DataLoader

    init(_ name: String, outputs: Int, residentLimit: Int? = nil, on device: Device) throws {
      golden = try Golden.load("metrics_\(name)")
      let model = ModelDescription.layers(
        features: [
          .init("linear", ["": .integer(4)]), .init("batch_norm"), .init("relu"),
          .init("dropout", ["": .number(0.5)]),
        ],
        classifier: [.init("linear")])
      let targets: Dataset.Targets
      if name == "classification" {
        let entry = try #require(golden.tensors["golden/y"])
        targets = .classes(entry.elements(Int32.self), names: (0..<outputs).map { "class \($0)" })
      } else {
        targets = .values(try golden.numbers("golden/y"), shape: [outputs])
      }
      let data = try Dataset(
        Samples(golden.numbers("golden/x"), shape: [3]), targets, source: "Tools/References/metrics.py")
      network = try model.network(data, outputs: outputs, on: device)
      var weights = golden
      weights.tensors = golden.tensors.filter { !$0.key.hasPrefix("golden/") }
      try network.load(from: weights, named: name)
      var options = DataLoader.Options()
      options.batchSize = 4
      loader = try DataLoader(DeviceDataset(data, on: device, residentLimit: residentLimit), options)
      try #require(loader.batchesPerEpoch == 3 && loader.samplesPerEpoch == 11)
    }

    /// What the regression's targets are in units of.
    func scale() throws -> Normalization {
      Normalization(
        mean: try golden.numbers("golden/mean").map(Double.init),
        standardDeviation: try golden.numbers("golden/deviation").map(Double.init))
    }

    /// Expects a list to be the golden's `name`.
    func expect(_ values: [Double], _ name: String) throws {
      let error = try relativeError(values.map { Float($0) }, golden.numbers("golden/\(name)"))
      #expect(error <= 1e-5, "\(name): \(values)")
    }
  }

  /// The classifier's classes.
  private static let classes = Objective.classification((0..<7).map { "class \($0)" })

  @Test func aClassifiersMetricsAreScikitLearns() throws {
    let known = try Known("classification", outputs: 7, on: device)
    let before = try known.network.state()
    let evaluator = try SupervisedEvaluator(known.network, Self.classes, known.loader)
    let result = try evaluator.run()
    let classification = try #require(result.classification)
    #expect(result.samples == 11 && classification.topK == 5 && result.regression == nil)
    try known.expect([result.loss], "loss")
    try known.expect([classification.accuracy], "accuracy")
    try known.expect([result.metric], "accuracy")
    try known.expect([classification.topKAccuracy], "top")
    let confusion = try #require(known.golden.tensors["golden/confusion"]).elements(Int32.self)
    #expect(classification.confusion.flatMap { $0 } == confusion.map(Int.init))
    let classes = classification.perClass
    try known.expect(classes.map(\.precision), "precision")
    try known.expect(classes.map(\.recall), "recall")
    try known.expect(classes.map(\.f1), "f1")
    let support = try #require(known.golden.tensors["golden/support"]).elements(Int32.self)
    #expect(classes.map(\.support) == support.map(Int.init))

    // Again the same, and the network, running statistics included, as it was.
    #expect(try evaluator.run() == result)
    #expect(try known.network.state() == before)
  }

  @Test func aRegressionsMetricsAreScikitLearns() throws {
    let known = try Known("regression", outputs: 2, on: device)
    let before = try known.network.state()
    let objective = Objective.regression([2], scale: try known.scale())
    let result = try SupervisedEvaluator(known.network, objective, known.loader).run()
    let regression = try #require(result.regression)
    #expect(result.samples == 11 && result.classification == nil)
    try known.expect([regression.meanAbsoluteError], "absolute")
    try known.expect([regression.meanSquaredError], "squared")
    try known.expect([result.loss], "loss")
    try known.expect([regression.determination], "determination")
    #expect(try known.network.state() == before)
  }

  @Test func targetsAreScaledByTheirTrainingRows() throws {
    let targets: [Float] = [1, 50, 3, 50, 5, 50, 1000, 0]
    let data = try Dataset(
      Samples([Float](repeating: 0, count: 4), shape: [1]), .values(targets, shape: [2]), source: "test")
    let scale = Normalization(mean: [3, 50], standardDeviation: [(8.0 / 3).squareRoot(), 1])
    #expect(try Objective(data, rows: [0, 1, 2]) == .regression([2], scale: scale))
  }

  @Test func weightsMayStandForTheNetworks() throws {
    let known = try Known("classification", outputs: 7, on: device)
    let average = try Variable(known.network.flat.type.shape, on: device, label: "average")
    try average.write(known.network.flat.read(Float.self))
    try known.network.flat.write([Float](repeating: 0, count: average.type.shape.count))
    let result = try SupervisedEvaluator(known.network, Self.classes, known.loader, weights: average).run()
    try known.expect([result.loss], "loss")
  }

  @Test(arguments: [nil, 0]) func predictionsComeInOrderAndSumToOne(_ residentLimit: Int?) throws {
    let known = try Known("classification", outputs: 7, residentLimit: residentLimit, on: device)
    let found = try known.loader.predictions(known.network, Self.classes)
    try known.expect(found.map(Double.init), "probabilities")
    for row in stride(from: 0, to: found.count, by: 7) {
      #expect(abs(found[row..<row + 7].reduce(0, +) - 1) < 1e-6)
    }

    let logits = try known.network.logits(
      known.loader.dataset, rows: (0..<11).map { $0 }, outputs: 7, normalization: nil)
    let softmax = stride(from: 0, to: logits.count, by: 7).flatMap { row in
      let powers = logits[row..<row + 7].map { exp(Double($0)) }
      return powers.map { Float($0 / powers.reduce(0, +)) }
    }
    #expect(relativeError(found, softmax) <= 1e-5)
  }

  @Test func predictionsOfNumbersAreInTheirUnits() throws {
    let known = try Known("regression", outputs: 2, on: device)
    let objective = Objective.regression([2], scale: try known.scale())
    let found = try known.loader.predictions(known.network, objective)
    try known.expect(found.map(Double.init), "predictions")
  }
}
