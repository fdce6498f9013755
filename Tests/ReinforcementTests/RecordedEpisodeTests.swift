import Foundation
import Learning
import Tensors
import TestSupport
import Testing

@testable import Reinforcement

/// Episodes as pictures: those that evaluation runs.
struct RecordedEpisodeTests {
  let device = TestDevice.shared

  private func configuration(_ environment: any Environment, repeats: Int = 1) -> PPOConfiguration {
    var configuration = PPOConfiguration()
    configuration.environment = environment.name
    configuration.actionRepeat = repeats
    return configuration
  }

  /// Random actions, the same for the same seed and number of episodes.
  private func policy(_ environment: VectorEnvironment) -> (Tensor) throws -> Tensor {
    { environment.sampleActions(in: $0.graph) }
  }

  private func recorded(
    _ environment: any Environment, repeats: Int = 1, parameters: [String: ClosedRange<Double>] = [:],
    episodes: Int = 3
  ) throws -> (episodes: [RecordedEpisode], evaluation: Reinforcement.Evaluation) {
    var configuration = configuration(environment, repeats: repeats)
    configuration.parameters = parameters
    return (
      try Evaluator.record(
        configuration, in: environment, episodes: episodes, seed: 5, on: device, policy: policy),
      try Evaluator.run(
        configuration, in: environment, episodes: episodes, seed: 5, on: device, policy: policy)
    )
  }

  @Test(arguments: Environments.all)
  func `They are the episodes of an evaluation`(_ environment: any Environment) throws {
    let (episodes, evaluation) = try recorded(environment)
    #expect(episodes.map(\.episodeReturn) == evaluation.returns)
    #expect(episodes.map(\.length) == evaluation.lengths)
    for episode in episodes {
      #expect(episode.frames.count == episode.length + 1)
      #expect(episode.frames.map(\.step) == Array(0...episode.length))
      #expect(episode.frames.last?.returnSoFar == episode.episodeReturn)
      #expect(episode.isTerminated == (episode.length < environment.maximumSteps))
      #expect(episode.frames.dropLast().allSatisfy { $0.action.count == environment.actionSpace.size })
      #expect(episode.frames.last?.action == [])
      #expect(Set(episode.frames.map { "\($0.shapes)" }).count > 3)
    }
  }

  /// How far the pole's upper end is from its hinge, to the side: the sine of its angle.
  private func lean(_ frame: RecordedEpisode.Frame) throws -> Double {
    guard case .polygon(let pole, .limb) = frame.shapes[1],
      case .circle(let hinge, _, .joint) = frame.shapes[2]
    else {
      Issue.record("no pole")
      return 0
    }
    return abs((pole[1].x + pole[2].x) / 2 - hinge.x)
  }

  /// A copy that ends begins anew in the same step; the last frame is of what was before that.
  @Test(arguments: [1, 3], [[:], ["length": 0.3...0.7, "force_mag": 8...12]])
  func `The last frame is the one that ended the episode`(
    _ repeats: Int, _ parameters: [String: ClosedRange<Double>]
  ) throws {
    let (episodes, evaluation) = try recorded(
      CartPole(), repeats: repeats, parameters: parameters, episodes: 20)
    #expect(episodes.map(\.length) == evaluation.lengths)
    let limit = sin(12 * Double.pi / 180)
    for episode in episodes {
      #expect(episode.still == [.line(Point(-3.6, -0.25), Point(3.6, -0.25), .ground)])
      let leans = try episode.frames.map(lean)
      let last = try #require(leans.last)
      #expect(last > limit && last < 2 * limit && leans.dropLast().allSatisfy { $0 <= limit })
      #expect(episode.frames.count == (episode.length + repeats - 1) / repeats + 1)
      #expect(episode.frames.last?.step == episode.length)
    }
  }

  @Test func `Without a picture the numbers of the state are bars`() throws {
    let environment = EnvironmentWithoutPicture()
    let episode = try #require(recorded(environment, episodes: 1).episodes.first)
    #expect(episode.viewport == StateBars.viewport)
    var heights: [[Double]] = [[], [], [], []]
    for frame in episode.frames {
      let shapes = episode.still + frame.shapes
      let bars = shapes.compactMap { if case .polygon(let corners, .limb) = $0 { corners } else { nil } }
      #expect(bars.count == 4)
      for (index, bar) in bars.enumerated() { heights[index].append(bar[2].y) }
    }
    // Over the range that each has.
    for heights in heights {
      let (low, high) = (heights.min() ?? 0, heights.max() ?? 0)
      #expect(abs(low - 0.05) < 1e-9 || abs(high - 0.95) < 1e-9)
      #expect(low >= 0.05 - 1e-9 && high <= 0.95 + 1e-9 && low < high)
    }
  }

  @Test func `JSON has what a player needs`() throws {
    let episode = try #require(recorded(CartPole(), episodes: 1).episodes.first)
    let json = try JSONEncoder().encode(episode)
    let read = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
    #expect(
      Set(read.keys)
        == [
          "environment", "viewport", "return", "length", "terminated", "seconds_per_step", "still", "frames",
        ])
    #expect(read["viewport"] as? [Double] == [-3.6, 3.6, -0.6, 1.3])
    #expect(read["seconds_per_step"] as? Double == 0.02)
    let frames = try #require(read["frames"] as? [[String: Any]])
    #expect(Set(frames[0].keys) == ["step", "reward", "return", "action", "shapes"])
    let pole = try #require((frames[0]["shapes"] as? [[String: Any]])?[1])
    #expect(pole["type"] as? String == "polygon" && pole["ink"] as? String == "limb")
    #expect((pole["at"] as? [Double])?.count == 8)
    let still = try #require((read["still"] as? [[String: Any]])?.first)
    #expect(still["type"] as? String == "line" && still["at"] as? [Double] == [-3.6, -0.25, 3.6, -0.25])
    // Four digits, so that a frame takes few bytes; and what is read is what was written.
    #expect(json.count < 500 * frames.count)
    let again = try JSONDecoder().decode(RecordedEpisode.self, from: json)
    #expect(try JSONEncoder().encode(again).count == json.count)
    #expect(again.frames.count == episode.frames.count)
  }

  @Test func `Numbers are rounded to four digits`() {
    for (value, rounded) in [
      (0.123456, 0.1235), (-98765.4321, -98770), (1e-7 / 3, 3.333e-8), (0, 0), (2, 2), (9999.9, 10000),
      (1e300, 1e300),
    ] as [(Double, Double)] {
      #expect(value.withFourDigits == rounded)
    }
    #expect(Double.nan.withFourDigits.isNaN)
  }
}

/// CartPole that draws nothing.
private struct EnvironmentWithoutPicture: Environment {
  private let whole = CartPole()
  var name: String { "cartpole" }
  var gymnasiumName: String { "" }
  var stateSize: Int { 4 }
  var observationSize: Int { 4 }
  var actionSpace: ActionSpace { whole.actionSpace }
  var parameters: [EnvironmentParameter] { whole.parameters }
  var maximumSteps: Int { whole.maximumSteps }
  var rewardThreshold: Double? { nil }
  var kernels: EnvironmentKernels { whole.kernels }
  var viewport: Viewport { Viewport(x: -1...1, y: -1...1) }
  func frame(state: [Float]) -> [DrawingPrimitive] { [] }
}
