import Foundation
import Runs
import TestSupport
import Testing

/// What is said of runs by their files alone.
@Suite struct RunListTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let config =
    "version: 0.1.0\nalgorithm: ppo\nenvironment: cartpole\nseed: 1\ngamma: 0.9\nevaluate_every: 500\n"

  /// Iterations of a run of ten, whose returns are ten times their number, with an evaluation behind the fifth.
  private func metrics(_ count: Int) -> String {
    (1...count).map { number in
      let line =
        "{\"episodes\":60,\"iteration\":\(number),\"iterations\":10,\"return_mean\":\(10 * number),\"seconds\":\(number),"
        + "\"steps\":\(100 * number),\"steps_per_second\":50}\n"
      guard number == 5 else { return line }
      return line
        + "{\"evaluation_return_mean\":77.5,\"is_best\":true,\"iteration\":5,\"steps\":500}\n"
        + "{\"evaluation_return_mean\":70.5,\"is_best\":false,\"iteration\":5,\"steps\":500}\n"
    }.joined()
  }

  private func overview(_ name: String) -> RunOverview {
    RunOverview(of: RunDirectory("\(folder.path)/\(name)"))
  }

  @Test func statusProgressAndBestResult() throws {
    try folder.write(config, to: "killed/config.yaml")
    try folder.write(metrics(4) + "{\"steps\": 500, \"ret", to: "killed/metrics.jsonl")
    let killed = overview("killed")
    #expect(killed.status == .killed && killed.progress == 0.4 && killed.steps == 400)
    // The last two iterations make a hundred episodes.
    #expect(killed.metric == .episodeReturn && killed.best == 35 && killed.last == 35)
    #expect(killed.algorithm == "ppo" && killed.task == "cartpole" && killed.seed == 1)

    try folder.write(config, to: "old/config.yaml")
    try folder.write(metrics(10), to: "old/metrics.jsonl")
    let old = overview("old")
    #expect(old.status == .finished && old.progress == 1)
    #expect(old.metric == .evaluationReturn && old.best == 77.5 && old.last == 95)
    #expect(old.stepsPerSecond == 50 && old.seconds == 10)

    for status in ["finished", "interrupted", "failed"] {
      try folder.write(
        "{\"status\":\"\(status)\",\"reason\":\"because\",\"version\":\"0.1.0\",\"time\":\"now\"}",
        to: "old/status.json")
      #expect(overview("old").status.rawValue == status && overview("old").reason == "because")
    }
    try folder.write("{\"stat", to: "old/status.json")
    #expect(overview("old").status == .finished)
  }

  @Test func aRunThatIsTakenIsRunning() throws {
    try folder.write(config, to: "run/config.yaml")
    let descriptor = open("\(folder.path)/run", O_RDONLY)
    defer { close(descriptor) }
    #expect(overview("run").status == .killed)
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    #expect(overview("run").status == .running)
  }

  /// The best evaluation may stand anywhere, also where the parts in which it is looked for meet.
  @Test func theBestIsFoundFarFromTheEnd() throws {
    try folder.write(config, to: "run/config.yaml")
    let filling = String(repeating: "x", count: 300)
    let line = "{\"iteration\":1,\"iterations\":2,\"steps\":10,\"filling\":\"\(filling)\"}\n"
    for place in 0..<300 {
      var lines = [String](repeating: line, count: 300)
      lines[place] =
        "{\"evaluation_return_mean\":5,\"is_best\":true,\"steps\":10,\"filling\":\"\(filling)\"}\n"
      try folder.write(lines.joined(), to: "run/metrics.jsonl")
      #expect(overview("run").best == 5, "\(place)")
    }
  }

  @Test func classifiersAreJudgedByTheirBestEpoch() throws {
    try folder.write(
      "algorithm: classifier\ndata:\n  name: iris.csv\ntraining:\n  seed: 4\n", to: "run/config.yaml")
    let epochs = [(0.8, true), (0.9, true), (0.7, false)].enumerated().map { index, epoch in
      "{\"best\":\(epoch.1),\"epoch\":\(index + 1),\"epochs\":4,\"samples_per_second\":99,\"seconds\":1,\"steps\":null,"
        + "\"train_loss\":1,\"val_accuracy\":\(epoch.0),\"val_loss\":0.5}\n"
    }
    try folder.write(epochs.joined(), to: "run/metrics.jsonl")
    let run = overview("run")
    #expect(run.metric == .accuracy && run.best == 0.9 && run.last == 0.7 && run.progress == 0.75)
    #expect(run.seed == 4 && run.task == "iris.csv" && run.stepsPerSecond == 99 && run.steps == 3)
  }

  @Test func damageIsSaidAndEndsNothing() throws {
    try folder.write(config, to: "a/config.yaml")
    try folder.write(metrics(3), to: "a/metrics.jsonl")
    try folder.write("nonsense\n", to: "b/metrics.jsonl")
    try folder.write(config, to: "c/config.yaml")
    try folder.write([0xFF, 0xFE, 0x00, 0x0A], to: "c/metrics.jsonl")
    try folder.write("a: [", to: "d/config.yaml")
    try folder.write("", to: "e/config.yaml")
    try folder.write("a picture", to: "f/deep/er/picture.png")
    try folder.write(config.replacing("0.1.0", with: "7.8.9"), to: "g/config.yaml")
    try folder.write("format: 99\n" + config, to: "h/config.yaml")
    try folder.write(config, to: "i/one/config.yaml")
    try folder.write("text", to: "i/notes/text.txt")
    for seed in [2, 10] {
      try folder.write(config.replacing("seed: 1", with: "seed: \(seed)"), to: "j/seed-\(seed)/config.yaml")
      try folder.write(metrics(seed), to: "j/seed-\(seed)/metrics.jsonl")
    }
    try folder.write("a file", to: "k")
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/i/loop", withDestinationPath: "\(folder.path)/i")
    let groups = try RunGroup.all(below: folder.path + "/")
    #expect(
      groups.map { String($0.path.dropFirst(folder.path.count + 1)) }
        == ["a", "b", "c", "d", "e", "f", "g", "h", "i/notes", "i/one", "j"])
    let statuses = groups.map { $0.runs.map(\.status) }
    #expect(
      statuses == [
        [.killed], [.damaged], [.damaged], [.damaged], [.damaged], [], [.damaged], [.damaged], [], [.killed],
        [.killed, .finished],
      ])
    #expect(groups[1].runs[0].reason?.contains("b/config.yaml") == true)
    #expect(groups[2].runs[0].reason?.contains("c/metrics.jsonl: its last line is no metrics") == true)
    #expect(groups[3].runs[0].reason?.contains("d/config.yaml:") == true)
    #expect(groups[6].runs[0].reason?.contains("7.8.9") == true)
    #expect(groups[7].runs[0].reason?.contains("format 99") == true)
    #expect(groups[5].reason == "no run")
    #expect(groups[10].runs.map(\.seed) == [2, 10] && groups[10].runs.map(\.best) == [15, 77.5])

    #expect(throws: CommandFailure.self) { try RunGroup.all(below: "\(folder.path)/nowhere") }
    #expect(throws: CommandFailure.self) { try RunGroup("\(folder.path)/f") }
    #expect(throws: CommandFailure.self) { try RunGroup("\(folder.path)/g") }
    #expect(try RunGroup("\(folder.path)/j/").runs.count == 2)
    #expect(try RunGroup.all(below: "\(folder.path)/a").map(\.path) == ["\(folder.path)/a"])
  }

  @Test func onlyNewerVersionsAreRefused() throws {
    for (version, isNewer) in [
      ("0.0.9", false), ("0.1.0", false), ("0.1", false), ("0.1.1", true), ("0.10.0", true),
      ("1.0.0-beta", true),
    ] {
      try folder.write("version: \(version)\n", to: "config.yaml")
      var sentence = ""
      do { try RunDirectory(folder.path).refuseNewer() } catch { sentence = error.description }
      #expect(sentence.isEmpty != isNewer && (!isNewer || sentence.contains(version)), "\(version)")
    }
  }
}
