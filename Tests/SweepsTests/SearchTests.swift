import Foundation
import Runs
import Sweeps
import TestSupport
import Testing

/// Which trials there are.
@Suite struct SearchTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func trials(_ rest: String) throws -> [[String]] {
    let file = try SweepFile(folder.write("train: ppo\n" + rest, to: "sweep.yaml"))
    let trials = try file.trials()
    #expect(trials.map(\.number) == Array(1...trials.count))
    return trials.map { $0.values.map(\.description) }
  }

  @Test func aGridIsAllCombinationsInTheOrderOfTheFile() throws {
    let grid = try trials(
      """
      parameters:
        optimizer: [adam, sgd]
        double: [true, false]
        learning-rate: {min: 1e-4, max: 0.01, count: 3, scale: log}
      """)
    #expect(
      grid == [
        ["adam", "true", "0.0001"], ["adam", "true", "0.001"], ["adam", "true", "0.01"],
        ["adam", "false", "0.0001"], ["adam", "false", "0.001"], ["adam", "false", "0.01"],
        ["sgd", "true", "0.0001"], ["sgd", "true", "0.001"], ["sgd", "true", "0.01"],
        ["sgd", "false", "0.0001"], ["sgd", "false", "0.001"], ["sgd", "false", "0.01"],
      ])
    let numbers = try trials("parameters: {a: {min: 0.0, max: 1.0, count: 5}, b: {min: 2, max: 8, count: 3}}")
    #expect(Set(numbers.map { $0[0] }) == ["0.0", "0.25", "0.5", "0.75", "1.0"])
    #expect(numbers.prefix(3).map { $0[1] } == ["2", "5", "8"])
    #expect(throws: CommandFailure.self) {
      try trials("parameters: {a: {min: 0.0, max: 1.0, count: 101}, b: {min: 0.0, max: 1.0, count: 100}}")
    }
  }

  private let random = "method: random\ntrials: 400\nparameters:\n"

  @Test func drawnValuesLieInTheirRanges() throws {
    let rates =
      "  rate: {min: 1e-4, max: 1e-2, scale: log}\n  gamma: {min: 0.5, max: 1.0}\n  count: {min: 3, max: 6}\n"
    let drawn = try trials(random + rates + "  word: [a, b]\n")
    #expect(drawn.count == 400)
    func numbers(_ column: Int) -> [Double] { drawn.compactMap { Double($0[column]) } }
    #expect(numbers(0).allSatisfy { (1e-4...1e-2).contains($0) })
    #expect(numbers(1).allSatisfy { (0.5...1).contains($0) })
    // Half of them lie in each decade; evenly on the line it would be 9 %. Six standard deviations: 60.
    #expect(abs(numbers(0).count { $0 < 1e-3 } - 200) < 60)
    #expect(abs(numbers(1).count { $0 < 0.75 } - 200) < 60)
    for count in ["3", "4", "5", "6"] { #expect(abs(drawn.count { $0[2] == count } - 100) < 52) }
    #expect(abs(drawn.count { $0[3] == "a" } - 200) < 60)
    // Four digits that count.
    #expect(
      numbers(0).allSatisfy {
        String(format: "%.3e", $0) == String(format: "%.12e", $0).replacing("000000000e", with: "e")
      })
  }

  @Test func theSeedDecides() throws {
    let text = random + "  rate: {min: 1e-4, max: 1e-2, scale: log}\n"
    let first = try trials(text)
    #expect(try trials(text) == first)
    #expect(try trials("seed: 1\n" + text) == first)
    #expect(try trials("seed: 2\n" + text) != first)
    // More trials are the same ones, and then others.
    #expect(try trials(text.replacing("400", with: "500")).prefix(400) == first[...])
  }

  @Test func noneIsDrawnTwice() throws {
    let drawn = try trials("method: random\ntrials: 20\nparameters: {a: [1, 2, 3, 4], b: {min: 1, max: 5}}")
    #expect(drawn.count == 20 && Set(drawn).count == 20)
    let error = try #require(throws: CommandFailure.self) {
      try trials("method: random\ntrials: 21\nparameters: {a: [1, 2, 3, 4], b: {min: 1, max: 5}}")
    }
    #expect(error.description.contains("20 combinations") && error.description.contains("21"))
  }
}
