import Datasets
import Foundation
import Pictures
import Runs
import Supervised
import Tensors
package import Vulkan

/// What a classifier made of some samples of its test split: half of them right, half wrong, where there are as many.
package struct SamplePredictions {
  private struct Sample {
    let row: Int
    let truth, found: String
    let probability: Double
    /// A PNG file; nil where the sample is no picture.
    let picture: [UInt8]?
    var isRight: Bool { truth == found }
  }

  private let samples: [Sample]
  private let looked, wrong: Int

  /// How many are shown, and among how many of the split they are looked for.
  private static let (shown, limit) = (24, 2000)

  /// Asks the best weights of a run; nil where it is no classifier's, has no test split or no weights yet.
  ///
  /// - Throws: `CommandFailure`, `CheckpointError`, `DataError`, `VulkanError`.
  package init?(of run: ReportedRun, on device: Device) throws {
    let directory = run.measured.directory
    guard run.kind == .classifier, directory.hasBest else { return nil }
    let settings = try RunConfiguration<SupervisedSettings>(of: directory).settings
    guard let data = try settings.evaluationData(settings.data, .classification),
      case .classes(let truths, let names) = data.targets
    else { return nil }
    // Spread over the split, which may be in the order of the classes.
    let count = min(data.count, Self.limit)
    let rows = (0..<count).map { UInt32($0 * data.count / count) }
    let network = try settings.network(of: directory, on: device)
    let loader = try DataLoader(DeviceDataset(data, on: device), rows: rows, settings.loading())
    let values = try loader.predictions(network, settings.objective)
    let found = rows.indices.map { index -> (row: Int, label: Int, probability: Float) in
      let probabilities = values[index * names.count..<(index + 1) * names.count]
      let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
      return (Int(rows[index]), best - index * names.count, probabilities[best])
    }
    let right = found.filter { Int(truths[$0.row]) == $0.label }
    let wrong = found.filter { Int(truths[$0.row]) != $0.label }
    let wrongCount = min(wrong.count, max(Self.shown / 2, Self.shown - right.count))
    // The surest mistakes tell most; of the others, some from everywhere.
    let mistakes = wrong.sorted { $0.probability > $1.probability }.prefix(wrongCount)
    let rightCount = min(right.count, Self.shown - wrongCount)
    let others = (0..<rightCount).map { right[$0 * right.count / rightCount] }
    samples = (mistakes + others).map { item in
      Sample(
        row: item.row, truth: names[Int(truths[item.row])], found: names[item.label],
        probability: Double(item.probability), picture: data.inputs.picture(item.row))
    }
    (looked, self.wrong) = (count, wrong.count)
  }

  /// A list of the samples.
  package var html: String {
    let items = samples.map { sample in
      let image = sample.picture.map {
        #"<img alt="Sample \#(sample.row): \#(escaped(sample.truth))" src="data:image/png;base64,\#(Data($0).base64EncodedString())">"#
      }
      let text =
        sample.isRight
        ? "<b>\(escaped(sample.found))</b>"
        : "<b>\(escaped(sample.found))</b><br>is \(escaped(sample.truth))"
      return #"<li class="\#(sample.isRight ? "right" : "wrong")">\#(image ?? "Sample \(sample.row)<br>")"#
        + "\(text)<br>\(Int((100 * sample.probability).rounded()))% sure</li>"
    }
    return "<h3>Samples</h3>"
      + note(
        "\(looked) samples of the test split were looked at, of which \(wrong) were taken for another class: "
          + "first the surest mistakes, then some that were found.")
      + #"<ul class="samples">\#(items.joined(separator: "\n"))</ul>"#
  }
}

extension Samples {
  /// A sample as a PNG file; nil where it is no picture in grey or colour.
  fileprivate func picture(_ row: Int) -> [UInt8]? {
    guard shape.rank == 3, shape[0] == 1 || shape[0] == 3, shape[1] <= 512, shape[2] <= 512 else {
      return nil
    }
    let bytes: [UInt8] = withBytes(row..<row + 1) { raw in
      guard element == .float32 else { return Array(raw) }
      let floats = (0..<shape.count).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      // Numbers without a unit go from black to white.
      let (low, high) = (floats.min() ?? 0, floats.max() ?? 1)
      return floats.map { UInt8(255 * ($0 - low) / max(high - low, .leastNormalMagnitude)) }
    }
    var canvas = Canvas(width: shape[2], height: shape[1], .black)
    let plane = shape[1] * shape[2]
    for index in 0..<plane {
      let channels = (0..<3).map { bytes[shape[0] == 3 ? $0 * plane + index : index] }
      canvas.pixels[index] = Color(channels[0], channels[1], channels[2]).packed
    }
    return canvas.png()
  }
}
