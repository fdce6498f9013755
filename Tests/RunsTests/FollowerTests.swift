import Foundation
import Runs
import TestSupport
import Testing

/// What is read of metrics while somebody writes them.
@Suite struct FollowerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func append(_ text: String, to name: String = "run/metrics.jsonl") throws {
    // In place, as a run does, not as another file.
    if !FileManager.default.fileExists(atPath: "\(folder.path)/\(name)") { try folder.write("", to: name) }
    let file = try FileHandle(forWritingTo: URL(filePath: "\(folder.path)/\(name)"))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  private func line(_ iteration: Int, _ more: String = "") -> String {
    "{\"iteration\":\(iteration),\"steps\":\(10 * iteration)\(more)}\n"
  }

  private func places(_ steps: [RunFollower.Step]) -> [String] {
    steps.map { step in
      switch step {
      case .training(let rows): "\(rows.map(\.done))"
      case .evaluations(let rows): "evaluated \(rows.map(\.done))"
      }
    }
  }

  @Test func wholeLinesAreReadOnce() throws {
    try folder.write("", to: "run/config.yaml")
    var follower = try RunFollower(RunDirectory("\(folder.path)/run"))
    #expect(try follower.read().steps.isEmpty)
    try append(line(1) + "{\"iteration\":2,\"st")
    #expect(places(try follower.read().steps) == ["[1]"])
    #expect(places(try follower.read().steps) == [])
    try append(
      "eps\":20,\"return_mean\":\"NaN\"}\n" + line(2, ",\"evaluation_return_mean\":5,\"is_best\":true"))
    let read = try follower.read()
    #expect(places(read.steps) == ["[2]", "evaluated [2]"] && !read.isAnew)
    guard case .training(let rows) = read.steps[0], case .evaluations(let evaluations) = read.steps[1] else {
      return
    }
    #expect(rows[0]["return_mean"]?.isNaN == true && evaluations[0]["is_best"] == 1)
  }

  @Test func aFileThatIsCutOrReplacedIsReadAnew() throws {
    try append((1...5).map { line($0) }.joined())
    var follower = try RunFollower(RunDirectory("\(folder.path)/run"))
    #expect(try follower.read().steps.count == 5)
    let path = "\(folder.path)/run/metrics.jsonl"
    #expect(truncate(path, off_t(2 * line(1).utf8.count)) == 0)
    var read = try follower.read()
    #expect(read.isAnew && places(read.steps) == ["[1]", "[2]"])

    // Longer than before already, with its lines elsewhere.
    #expect(truncate(path, off_t(line(1).utf8.count)) == 0)
    try append(line(2, ",\"return_mean\":123456") + line(3))
    read = try follower.read()
    #expect(read.isAnew && places(read.steps) == ["[1]", "[2]", "[3]"])

    // Another run, whose file is as long.
    try FileManager.default.moveItem(atPath: path, toPath: "\(folder.path)/old")
    try append(line(7) + line(8) + line(9) + line(9) + line(9) + line(9))
    read = try follower.read()
    #expect(read.isAnew && places(read.steps).first == "[7]")

    try append("nonsense\n")
    #expect(throws: CommandFailure.self) { try follower.read() }
  }

  /// Agents write one after the other, and one that was killed may lack what others have.
  @Test func linesOfSeedsWaitForEachOther() throws {
    try append(line(1) + line(2), to: "run/seed-1/metrics.jsonl")
    try append(line(1), to: "run/seed-2/metrics.jsonl")
    var follower = try RunFollower(RunDirectory("\(folder.path)/run"))
    #expect(places(try follower.read().steps) == ["[1, 1]"])
    try append(line(2) + line(2, ",\"evaluation_return_mean\":5"), to: "run/seed-2/metrics.jsonl")
    #expect(places(try follower.read().steps) == ["[2, 2]"])
    try append(line(3), to: "run/seed-1/metrics.jsonl")
    try append(line(3), to: "run/seed-2/metrics.jsonl")
    #expect(places(try follower.read().steps) == ["[3, 3]"])
  }
}
