import Foundation
import Testing

/// Looking inside: plans as text and graph, switches for debugging, profiles and traces.
@Suite(.timeLimit(.minutes(5))) struct InsideTests {
  private let tool: Tool
  private let settings = ["--environments", "4", "--horizon", "16", "--hidden", "8"]

  init() throws { tool = try Tool() }

  private func plan(_ more: String...) throws -> String {
    let result = try tool.run(["plan", "ppo"] + settings + more)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
    return result.output
  }

  private func train(_ run: String, _ more: String...) throws -> Tool.Result {
    let result = try tool.run(["train", "ppo", "--steps", "256", "--run", run] + settings + more)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
    return result
  }

  @Test func `A plan says what its dispatches read, write and compute`() throws {
    let text = try plan()
    let pattern = #/\n  \d+ matmul .+ \[matrix_product\w*\] \d+×\d+×\d+, .+ read, .+ written, .+FLOP\n/#
    #expect(text.contains(pattern), "\(text)")
    #expect(text.contains(#/\nsegment "update" × 80: \d+ dispatches, \d+ barriers, .+ read, .+ written/#))
    #expect(text.contains(#/arena .+ \(.+ without reuse\)\n/#))
  }

  @Test func `A plan is a graph whose edges join its dispatches`() throws {
    let lines = try plan("--format", "dot").split(separator: "\n").map { $0.drop { $0 == " " } }
    #expect(lines.first == "digraph \"ppo cartpole\" {" && lines.last == "}")
    #expect(lines.count { $0.hasSuffix("{") } == lines.count { $0 == "}" })
    let nodes = Set(
      lines.compactMap { $0.wholeMatch(of: #/(d\d+_\d+) \[label=".+"\];/#).map { String($0.1) } })
    let edges = lines.compactMap { $0.wholeMatch(of: #/(d\d+_\d+) -> (d\d+_\d+) \[label=".+"\];/#) }
    #expect(nodes.count > 20 && edges.count > nodes.count)
    #expect(edges.allSatisfy { nodes.contains(String($0.1)) && nodes.contains(String($0.2)) && $0.1 != $0.2 })
  }

  @Test func `Switches change the plan`() throws {
    let usual = try plan()
    func count(_ text: String, _ part: String) -> Int { text.components(separatedBy: part).count - 1 }
    let serial = try plan("--serial-barriers")
    #expect(count(serial, "  ―") == count(serial, "[") && count(usual, "  ―") < count(usual, "["))
    let arena = #/arena (.+) \((.+) without reuse\)/#
    let apart = try #require(try plan("--no-aliasing").firstMatch(of: arena))
    let reused = try #require(usual.firstMatch(of: arena))
    #expect(apart.1 == apart.2 && apart.2 == reused.2 && reused.1 != reused.2)
    #expect(count(try plan("--no-fusion"), "[") > 2 * count(usual, "["))
    #expect(try plan("--check-finite").contains(" finite? ") && !usual.contains(" finite? "))
  }

  @Test func `Switches change no bit of a run`() throws {
    _ = try train("usual")
    let bytes = try tool.bytes(of: "usual/checkpoint.safetensors")
    for (index, flag) in ["--serial-barriers", "--no-aliasing", "--check-finite"].enumerated() {
      _ = try train("\(index)", flag)
      #expect(try tool.bytes(of: "\(index)/checkpoint.safetensors") == bytes, "\(flag)")
    }
  }

  @Test func `A profile has the dispatches and the host's time`() throws {
    let output = try train("run", "--profile").output
    #expect(output.contains("GFLOP/s  dispatch\n"), "\(output)")
    #expect(output.contains(#/\n +\d+\.\d+ +\d+\.\d+ +80 +\d+ .+ update: matmul /#), "\(output)")
    for part in ["recording", "lowering", "compilation", "encoding", "pipelines", "submission", "wait"] {
      #expect(output.contains("\n  \(part) "), "\(part)")
    }
  }

  @Test func `A trace opens in Perfetto`() throws {
    try tool.write("old".utf8, to: "trace.json")
    _ = try train("run", "--trace", "trace.json")
    #expect(tool.names() == ["run", "trace.json"])
    let json = try JSONSerialization.jsonObject(with: try tool.bytes(of: "trace.json"))
    let events = try #require(json as? [[String: Any]])
    let names = events.filter { $0["ph"] as? String == "M" }
      .compactMap { ($0["args"] as? [String: Any])?["name"] as? String }
    #expect(names == ["host", "device, last iteration"])
    let complete = try events.filter { $0["ph"] as? String == "X" }.map { event in
      (
        name: try #require(event["name"] as? String), category: try #require(event["cat"] as? String),
        track: try #require(event["tid"] as? Int), start: try #require(event["ts"] as? Double),
        end: try #require(event["ts"] as? Double) + #require(event["dur"] as? Double)
      )
    }
    let kinds = Set(complete.map(\.category))
    let expected: Set = ["recording", "lowering", "encoding", "pipelines", "submission", "wait"]
    #expect(expected.isSubset(of: kinds), "\(kinds)")
    // On each track, in order of their starts; each lies within the one that is open, or after it.
    for track in [1, 2] {
      var open: [(name: String, end: Double)] = []
      var last = -Double.infinity
      for event in complete where event.track == track {
        #expect(event.start >= last && event.end >= event.start)
        last = event.start
        while let top = open.last, top.end <= event.start + 1e-4 { open.removeLast() }
        if let top = open.last { #expect(event.end <= top.end + 1e-4, "\(event.name) within \(top.name)") }
        open.append((event.name, event.end))
      }
    }
    #expect(complete.contains { $0.track == 2 && $0.category == "dispatch" } == kinds.contains("segment"))
    #expect(
      complete.filter { $0.category == "segment" }.map(\.name) == [
        "rollout", "advantages", "update", "report",
      ])
  }
}
