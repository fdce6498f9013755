import Datasets
import Learning
import Supervised
import Tensors
import TestSupport
import Testing
import Vulkan

/// The first samples of Fashion-MNIST's training split.
enum Fashion {
  /// What `Tools/References/training.py` shifts and scales pictures by.
  static let normalization = Normalization(mean: [0.2860], standardDeviation: [0.3530])

  private static let all = Result { try DataFiles.open("fashion-mnist").training }

  /// Samples 0..<`count`, copied.
  static func first(_ count: Int) throws -> Dataset {
    let all = try all.get()
    let classes =
      if case .classes(let labels, let names) = all.targets { (labels, names) } else {
        nil as ([Int32], [String])?
      }
    let (labels, names) = try #require(classes)
    let pictures = all.inputs.withBytes(0..<count) { Array($0) }
    return try Dataset(
      Samples(pictures, shape: all.inputs.shape), .classes(Array(labels.prefix(count)), names: names),
      source: "fashion-mnist")
  }
}

extension ModelDescription {
  /// A small separable network: a stem of 4 channels and one block.
  static let smallSeparable = separable(stem: 4, stemStride: 2, widths: [8], strides: [2])

  /// The model for a data set, on a device.
  func network(_ dataset: Dataset, outputs: Int = 10, seed: UInt64 = 1, on device: Device) throws -> Network {
    try Network(module(input: dataset.inputs.shape, outputs: outputs), on: device, seed: seed)
  }
}

extension Network {
  /// What it says of rows of `data`, one batch, in evaluation mode: an ordinary pass.
  func logits(
    _ data: DeviceDataset, rows: [UInt32], outputs: Int = 10,
    normalization: Normalization? = Fashion.normalization
  ) throws -> [Float] {
    var options = DataLoader.Options()
    (options.batchSize, options.normalization) = (rows.count, normalization)
    let logits = try Variable([rows.count, outputs], on: data.device, label: "logits")
    try DataLoader(data, rows: rows, options).record("logits") { _, batch in
      logits.assign(self(batch.inputs))
    }.run()
    return try logits.read()
  }

  /// All parameters and buffers as they are.
  func state() throws -> Safetensors {
    var file = Safetensors()
    try save(into: &file)
    return file
  }
}

extension Safetensors {
  /// The elements of a tensor that must be there.
  func numbers(_ name: String) throws -> [Float] { try #require(tensors[name], "\(name)").elements() }

  /// The tensors whose names begin with `prefix`.
  func part(_ prefix: String) -> [String: Entry] { tensors.filter { $0.key.hasPrefix(prefix) } }
}

/// The largest distance of two lists, as a part of the largest number expected; infinite where lengths differ.
func relativeError(_ actual: [Float], _ expected: [Float]) -> Float {
  guard actual.count == expected.count, actual.allSatisfy(\.isFinite) else { return .infinity }
  let size = expected.map(abs).max() ?? 1
  return (zip(actual, expected).map { abs($0 - $1) }.max() ?? 0) / max(size, .leastNormalMagnitude)
}
