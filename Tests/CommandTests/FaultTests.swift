import Foundation
import Testing

/// `train --on-nan`: environments whose steps give no finite numbers. A pole of no length has none.
@Suite(.timeLimit(.minutes(5))) struct FaultTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  private func train(_ more: String...) throws -> Tool.Result {
    try tool.run(
      [
        "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "128", "--hidden", "8",
        "--parameters", "length=0", "--run", "run",
      ] + more)
  }

  @Test func `Copies begin anew, the first is told of, all are counted`() throws {
    let result = try train("--json")
    #expect(result.status == 0, "\(result.errors)")
    let warning =
      #/reprise: Warning: seed 1, iteration 1: .+: copy 0, step \d+, state .+; the copy begins anew\.\n/#
    #expect(result.errors.wholeMatch(of: warning) != nil, "\(result.errors)")
    #expect(try tool.text(of: "run/log.txt").contains("Z warning seed 1, iteration 1: "))
    let rows = try result.lines.map { try object($0) }
    #expect(rows.map { $0["faults"] as? Int } == [64, 64, 128])
    #expect(rows.dropLast().allSatisfy { $0["episodes"] as? Int == 0 })
    expectRefusal(
      try tool.run("evaluate", "run"), status: 1, saying: "cartpole gave what is no finite number: copy")
    #expect(try tool.run("evaluate", "run", "--parameters", "none").status == 0)
  }

  @Test func `Stopped by the first, a run keeps its checkpoint`() throws {
    let result = try train("--on-nan", "stop")
    #expect(result.status == 1)
    #expect(result.errors.contains("Seed 1, iteration 1: cartpole gave what is no finite number: copy 0"))
    #expect(
      tool.names(in: "run") == [
        "checkpoint.safetensors", "config.yaml", "log.txt", "metrics.jsonl", "status.json",
      ])
    let status = try object(tool.text(of: "run/status.json"))
    #expect(status["status"] as? String == "failed")
    #expect((status["reason"] as? String)?.contains("Seed 1, iteration 1") == true)
    #expect(try tool.text(of: "run/log.txt").contains(" error failed: Seed 1, iteration 1"))
    expectRefusal(try train("--overwrite", "--on-nan", "go on"), status: 64, saying: "on-nan", "reset")
  }
}
