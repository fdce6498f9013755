import Reports
import Runs
import Testing

/// Curves of seeds on a common grid.
@Suite struct CurveTests {
  private func points(_ xs: some Sequence<Double>, _ y: (Double) -> Double) -> [LearningCurve.Point] {
    xs.map { LearningCurve.Point($0, y($0)) }
  }

  @Test func `Seeds of the same places are averaged there`() {
    let curve = Curve("both", of: [points([1, 2, 4]) { $0 }, points([1, 2, 4]) { 3 * $0 }])
    #expect(curve.seeds == 2)
    #expect(curve.points.map(\.x) == [1, 2, 4])
    #expect(curve.points.map(\.mean) == [2, 4, 8])
    #expect(curve.points.map(\.low) == [1, 2, 4])
    #expect(curve.points.map(\.high) == [3, 6, 12])
  }

  @Test func `Seeds of different places meet on an even grid`() {
    // Lines stay lines, wherever their points were.
    let curve = Curve(
      "both", of: [points([0, 1, 3, 6, 10]) { 2 * $0 }, points([0, 4, 10]) { 2 * $0 + 1 }])
    #expect(curve.points.map(\.x) == [0, 2.5, 5, 7.5, 10])
    for point in curve.points.dropFirst().dropLast() {
      // A place's mean is of the points near it, so it is off by no more than they are.
      #expect(abs(point.mean - (2 * point.x + 0.5)) < 2.6)
      #expect(point.low <= point.mean && point.mean <= point.high)
    }
  }

  @Test func `A seed that ended early counts where it was`() {
    let curve = Curve("both", of: [points([0, 1, 2, 3]) { _ in 1 }, points([0, 1]) { _ in 3 }])
    #expect(curve.points.map(\.mean) == [2, 2, 1, 1])
  }

  @Test func `Long curves become as short as a chart, and keep their mean`() {
    let xs = (0..<30_000).map(Double.init)
    let curve = Curve("long", of: [points(xs) { $0.truncatingRemainder(dividingBy: 2) }])
    #expect(curve.points.count == 300)
    #expect(curve.points.first?.x == 0)
    #expect(curve.points.last?.x == 29_999)
    #expect(curve.points.allSatisfy { abs($0.mean - 0.5) < 0.02 })
  }

  @Test func `Smoothing is the mean of the last points`() {
    let curve = Curve("one", of: [points([1, 2, 3, 4]) { $0 * $0 }], smoothing: 3)
    #expect(curve.points.map(\.mean) == [1, 2.5, 14.0 / 3, 29.0 / 3])
  }

  @Test func `Few points and none`() {
    #expect(Curve("none", of: []).points == [])
    #expect(Curve("none", of: [[]]).seeds == 0)
    #expect(Curve("one", of: [[LearningCurve.Point(5, 7)]]).points.map(\.mean) == [7])
    let twice = Curve("twice", of: [points([5, 5]) { _ in 7 }])
    #expect(twice.points.map(\.mean) == [7])
  }
}
