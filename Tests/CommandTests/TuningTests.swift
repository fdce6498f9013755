import Foundation
import Testing

/// `tune`: measures, keeps, shows, forgets. Each run has a folder of caches of its own.
@Suite struct TuningTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  private func tune(_ arguments: String..., cache: String? = nil) throws -> Tool.Result {
    try tool.run(["tune"] + arguments, environment: ["REPRISE_CACHE": cache ?? tool.folder])
  }

  private var kept: [String] { tool.names().filter { $0.hasPrefix("tiles-") } }

  @Test func `A quick tuning prints a table and keeps what is better`() throws {
    let result = try tune("--quick", "--shapes", "64x48x40,129x33x17")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
    #expect(result.lines[1].split(separator: "  ").map { $0.trimmingPrefix { $0 == " " } }.contains("ratio"))
    for shape in ["64x48x40", "129x33x17"] {
      let line = try #require(result.lines.first { $0.contains(shape) })
      let cells = line.split(separator: " ")
      let (before, after) = (try #require(Double(cells[1])), try #require(Double(cells[2])))
      #expect(before >= after && after > 0, "\(line)")
    }
    let isBetter = result.output.contains("have better tiles")
    #expect(kept.count == (isBetter ? 1 : 0))
    if let file = kept.first { #expect(result.output.contains(file)) }

    let shown = try tune("--show")
    #expect(shown.status == 0)
    #expect(shown.output.contains(isBetter ? "16–127 × 16–127" : "defaults are used"), "\(shown.output)")
    let reset = try tune("--reset")
    #expect(reset.status == 0)
    #expect(reset.output.hasPrefix(isBetter ? "Removed" : "Nothing is kept"))
    #expect(kept == [])
  }

  @Test func `As JSON`() throws {
    let result = try tune("--quick", "--shapes", "16x16x16", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let summary = try object(result.output)
    let shape = try #require((summary["shapes"] as? [[String: Any]])?.first)
    #expect(shape["shape"] as? String == "16x16x16")
    #expect(try #require(shape["ratio"] as? Double) >= 1)
    #expect(try #require(shape["candidates"] as? Int) >= 1)
    #expect(shape["wrong"] as? Int == 0)
    #expect(try #require(summary["file"] as? String).hasPrefix(tool.folder))
  }

  @Test func `A damaged file is no obstacle`() throws {
    let path = try #require(try tune("--show").output.firstMatch(of: #/(tiles-\S+\.txt)/#)?.1)
    try tool.write(Array("reprise tiles 1\nnonsense\n".utf8), to: String(path))
    let shown = try tune("--show")
    #expect(shown.status == 0)
    #expect(shown.output.contains("defaults are used"))
    let plan = try tool.run(
      ["plan", "ppo", "--environments", "4", "--horizon", "16"],
      environment: ["REPRISE_CACHE": tool.folder, "REPRISE_NO_TUNING": "0"])
    #expect(plan.status == 0, "\(plan.errors)")
    #expect(try tune("--reset").output.hasPrefix("Removed"))
  }

  @Test func `A folder that can't be written is refused before anything is measured`() throws {
    expectRefusal(try tune(cache: "/dev/null"), status: 1, saying: "/dev/null", "can't be written")
  }
}
