/// A whole episode of a policy as pictures: what an HTML canvas plays and `reprise render` draws.
///
/// As JSON: `environment`, `viewport` [left, right, bottom, top] in the environment's units, y up; `return`, `length` in steps,
/// `terminated` (by its own rules, not by the limit of steps), `seconds_per_step` where it has such a time; `still`, the shapes
/// that all frames begin with, and `frames`, one before each action and one after the last: `step`, `reward` of what led there,
/// `return` so far, `action` that is taken then, `shapes` to be drawn after the still ones. `DrawingPrimitive` has the shapes.
public struct RecordedEpisode: Sendable, Equatable, Codable {
  /// A moment of an episode.
  public struct Frame: Sendable, Equatable, Codable {
    /// Steps that were taken until then.
    public let step: Int
    /// What the action before gave, and the sum until then, undiscounted.
    public let reward, returnSoFar: Float
    /// What is done next; empty at the end.
    public let action: [Float]
    /// Its own shapes, in the order of drawing.
    public let shapes: [DrawingPrimitive]

    private enum CodingKeys: String, CodingKey {
      case step, reward, action, shapes
      case returnSoFar = "return"
    }
  }

  /// The environment's name.
  public let environment: String
  /// What the frames show.
  public let viewport: Viewport
  /// Undiscounted return.
  public let episodeReturn: Float
  /// Steps of the environment, more than actions where these are held.
  public let length: Int
  /// Whether it ended by the environment's own rules.
  public let isTerminated: Bool
  /// The environment's time step; nil where it has none.
  public let secondsPerStep: Double?
  /// What all frames begin with.
  public let still: [DrawingPrimitive]
  /// From the initial state to the last.
  public let frames: [Frame]

  private enum CodingKeys: String, CodingKey {
    case environment, viewport, length, still, frames
    case episodeReturn = "return"
    case isTerminated = "terminated"
    case secondsPerStep = "seconds_per_step"
  }

  /// An episode from what was recorded of it.
  ///
  /// - Parameter states: one more than there are actions and rewards.
  init(
    of environment: any Environment, states: [[Float]], actions: [[Float]], rewards: [Float],
    actionRepeat: Int,
    episodeReturn: Float, length: Int, isTerminated: Bool
  ) {
    self.environment = environment.name
    (self.episodeReturn, self.length, self.isTerminated) = (episodeReturn, length, isTerminated)
    secondsPerStep = environment.secondsPerStep
    var pictures = states.map { environment.frame(state: $0).filter(\.isFinite) }
    var viewport = environment.viewport
    if pictures.allSatisfy(\.isEmpty) {
      let bars = StateBars(states)
      (pictures, viewport) = (states.map(bars.frame(state:)), StateBars.viewport)
    }
    self.viewport = viewport
    let first = pictures.first ?? []
    let common = pictures.map { zip($0, first).prefix { $0.0 == $0.1 }.count }.min() ?? 0
    still = Array(first[..<common])
    var sum: Float = 0
    frames = pictures.enumerated().map { index, picture in
      let reward = index > 0 ? rewards[index - 1] : 0
      sum += reward
      return Frame(
        step: min(index * actionRepeat, length), reward: reward, returnSoFar: sum,
        action: index < actions.count ? actions[index] : [], shapes: Array(picture[common...]))
    }
  }
}

/// The picture of an environment that has none: a bar for each number of its state, over the range that it has in an episode.
struct StateBars {
  private let ranges: [ClosedRange<Double>]
  static let viewport = Viewport(x: 0...1, y: 0...1)

  init(_ states: [[Float]]) {
    ranges = (states.first ?? []).indices.map { index in
      let values = states.map { Double($0[index]) }
      // 0 is where bars begin.
      return min(0, values.min() ?? 0)...max(0, values.max() ?? 0)
    }
  }

  func frame(state: [Float]) -> [DrawingPrimitive] {
    let width = 0.9 / Double(max(1, ranges.count))
    return zip(state, ranges).enumerated().flatMap { index, pair -> [DrawingPrimitive] in
      let (left, range) = (0.05 + width * (Double(index) + 0.15), pair.1)
      let size = max(range.upperBound - range.lowerBound, .leastNormalMagnitude)
      func height(_ value: Double) -> Double { 0.05 + 0.9 * (value - range.lowerBound) / size }
      let (zero, value) = (height(0), height(Double(pair.0)))
      let right = left + 0.7 * width
      return [
        .polygon([Point(left, zero), Point(right, zero), Point(right, value), Point(left, value)], .limb),
        .line(Point(left, zero), Point(right, zero)),
      ]
    }
  }
}

extension Environment {
  /// Its time step [s]: the parameter that Gymnasium's and our own environments have for it; nil where there is none.
  public var secondsPerStep: Double? {
    parameters.first { $0.unit == "s" && ["tau", "dt", "time_step"].contains($0.name) && $0.value > 0 }?.value
  }
}
