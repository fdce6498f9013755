import Foundation
import Reinforcement
import Runs
package import Vulkan

/// Episodes of a policy and the controls that play them.
package struct EpisodePlayer {
  private let episodes: [RecordedEpisode]
  private let file: String

  /// How many are recorded, and what decides how they begin: as in `reprise evaluate`.
  private static let (count, seed) = (3, UInt64(10_001))

  /// Records episodes of the best weights of a run's first agent, or of its last, where none were chosen; nil where it has
  /// none yet, or no episode of theirs was whole.
  ///
  /// - Throws: `CommandFailure`, `CheckpointError`, `ConfigurationError`, `VulkanError`.
  package init?(of run: ReportedRun, on device: Device) throws {
    let agent = run.measured.agents[0]
    guard case .reinforcement(let name) = run.kind, agent.hasWeights,
      let algorithm = Algorithms.all.first(where: { $0.name == name })
    else { return nil }
    (episodes, file) = try Self.record(agent, algorithm, on: device)
    if episodes.isEmpty { return nil }
  }

  private static func record<Trained: Algorithm>(
    _ agent: RunDirectory, _: Trained.Type, on device: Device
  ) throws -> ([RecordedEpisode], file: String) {
    let trained = try TrainedWeights<Trained>(of: agent, best: agent.hasBest)
    let episodes = try Trained.record(
      trained.configuration, weights: trained.weights, file: trained.file, episodes: count, seed: seed,
      on: device)
    return (episodes, trained.file)
  }

  /// The player.
  package func html() throws -> String {
    let choices = episodes.enumerated().map { index, episode in
      let end = episode.isTerminated ? "terminated" : "at the limit of steps"
      return
        #"<option value="\#(index)">\#(index + 1): return \#(numberText(Double(episode.episodeReturn))), "#
        + "\(episode.length) steps, \(end)</option>"
    }
    let speeds = ["0.25", "0.5", "1", "2", "4"].map {
      #"<option value="\#($0)"\#($0 == "1" ? " selected" : "")>\#($0)×</option>"#
    }
    let facts = ["step", "action", "reward", "return"].map {
      #"<div><dt>\#($0)</dt><dd class="\#($0)"></dd></div>"#
    }
    let environment = escaped(episodes[0].environment)
    return """
      <div class="player">
      <canvas width="1200" height="400" tabindex="0" role="img" \
      aria-label="An episode of \(environment). Space plays and pauses, the arrow keys step."></canvas>
      <div class="controls" role="group" aria-label="Playback of \(environment)">
      <button type="button" class="play">Play</button>
      <input type="range" min="0" value="0" step="1" aria-label="Step of the episode">
      <label>Speed <select class="speed">\(speeds.joined())</select></label>
      <label>Episode <select class="choice">\(choices.joined())</select></label>
      </div>
      <dl class="facts">\(facts.joined())</dl>
      <p class="hidden state" aria-live="polite"></p>
      <p class="note">The likeliest actions of \(escaped(file)).</p>
      <script type="application/json">\(scriptText(try jsonText(episodes, keys: .useDefaultKeys)))</script>
      </div>
      """
  }
}

extension RunDirectory {
  /// Whether there are weights of a policy.
  fileprivate var hasWeights: Bool { hasBest || access(checkpoint, F_OK) == 0 }
}

extension ReportSection {
  /// The players of policies, by the names of their runs.
  package static func episodes(_ runs: [ReportedRun], _ players: [String: String]) -> ReportSection? {
    let parts = runs.compactMap { run in
      players[run.name].map { runs.count == 1 ? $0 : "<h3>\(escaped(run.name))</h3>\n\($0)" }
    }
    guard !parts.isEmpty else { return nil }
    return ReportSection("episodes", "Episodes", parts.joined(separator: "\n"))
  }
}
