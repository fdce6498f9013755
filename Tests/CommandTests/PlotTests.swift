import Testing

/// `plot` on metrics that were written by hand.
@Suite struct PlotTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  /// A return that rises to 400 at 1000 steps and stays; the first iteration ended no episode.
  private let metrics =
    "{\"steps\": 100, \"policy_loss\": 0.5}\n"
    + (2...20).map { "{\"steps\": \($0 * 100), \"return_mean\": \(min($0, 10) * 40)}\n" }.joined()

  private func plot(_ metrics: String, _ more: String...) throws -> Tool.Result {
    try tool.write(metrics.utf8, to: "run/metrics.jsonl")
    return try tool.run(["plot", "run"] + more)
  }

  @Test func `The curve between its axes`() throws {
    let result = try plot(metrics, "--width", "40", "--height", "9")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.output == """
             run: mean return against steps
        400 ┤               ⢀⠔⠊⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉
        336 ┤             ⣀⠔⠁
            │           ⡠⠊
        208 ┤        ⡠⠒⠉
        144 ┤     ⢀⠤⠊
         80 ┤   ⢀⠔⠁
            └───────────────────────────────────
             0               1k               2k

        """)
    #expect(
      result.output
        == (try plot(metrics + "{\"steps\": 2100, \"retu", "--width", "40", "--height", "9").output))
  }

  @Test func `Charts fit the size that was asked for`() throws {
    for (width, height) in [(30, 6), (77, 13), (200, 50)] {
      let result = try plot(metrics, "--width", "\(width)", "--height", "\(height)")
      #expect(result.status == 0)
      #expect(result.lines.count == height)
      #expect(result.lines.allSatisfy { $0.count <= width })
      #expect(result.lines.contains { $0.count == width })
    }
    // One point, and values that are all the same.
    for metrics in ["{\"steps\": 64, \"return_mean\": 9.5}\n", metrics.replacing("400", with: "80")] {
      #expect(try plot(metrics).lines.count == 20)
    }
  }

  @Test func `Metrics that can't be read are refused with their line`() throws {
    for bad in [
      "{\"steps\": 5, \"return_mean\": \"high\"}", "nonsense", "", "{\"steps\": 300, \"return", "[1]", "{}",
    ] {
      let lines = metrics.split(separator: "\n")
      let text = (lines[..<4] + [Substring(bad)] + lines[4...]).map { $0 + "\n" }.joined()
      expectRefusal(try plot(text), status: 1, saying: "run/metrics.jsonl:5: ")
    }
    expectRefusal(try plot("{\"steps\": 100}\n"), status: 1, saying: "run/metrics.jsonl", "no episode")
    expectRefusal(try plot(""), status: 1, saying: "run/metrics.jsonl", "no episode")
    expectRefusal(try tool.run("plot", "nowhere"), status: 1, saying: "nowhere", "no such run")
    try tool.write([], to: "empty/notes.txt")
    expectRefusal(try tool.run("plot", "empty"), status: 1, saying: "empty/metrics.jsonl", "No such file")
  }

  @Test func `Numbers that JSON has no word for are left out`() throws {
    let result = try plot(
      metrics + "{\"steps\": 2100, \"return_mean\": \"NaN\"}\n", "--width", "40", "--height", "9")
    #expect(result.output == (try plot(metrics, "--width", "40", "--height", "9").output))
  }
}
