import ArgumentParser
import Glibc
import Learning
import Pictures
import Reinforcement
import Runs
import Vulkan

/// `reprise render`: episodes of a policy as a moving picture.
struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Draw episodes of a trained policy as an animated GIF or PNG.",
    discussion: """
      The episodes are those that 'reprise evaluate' runs for the same seed and number of episodes. The file's ending says \
      what is written: .gif or .apng, which move, or .png, one picture. Below it stand the steps of the environment and the \
      return until then. The file is written whole, at the end.

      Examples:
        reprise render runs/cartpole -o cartpole.gif
        reprise render runs/pendulum --best --episodes 3 --every 2 -o pendulum.apng
        reprise render runs/cartpole --frame 100 --size 1200x800 -o cartpole.png
      """)

  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
  var folder: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file to write, which ends in .gif, .apng or .png.", valueName: "file"))
  var output: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Episodes, shown after one another, the last picture of each for a second.", valueName: "count"))
  var episodes = 1

  @Option(parsing: .unconditional, help: "Decides the initial states of the episodes.")
  var seed: UInt64 = 10_001

  @Flag(help: "Take best.safetensors, which 'train --evaluate-every' keeps, not the last weights.")
  var best = false

  @Flag(help: "Draw actions as in training; without it the likeliest are taken.")
  var sampled = false

  @Option(
    help: ArgumentHelp(
      "Width and height in pixels, 64 to 4096 each. (default: 600x400)", valueName: "width>x<height"),
    transform: FrameSize.init)
  var size = FrameSize(width: 600, height: 400)

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Show one picture for so many actions.", valueName: "count"))
  var every = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Pictures a second, 1 to 50. (default: as time passes in the environment, from 15 to 50; 30 where it has no time)",
      valueName: "rate"))
  var fps: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Of a .png, how many actions come before what is shown. (default: all)", valueName: "count"))
  var frame: Int?

  @OptionGroup var selection: DeviceOptions

  @Flag(
    help:
      "Print one JSON object: file, bytes, frames, width, height, and of each episode return, length, terminated."
  )
  var json = false

  /// What is written.
  enum Format: String, CaseIterable {
    case gif, apng, png
  }

  func validate() throws {
    let format = try format()
    guard (1...1000).contains(episodes) else {
      throw ValidationError("The value '\(episodes)' of '--episodes' must be from 1 to 1000")
    }
    guard (1...1_000_000).contains(every) else {
      throw ValidationError("The value '\(every)' of '--every' must be from 1 to 1000000")
    }
    if let fps, !(1...50).contains(fps) {
      throw ValidationError("The value '\(fps)' of '--fps' must be from 1 to 50")
    }
    if let frame {
      guard format == .png else { throw ValidationError("'--frame' is for .png; \(output) moves") }
      guard frame >= 0 else { throw ValidationError("The value '\(frame)' of '--frame' must be 0 or more") }
    }
    guard format != .png || episodes == 1 else {
      throw ValidationError("'--episodes' is for what moves; \(output) is one picture")
    }
  }

  private func format() throws -> Format {
    guard let ending = output.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last,
      let format = Format(rawValue: ending.lowercased())
    else {
      throw ValidationError("The value '\(output)' of '--output' must end in .gif, .apng or .png")
    }
    return format
  }

  func run() throws {
    let directory = RunDirectory(folder)
    try directory.refuseMissing()
    guard case .reinforcement(let name) = try directory.algorithm() else {
      throw CommandFailure("\(folder) is no run of a policy; only their episodes can be drawn.")
    }
    // Before minutes of work, not after them.
    let parent = output.lastIndex(of: "/").map { String(output[...$0]) } ?? "."
    guard access(parent, W_OK) == 0 else {
      throw CommandFailure("\(output) can't be written: \(systemError())")
    }
    for algorithm in Algorithms.all where algorithm.name == name { try render(directory, algorithm) }
  }

  private func render<Trained: Algorithm>(_ directory: RunDirectory, _: Trained.Type) throws {
    let trained = try TrainedWeights<Trained>(of: directory, best: best)
    let episodes = try Trained.record(
      trained.configuration, weights: trained.weights, file: trained.file, episodes: episodes,
      isSampled: sampled, seed: seed, on: selection.open())
    let (bytes, frames) = try drawn(episodes)
    try bytes.withUnsafeBytes { try writeAtomically(output, $0) }
    let report = RenderReport(
      file: output, bytes: bytes.count, frames: frames, width: size.width, height: size.height,
      episodes: episodes.map {
        .init(return: $0.episodeReturn, length: $0.length, terminated: $0.isTerminated)
      })
    try write(json ? jsonText(report) + "\n" : report.text)
  }

  /// The file, and how many pictures it has.
  private func drawn(_ episodes: [RecordedEpisode]) throws -> ([UInt8], Int) {
    let painter = EpisodePainter(width: size.width, height: size.height)
    let format = try format()
    if format == .png {
      let shown = episodes[0].frames
      guard frame ?? 0 < shown.count else {
        throw CommandFailure(
          "The episode has \(shown.count - 1) actions; --frame \(frame ?? 0) is behind its end.")
      }
      return (painter.picture(shown[frame ?? shown.count - 1], of: episodes[0], number: 0).png(), 1)
    }
    let film = Film(episodes, every: every, rate: fps)
    let animation = Animation(width: size.width, height: size.height, delays: film.delays) { index in
      let (number, frame) = film.frames[index]
      return painter.picture(episodes[number].frames[frame], of: episodes[number], number: number)
    }
    let console = Console(json: json)
    defer { console.end() }
    // Short work has no line.
    if console.style == .lines { _ = console.isOlder(than: .zero) }
    func progress(_ index: Int) throws {
      let text = "\(index + 1) of \(film.frames.count) pictures"
      switch console.style {
      case .json: break
      case .live: try console.live(text)
      case .lines: if console.isOlder(than: .seconds(2)) { try console.line(text) }
      }
    }
    return (
      try format == .gif ? animation.gif(progress: progress) : animation.apng(progress: progress),
      film.frames.count
    )
  }
}

