import Foundation
import Testing

/// `train --stop-after`: a run that pauses where it is told to, and comes to the bytes of one that never did.
@Suite(.timeLimit(.minutes(5))) struct StopAfterTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  /// After how many steps or epochs each kind of run is stopped, and where it is then: whole iterations, behind the steps that
  /// fill a replay buffer.
  private static let stops: [String: [(after: Int, place: Int)]] = [
    "ppo": [(700, 704), (1300, 1344)], "seeds": [(64, 64), (1300, 1344)], "dqn": [(500, 616), (900, 1032)],
    "sac": [(150, 252), (304, 404)], "td3": [(150, 252), (304, 404)], "classifier": [(7, 7), (20, 20)],
    "regressor": [(1, 1), (20, 20)],
  ]

  @Test(arguments: stops.keys.sorted()) func `Told to stop and gone on with, a run comes to the same bytes`(
    kind: String
  ) throws {
    try ResumeTests.writeData(tool)
    let arguments = try #require(ResumeTests.kinds[kind])
    #expect(try tool.run(arguments + ["--run", "whole"]).status == 0)
    var command = arguments + ["--run", "run"]
    for (after, place) in try #require(Self.stops[kind]) {
      // The second time there is nothing left to do.
      for _ in 0..<2 {
        let result = try tool.run(command + ["--stop-after", "\(after)"])
        #expect(result.status == 0 && result.errors == "", "\(result.errors)")
        #expect(
          result.output.hasSuffix("\nIt goes on with: reprise train --resume run\n"), "\(result.output)")
        for folder in ResumeTests.folders(kind, "run") {
          let status = try object(tool.text(of: "\(folder)/status.json"))
          #expect(status["status"] as? String == "interrupted")
          #expect(status["reason"] as? String == "stop-after \(after)")
          let last = try ResumeTests.metrics(tool, folder).last.map { try object($0) }
          #expect(last?["steps"] as? Int ?? last?["epoch"] as? Int == place)
        }
        #expect(!tool.names(in: "run").contains("test.json"))
        command = ["train", "--resume", "run"]
      }
    }
    let last = try tool.run(command + ["--stop-after", "1000000"])
    #expect(last.status == 0 && last.errors == "" && !last.output.contains("goes on with"), "\(last.errors)")
    try ResumeTests.expectSame(tool, kind, "run", "whole")
    for folder in ResumeTests.folders(kind, "run") {
      #expect(try object(tool.text(of: "\(folder)/status.json"))["status"] as? String == "finished")
    }
  }

  @Test(arguments: ["0", "-5", "many"]) func `A place that is none is refused`(place: String) throws {
    for command in [["ppo"], ["classifier", "--data", "kinds.csv"], ["--resume", "run"]] {
      expectRefusal(
        try tool.run(["train"] + command + ["--stop-after", place]), status: 64, saying: "stop-after", place)
    }
    #expect(tool.names() == [])
  }
}
