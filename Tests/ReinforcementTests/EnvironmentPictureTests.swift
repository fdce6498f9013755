import Learning
import Testing

@testable import Reinforcement

/// Shapes as headers of environments say them.
struct EnvironmentPictureTests {
  private func radius(_ text: String) throws -> Double {
    let drawing = try Drawing("circle(0, 0, \(text))", names: ["x", "angle"])
    guard case .circle(_, let radius, .body) = drawing.primitive([3, 0.5]) else {
      Issue.record("no circle")
      return 0
    }
    return radius
  }

  @Test func `Arithmetic has its usual order`() throws {
    for (text, value) in [
      ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("8 - 4 - 2", 2), ("8 / 4 / 2", 1), ("-x * -x", 9),
      ("2e-1*x", 0.6),
      ("--x", 3), ("1 - -x", 4), ("cos(pi)", -1), ("2*sin(pi/6)+x", 4), ("x/(x-1)*2", 3), ("0.25", 0.25),
    ] as [(String, Double)] {
      #expect(abs(try radius(text) - value) < 1e-12, "\(text)")
    }
    #expect(try abs(radius("sin(angle)*sin(angle) + cos(angle)*cos(angle)") - 1) < 1e-12)
  }

  @Test func `Shapes have inks, and their own where none is named`() throws {
    func primitive(_ text: String) throws -> DrawingPrimitive {
      try Drawing(text, names: ["x", "y"]).primitive([1, 2])
    }
    #expect(try primitive("line(x, y, 0, -y)") == .line(Point(1, 2), Point(0, -2), .ground))
    #expect(try primitive("circle(x,y,x)goal") == .circle(center: Point(1, 2), radius: 1, .goal))
    #expect(
      try primitive(" polygon( 0, 0, x, 0, x, y ) limb ")
        == .polygon([Point(0, 0), Point(1, 0), Point(1, 2)], .limb))
  }

  @Test(arguments: [
    ("square(1, 2)", "'square(1, 2)'"), ("", "''"), ("circle", "an end where '('"),
    ("circle(1, 2)", "'circle' of 2"),
    ("circle(1, 2, 3, 4)", "'circle' of 4"), ("line(1, 2, 3)", "'line' of 3"),
    ("polygon(0, 0, 1, 1)", "'polygon' of 4"), ("polygon(0, 0, 1, 1, 2, 2, 3)", "'polygon' of 7"),
    ("circle(x, z, 1)", "'z', which is not known; the state has x, y"),
    ("circle(x, y, 1", "an end where ')'"),
    ("circle(x, y, 1))", "')' behind a shape"),
    ("circle(x, y, 1) red", "the ink 'red'; expected one of ground, body"),
    ("circle(x, y, 1) goal goal", "'goal' behind an ink"), ("circle(x, , 1)", "',' where a number or a name"),
    ("circle(x y, 1, 2)", "'y' where ')'"), ("circle(x ^ 2, 1, 2)", "'^'; expected numbers"),
    ("circle(1 +, 1, 2)", "',' where"), ("circle(sin x, 1, 2)", "'x' where '('"),
    ("circle(tan(x), 1, 2)", "'tan', which is not known"),
    ("circle(1e999, 1, 2)", "'1e999', which is too large"),
  ])
  func `What is no shape is refused with its token`(_ text: String, _ expected: String) {
    let error = #expect(throws: DrawingError.self) { try Drawing(text, names: ["x", "y"]) }
    #expect(error?.reason.contains(expected) == true, "\(error?.reason ?? "")")
  }

  /// Whoever reads a file from elsewhere must not run out of stack.
  @Test func `Depth and length have limits`() {
    for text in [
      String(repeating: "(", count: 100_000), String(repeating: "-", count: 100_000),
      "1" + String(repeating: "+1", count: 100_000), String(repeating: "sin(", count: 1000),
    ] {
      #expect(throws: DrawingError.self) { try Drawing("circle(\(text), 0, 1)", names: []) }
    }
  }

  @Test func `Manifests are refused for pictures that can't be drawn`() throws {
    func error(_ picture: EnvironmentPicture, names: [String]? = ["x", "y"]) -> String? {
      let manifest = EnvironmentManifest(
        name: "point", stateSize: 2, observationSize: 1, actionSpace: .discrete(2), maximumSteps: 5,
        parameters: [EnvironmentParameter("mass", 1)], stateNames: names, picture: picture)
      do throws(ConfigurationError) {
        try manifest.check()
        return nil
      } catch {
        return error.description
      }
    }
    let shapes = ["circle(x, y, 1)"]
    #expect(error(EnvironmentPicture(x: [-1, 1], y: [-1, 1], draw: shapes)) == nil)
    #expect(
      error(EnvironmentPicture(x: [1, -1], y: [-1, 1], draw: shapes))?.contains("picture: has x: [1.0, -1.0]")
        == true)
    #expect(error(EnvironmentPicture(x: [-1, 1], y: [0], draw: shapes))?.contains("has y: [0.0]") == true)
    #expect(error(EnvironmentPicture(x: [-1, .infinity], y: [0, 1], draw: shapes)) != nil)
    let bad = EnvironmentPicture(x: [-1, 1], y: [-1, 1], draw: shapes + ["circle(x, u, 1)"])
    #expect(error(bad)?.contains("draw.1: has 'u', which is not known; the state has x, y") == true)
    #expect(error(bad, names: nil)?.contains("state_names has none") == true)
    for (names, reason) in [
      (["x"], "has 1 names; expected one for each of the 2"), (["x", "x"], "\"x\" twice"),
      (["x", "Y"], "\"Y\""),
      (["x", "pi"], "\"pi\""),
    ] {
      let found = error(EnvironmentPicture(x: [-1, 1], y: [-1, 1], draw: []), names: names)
      #expect(found?.contains(reason) == true, "\(found ?? "")")
    }
  }
}
