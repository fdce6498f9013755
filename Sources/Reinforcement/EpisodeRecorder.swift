import Learning
import Recording
import Tensors
import Vulkan

/// Keeps what the steps of the first episodes of all copies of one agent began with, and what they gave.
///
/// On the device for the steps of a replay, then on the host.
final class EpisodeRecorder {
  /// What is known of a copy's first episode.
  private struct Track {
    var states: [[Float]] = []
    var actions: [[Float]] = []
    var rewards: [Float] = []
    /// State and parameters, and return and length, before the last step.
    var last: (state: [Float], episode: [Float])?
    var hasEnded = false
    var isTerminated = false
  }

  /// Floats of states that are kept on the host, 512 MB.
  private static let capacity = 1 << 27

  private let environment: VectorEnvironment
  private let steps: Int
  private let states, episodes, actions, rewards, terminated, truncated: Variable
  private var tracks: [Track]
  private var kept = 0

  /// - Parameter steps: of a replay.
  init(_ environment: VectorEnvironment, steps: Int, on device: Device) throws(VulkanError) {
    precondition(environment.agents == 1, "one agent's episodes are recorded")
    (self.environment, self.steps) = (environment, steps)
    func rows(_ name: String, _ row: TensorType) throws(VulkanError) -> Variable {
      try Variable(Shape([steps] + row.shape.dimensions), row.dataType, on: device, label: "recorded.\(name)")
    }
    states = try rows("states", environment.states.type)
    episodes = try rows("episodes", environment.episodes.type)
    actions = try rows("actions", environment.actionType)
    rewards = try rows("rewards", environment.rewards.type)
    terminated = try rows("terminated", environment.terminated.type)
    truncated = try rows("truncated", environment.truncated.type)
    tracks = Array(repeating: Track(), count: environment.copies)
  }

  /// Steps the environment and keeps the step.
  func step(_ taken: Tensor) {
    let graph = taken.graph
    let clock = graph.read(environment.clock)
    states.assignRow(graph.read(environment.states), counter: clock)
    episodes.assignRow(graph.read(environment.episodes), counter: clock)
    actions.assignRow(taken, counter: clock)
    // The step moves the clock on.
    let number = clock + 0
    environment.step(taken)
    for (rows, value) in [
      (rewards, environment.rewards), (terminated, environment.terminated),
      (truncated, environment.truncated),
    ] {
      rows.assignRow(graph.read(value), counter: number)
    }
  }

  /// Takes over the steps of a replay that has ended.
  ///
  /// - Throws: `ConfigurationError` where episodes are too long to be kept.
  func takeOver() throws {
    let (copies, parts) = (environment.copies, environment.states.type.shape[0])
    let (size, width) = (environment.environment.stateSize, environment.environment.actionSpace.size)
    let (states, episodes): ([Float], [Float]) = (try states.read(), try episodes.read())
    let actions: [Float] =
      if environment.actionType.dataType == .int32 {
        try actions.read(Int32.self).map(Float.init)
      } else {
        try actions.read()
      }
    let rewards: [Float] = try rewards.read()
    let (terminated, truncated) = (try terminated.read(UInt32.self), try truncated.read(UInt32.self))
    for step in 0..<steps {
      for copy in 0..<copies where !tracks[copy].hasEnded {
        let state = (0..<parts).map { states[(step * parts + $0) * copies + copy] }
        let (place, action) = (step * copies + copy, (step * copies + copy) * width)
        tracks[copy].states.append(Array(state[..<size]))
        tracks[copy].actions.append(Array(actions[action..<action + width]))
        tracks[copy].rewards.append(rewards[place])
        tracks[copy].last = (
          state, [episodes[2 * step * copies + copy], episodes[(2 * step + 1) * copies + copy]]
        )
        tracks[copy].isTerminated = terminated[place] != 0
        tracks[copy].hasEnded = terminated[place] != 0 || truncated[place] != 0
        kept += size
      }
    }
    guard kept <= Self.capacity else {
      throw ConfigurationError(
        field: "episodes",
        reason: "have more than \(Self.capacity) numbers of state; record fewer, or shorter ones")
    }
  }

  /// The episodes of copies, of which the return and length are known.
  ///
  /// Another began in the step that ended them; so that step is taken once more, without that.
  func episodes(_ results: [(copy: Int, episodeReturn: Float, length: Int)], on device: Device) throws
    -> [RecordedEpisode]
  {
    let (copies, parts) = (environment.copies, environment.states.type.shape[0])
    let width = environment.environment.actionSpace.size
    var (state, episode) = (
      [Float](repeating: 0, count: parts * copies), [Float](repeating: 0, count: 2 * copies)
    )
    for (copy, track) in tracks.enumerated() {
      guard let last = track.last else { continue }
      for (row, value) in last.state.enumerated() { state[row * copies + copy] = value }
      for (row, value) in last.episode.enumerated() { episode[row * copies + copy] = value }
    }
    try environment.states.write(state)
    try environment.episodes.write(episode)
    let taken = tracks.flatMap { $0.actions.last ?? [Float](repeating: 0, count: width) }
    let actions = try Variable(
      environment.actionType.shape, environment.actionType.dataType, on: device, label: "last actions")
    if environment.actionType.dataType == .int32 {
      try actions.write(taken.map { Int32($0) })
    } else {
      try actions.write(taken)
    }
    try device.run("last step") { [environment] in environment.stepAlone($0.read(actions)) }
    let ends: [Float] = try environment.states.read()
    return results.map { copy, episodeReturn, length in
      let track = tracks[copy]
      let end = (0..<environment.environment.stateSize).map { ends[$0 * copies + copy] }
      return RecordedEpisode(
        of: environment.environment, states: track.states + [end], actions: track.actions,
        rewards: track.rewards,
        actionRepeat: environment.actionRepeat, episodeReturn: episodeReturn, length: length,
        isTerminated: track.isTerminated)
    }
  }
}