/// Which frames of episodes are shown, and how long.
struct Film {
  /// Number of the episode, and of the frame in it.
  let frames: [(episode: Int, frame: Int)]
  /// 1/100 s.
  let delays: [Int]

  /// - Parameter rate: pictures a second; by default as time passes in the environment.
  init(_ episodes: [RecordedEpisode], every: Int, rate: Double?) {
    var frames: [(episode: Int, frame: Int)] = []
    var delays: [Int] = []
    for (number, episode) in episodes.enumerated() {
      let last = episode.frames.count - 1
      // The end of an episode is always shown.
      let shown = Array(stride(from: 0, to: last, by: every)) + [last]
      let step = episode.secondsPerStep.map {
        $0 * Double(every * (episode.frames.dropFirst().first?.step ?? 1))
      }
      let rate = rate ?? step.map { min(max(1 / $0, 15), 50) } ?? 30
      for (index, frame) in shown.enumerated() {
        frames.append((number, frame))
        // Rounded so that no time is lost over many; browsers take less than 2 for 10.
        let ends = [index, index + 1].map { Int((Double($0) * 100 / rate).rounded()) }
        delays.append(frame == last ? 100 : max(2, ends[1] - ends[0]))
      }
    }
    (self.frames, self.delays) = (frames, delays)
  }
}

/// Pixels of a picture, written `600x400`.
struct FrameSize: CustomStringConvertible {
  let width, height: Int

  init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

  init(_ text: String) throws {
    let numbers = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let width = numbers[0], let height = numbers[1], 64...4096 ~= width,
      64...4096 ~= height
    else {
      throw ValidationError("must be width x height from 64x64 to 4096x4096, as 600x400")
    }
    self.init(width: width, height: height)
  }

  var description: String { "\(width)x\(height)" }
}

/// What was drawn, as JSON and as text.
struct RenderReport: Encodable {
  struct Episode: Encodable {
    let `return`: Float
    let length: Int
    let terminated: Bool
  }

  let file: String
  let bytes, frames, width, height: Int
  let episodes: [Episode]

  var text: String {
    "\(file): \(frames.grouped) \(frames == 1 ? "picture" : "pictures") of \(width) × \(height), \(Double(bytes).short)B\n"
      + columns(
        episodes.enumerated().map {
          (
            "episode \($0.offset + 1)",
            "return \(Double($0.element.return).short) in \($0.element.length.grouped) steps"
          )
        })
  }
}
