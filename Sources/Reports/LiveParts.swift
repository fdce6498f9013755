import Runs
package import Vulkan

/// What a device has to compute for a report, as HTML by the names of runs.
package struct LiveParts {
  /// Samples of classifiers' test splits.
  package private(set) var predictions: [String: String] = [:]
  /// Players of policies' episodes.
  package private(set) var players: [String: String] = [:]

  /// Computes it, run after run.
  ///
  /// - Parameters:
  ///   - device: nil where none is wanted; the page says that, or why it can't be opened.
  ///   - progress: told what is done next.
  /// - Throws: `CommandFailure`, `CheckpointError`, `DataError`, `VulkanError`.
  package init(
    _ runs: [ReportedRun], device: Result<Device, VulkanError>?, progress: (String) throws -> Void
  ) throws {
    for run in runs {
      switch run.kind {
      case .regressor: break
      case .classifier:
        try progress("Asking \(run.name) about samples of its test split …")
        predictions[run.name] = try Self.on(device, "No sample predictions") { device in
          try SamplePredictions(of: run, on: device)?.html
        }
      case .reinforcement:
        try progress("Recording episodes of \(run.name) …")
        players[run.name] = try Self.on(device, "No episodes") { device in
          try EpisodePlayer(of: run, on: device)?.html()
        }
      }
    }
  }

  private static func on(
    _ device: Result<Device, VulkanError>?, _ missing: String, _ body: (Device) throws -> String?
  ) throws -> String? {
    switch device {
    case nil: note("\(missing): this page was made with --no-device.")
    case .failure(let error): note("\(missing): no device could be opened where this page was made. \(error)")
    case .success(let device): try body(device)
    }
  }
}
