import Foundation
import Learning
import TestSupport
import Testing

/// Killed at any moment, a run keeps its last good checkpoint, and comes to the bytes of one that was never stopped.
@Suite(.timeLimit(.minutes(30))) struct KillTests {
  private let tool: Tool

  init() throws {
    tool = try Tool()
    try ResumeTests.writeData(tool)
  }

  /// How often each kind of run is killed: `REPRISE_KILLS` times, or as often as the usual run of all tests has time for.
  private static let kills = ProcessInfo.processInfo.environment["REPRISE_KILLS"].flatMap { Int($0) } ?? 4

  @Test(arguments: ResumeTests.kinds.keys.sorted()) func `A kill at any moment loses little`(kind: String)
    throws
  {
    let environment = ["REPRISE_VALIDATION": "0"]
    let arguments = try #require(ResumeTests.kinds[kind])
    let clock = ContinuousClock()
    var process = try tool.start(arguments + ["--run", "whole"], environment: environment)
    #expect(try process.finish().status == 0)

    let folder = ResumeTests.folders(kind, "run")[0]
    var random = SeededRandom(UInt64(kind.utf8.reduce(0) { $0 + Int($1) }))
    func written() -> Int { ((try? tool.bytes(of: "\(folder)/metrics.jsonl")) ?? Data()).count }
    var (killed, ended) = (0, 0)
    var command = arguments + ["--run", "run"]
    while killed < Self.kills {
      let before = written()
      process = try tool.start(command, environment: environment)
      let start = clock.now
      // Mostly while it trains; now and then before it does.
      let waits = Int.random(in: 0..<5, using: &random) > 0
      while waits, process.process.isRunning,
        written() == before || before > 0 && clock.now - start < .milliseconds(150)
      {
        usleep(500)
      }
      usleep(UInt32.random(in: 0...(waits ? 40_000 : 200_000), using: &random))
      kill(process.process.processIdentifier, SIGKILL)
      let result = try process.finish()
      if result.status == 0 {
        ended += 1
      } else {
        #expect(result.status == 128 + SIGKILL, "\(result.errors)")
      }
      killed += 1
      for file in ["\(folder)/checkpoint.safetensors", "\(folder)/best.safetensors", "run/state.safetensors"]
      where FileManager.default.fileExists(atPath: "\(tool.folder)/\(file)") {
        #expect(throws: Never.self) { try Safetensors(contentsOf: "\(tool.folder)/\(file)") }
      }
      let hasBegun = FileManager.default.fileExists(atPath: "\(tool.folder)/run/config.yaml")
      command = hasBegun ? ["train", "--resume", "run"] : arguments + ["--run", "run", "--overwrite"]
      if ended > 0, killed < Self.kills {
        try ResumeTests.expectSame(tool, kind, "run", "whole")
        try FileManager.default.removeItem(atPath: "\(tool.folder)/run")
        (command, ended) = (arguments + ["--run", "run"], 0)
      }
    }
    let last = try tool.run(command, environment: environment)
    #expect(last.status == 0, "\(last.errors)")
    try ResumeTests.expectSame(tool, kind, "run", "whole")
  }
}
