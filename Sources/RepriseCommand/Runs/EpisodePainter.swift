import Pictures
import Reinforcement

/// Draws frames of episodes as pictures, with a line below that says step and return.
final class EpisodePainter {
  let width, height: Int
  private let captionSize, thickness: Double
  /// The shapes that stay, of the episode that was drawn last.
  private var still: (number: Int, canvas: Canvas)?

  private static let background = Color(hex: 0xffffff)
  private static let caption = Color(hex: 0x3c4650)

  private static func color(_ ink: Ink) -> Color {
    switch ink {
    case .ground: Color(hex: 0xa3abb5)
    case .body: Color(hex: 0x33475b)
    case .limb: Color(hex: 0xe08a2e)
    case .joint: Color(hex: 0x8192a3)
    case .goal: Color(hex: 0x35a06a)
    }
  }

  /// With a decimal where it isn't whole, and not too many digits.
  private static func text(_ number: Float) -> String {
    let value = Double(number)
    return value.fixed(value.rounded() == value || abs(value) >= 1000 ? 0 : 1)
  }

  /// Pictures of so many pixels.
  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    captionSize = max(8, min(Double(height) / 20, Double(width) / 26))
    thickness = max(1, Double(min(width, height)) / 160)
  }

  /// A frame of an episode; `number` tells episodes apart.
  func picture(_ frame: RecordedEpisode.Frame, of episode: RecordedEpisode, number: Int) -> Canvas {
    if still?.number != number {
      var canvas = Canvas(width: width, height: height, Self.background)
      draw(episode.still, episode.viewport, &canvas)
      still = (number, canvas)
    }
    var canvas = still?.canvas ?? Canvas(width: width, height: height, Self.background)
    draw(frame.shapes, episode.viewport, &canvas)
    let baseline = Double(height) - 0.6 * captionSize
    let (step, sum) = ("step \(frame.step)", "return \(Self.text(frame.returnSoFar))")
    let named = "\(episode.environment)  \(step)"
    // Long names are left out of small pictures; 6 digits more must fit than there are, lest it come and go.
    let fits =
      StrokeFont.width(of: named + sum + "000000", size: captionSize) < Double(width) - 2 * captionSize
    canvas.write(
      fits ? named : step, at: Position(captionSize, baseline), size: captionSize, Self.caption)
    canvas.write(
      sum, at: Position(Double(width) - captionSize, baseline), size: captionSize, Self.caption, anchor: .end)
    return canvas
  }

  /// The viewport as large as fits above the caption, in its middle.
  private func draw(_ shapes: [DrawingPrimitive], _ viewport: Viewport, _ canvas: inout Canvas) {
    let (x, y) = (viewport.x, viewport.y)
    let space = Double(height) - 1.6 * captionSize
    let scale = min(
      Double(width) / (x.upperBound - x.lowerBound), space / (y.upperBound - y.lowerBound))
    func pixel(_ point: Point) -> Position {
      Position(
        Double(width) / 2 + scale * (point.x - (x.lowerBound + x.upperBound) / 2),
        space / 2 - scale * (point.y - (y.lowerBound + y.upperBound) / 2))
    }
    for shape in shapes {
      switch shape {
      case .line(let start, let end, let ink):
        canvas.stroke([pixel(start), pixel(end)], width: thickness, Self.color(ink))
      case .circle(let center, let radius, let ink):
        canvas.fill(circle: pixel(center), radius: scale * radius, Self.color(ink))
      case .polygon(let corners, let ink): canvas.fill(corners.map(pixel), Self.color(ink))
      }
    }
  }
}
