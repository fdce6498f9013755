import Foundation
import Learning
import TestSupport
import Testing

@testable import Reinforcement

/// Frames of environments, of every state that Gymnasium's episodes come through and of states at the limits.
struct FrameTests {
  @Test(arguments: Environments.all)
  func framesLieWithinTheirViewport(environment: any Environment) throws {
    let golden = try Golden.load("\(environment.goldenName)_episodes")
    let states = golden.floats("states") + golden.floats("initial")
    let viewport = environment.viewport
    for start in stride(from: 0, to: states.count, by: environment.stateSize) {
      let frame = environment.frame(state: Array(states[start..<start + environment.stateSize]))
      #expect(!frame.isEmpty)
      for primitive in frame {
        for corner in corners(primitive) {
          #expect(
            viewport.x.contains(corner.x) && viewport.y.contains(corner.y),
            "\(primitive) of \(states[start..<start + environment.stateSize])")
        }
      }
    }
  }

  /// Infinite or no number is in no range, so that these tell of it too.
  private func corners(_ primitive: DrawingPrimitive) -> [Point] {
    switch primitive {
    case .line(let start, let end, _): [start, end]
    case .circle(let center, let radius, _):
      [Point(center.x - radius, center.y - radius), Point(center.x + radius, center.y + radius)]
    case .polygon(let points, _): points
    }
  }

  @Test func endsAreWhereTheDynamicsPutThem() {
    // Acrobot ends when its free end is above the line: the height is -cos θ₁ - cos(θ₁ + θ₂).
    let (first, second) = (2.5, -0.7)
    guard case .polygon(let link, _) = Acrobot().frame(state: [Float(first), Float(second), 0, 0])[2] else {
      Issue.record("no second link")
      return
    }
    let end = (link[1].y + link[2].y) / 2
    #expect(abs(end - (-cos(first) - cos(first + second))) < 1e-6)
    // A pendulum at 0 stands upright; a pole with a positive angle leans to the right.
    guard case .polygon(let rod, _) = Pendulum().frame(state: [0, 0])[0],
      case .polygon(let pole, _) = CartPole().frame(state: [0.5, 0, 0.2, 0])[2]
    else {
      Issue.record("no rod or pole")
      return
    }
    #expect(abs(rod[1].y - 1) < 1e-6 && abs(rod[1].x + rod[2].x) < 1e-6)
    #expect(abs((pole[1].x + pole[2].x) / 2 - (0.5 + sin(0.2))) < 1e-6)
  }
}
