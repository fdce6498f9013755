import Foundation
import Learning
import Runs
import Tensors

extension ReportSection {
  /// How the weights of each run's best checkpoint lie, or of its last where none was chosen; and the gradients when they were
  /// last looked at.
  ///
  /// - Throws: `CheckpointError` or `CommandFailure` for a file that is damaged.
  package static func weights(_ runs: [ReportedRun]) throws -> ReportSection? {
    let parts = try runs.enumerated().compactMap { index, run in
      try histograms(run, ink: index).map { details($0.title, isOpen: runs.count == 1, $0.content) }
    }
    guard !parts.isEmpty else { return nil }
    return ReportSection("weights", "Weights and gradients", parts.joined(separator: "\n"))
  }

  private static func histograms(_ run: ReportedRun, ink: Int) throws -> (title: String, content: String)? {
    guard let agent = run.measured.agents.first else { return nil }
    let file = agent.hasBest ? agent.weights : agent.checkpoint
    guard access(file, F_OK) == 0 else { return nil }
    // Optimizers, environments and replay buffers lie in a checkpoint, too.
    let tensors = try Safetensors(contentsOf: file).tensors.filter { name, entry in
      [".weight", ".bias", "log_std"].contains(where: name.hasSuffix) && entry.type.dataType == .float32
    }
    let looked = try GradientHistograms(of: agent)
    let histograms = tensors.sorted { $0.key < $1.key }.flatMap { name, tensor in
      let gradient = looked?.gradients[name].map {
        (name, "gradient after \(looked?.step ?? 0)", Histogram($0))
      }
      return [(name, "\(tensor.type.shape)", Histogram(tensor.elements()))] + [gradient].compactMap(\.self)
    }
    let charts = histograms.enumerated().map { index, item in
      let (name, what, histogram) = item
      let drawing = histogram.drawing(
        title: "\(name) \(what)", abscissa: "value", width: 300, height: 170, ink: ink)
      return #"<figure class="plot"><figcaption>\#(escaped(name)) "#
        + #"<span class="note">\#(escaped(what))</span></figcaption>"#
        + drawing.svg(identifier: "weights-\(ink)-\(index)") + "</figure>"
    }
    return ("\(run.name): \(file)", #"<div class="grid small">\#(charts.joined(separator: "\n"))</div>"#)
  }
}
