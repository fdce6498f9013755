public import Bundles
import Datasets
import FoundationEssentials
public import Learning
import Recording
import Tensors

extension SupervisedSettings {
  /// A trained model as a file that runs without Reprise: `inputs` [batch, …], samples as they are read, the bytes of pictures
  /// as numbers in 0...1, → `logits` and `probabilities` [batch, classes], or `values` [batch, numbers] in units of the targets.
  ///
  /// - Parameters:
  ///   - network: of these settings.
  ///   - batch: samples of a run of the file.
  /// - Throws: `ConfigurationError` for the batch; `GraphError`, `RecordingError`, `VulkanError`.
  public func export(_ network: Network, batch: Int) throws -> KernelBundle {
    try ConfigurationError.check("batch", batch, in: 1...1 << 20)
    let device = network.flat.device
    let normalization = try DeviceNormalization(normalization, samples: Shape(inputShape), on: device)
    let inputs = try Variable(Shape([batch] + inputShape), on: device, label: "inputs")
    let shape: Shape = [batch, objective.outputs]
    let outputs = try Variable(shape, on: device, label: "outputs")
    let predictions = try Variable(shape, on: device, label: "predictions")
    let plan = try device.record("predict") { program in
      try program.pass("predict") { graph in
        let output = network(normalization(training.augmentation.evaluated(graph.read(inputs))))
        outputs.assign(output.reshape(shape))
        predictions.assign(objective.prediction(output).reshape(shape))
      }
    }
    switch objective {
    case .classification:
      return try plan.bundle(
        inputs: ["inputs": inputs], outputs: ["logits": outputs, "probabilities": predictions],
        metadata: metadata())
    case .regression:
      return try plan.bundle(
        inputs: ["inputs": inputs], outputs: ["values": predictions], metadata: metadata())
    }
  }

  /// What the model is for, in words for a file; lists as JSON.
  private func metadata() throws -> [String: String] {
    func list(_ values: some Encodable) throws -> String {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .withoutEscapingSlashes
      return String(decoding: try encoder.encode(values), as: UTF8.self)
    }
    var metadata = ["data": data.name, "input_shape": try list(inputShape)]
    if let inputColumns { metadata["input_columns"] = try list(inputColumns) }
    switch objective {
    case .classification(let names):
      metadata["task"] = "classification"
      metadata["classes"] = try list(names)
    case .regression(let shape, _):
      metadata["task"] = "regression"
      metadata["target_shape"] = try list(shape.dimensions)
    }
    return metadata
  }
}
