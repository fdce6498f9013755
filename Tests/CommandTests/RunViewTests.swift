import Runs
import Testing

@testable import RepriseCommand

/// The lines that show a run, and the bars that show a number's past.
@Suite struct RunViewTests {
  /// A run of `agents` seeds, half done after 10 iterations of 100 steps, with an evaluation behind the fifth and the tenth.
  private func state(agents: Int, loss: Double = 0.25) -> ViewState {
    var state = ViewState(task: "ppo on cartpole", device: "a device", isSupervised: false)
    for iteration in 1...10 {
      state.note(
        (0..<agents).map { agent in
          MetricsRow([
            "iteration": Double(iteration), "iterations": 20, "steps": Double(100 * iteration), "seconds": 30,
            "steps_per_second": 50, "return_mean": Double(10 * iteration + 2 * agent), "value_loss": loss,
            "clip": 0.125, "entropy": 0.5, "seed": 1, "episodes": 3,
            "faults": agent == 0 && iteration > 8 ? 2 : 0,
          ])
        })
      guard iteration % 5 == 0 else { continue }
      state.note(
        evaluations: (0..<agents).map { agent in
          let mean = iteration == 5 ? 90 : 80 + 2 * Double(agent)
          return MetricsRow(["evaluation_return_mean": mean, "steps": Double(100 * iteration), "is_best": 1])
        })
    }
    state.deviceBytes = 3 << 20
    return state
  }

  private func lines(_ state: ViewState, width: Int = 120, height: Int = 40) -> [String] {
    RunView(state: state, width: width, height: height).lines.map { $0.text(colour: false) }
  }

  @Test func aRunOfOneAgent() {
    #expect(
      lines(state(agents: 1), width: 72) == [
        "ppo on cartpole  a device",
        "━━━━━━━━━━━━━━━━━━━━────────────────────  50%  1,000/2,000 steps",
        "0:30 elapsed  0:20 left  50 steps/s",
        "return      100.0          ▁▁▂▃▄▅▆▇██",
        "evaluation  80.0 at 1,000  █▁",
        "best        90.0 at 500",
        "faults      4 steps",
        "memory      3.0 MiB of the device",
        "value_loss  0.25           ▄▄▄▄▄▄▄▄▄▄",
        "entropy     0.5            ▄▄▄▄▄▄▄▄▄▄",
        "clip        0.125          ▄▄▄▄▄▄▄▄▄▄",
      ])
  }

  @Test func severalSeedsAreMeansAndRanges() {
    let shown = lines(state(agents: 3)).joined(separator: "\n")
    for part in [
      "ppo on cartpole, 3 seeds", "3,000/6,000 steps", "return      102.0 (100.0 to 104.0)",
      "evaluation  82.0 (80.0 to 84.0) at 3,000", "best        90.0 (90.0 to 90.0)",
    ] {
      #expect(shown.contains(part), "\(shown)")
    }
  }

  @Test(arguments: [10, 20, 40, 80, 120], [1, 2, 4, 9, 40]) func everySizeFits(width: Int, height: Int) {
    for state in [state(agents: 1), state(agents: 3), ViewState(task: "a", device: "b", isSupervised: true)] {
      let shown = lines(state, width: width, height: height)
      #expect(shown.count <= height && !shown.isEmpty)
      #expect(shown.allSatisfy { $0.count <= width }, "\(shown)")
    }
  }

  @Test func whatMattersLeastIsLeftOut() {
    let state = state(agents: 1)
    #expect(lines(state, height: 1).map { $0.contains("50%") } == [true])
    #expect(lines(state, height: 2).last?.hasPrefix("return") == true)
    let five = lines(state, height: 5)
    #expect(five[0].hasPrefix("ppo on cartpole") && five[4].hasPrefix("evaluation") && five.count == 5)
    #expect(lines(state, height: 9).last?.hasPrefix("value_loss") == true)
  }

  @Test func coloursAreSequencesOnlyWhereTheyAreWanted() {
    let view = RunView(state: state(agents: 1, loss: .nan), width: 80, height: 40)
    let coloured = view.lines.map { $0.text(colour: true) }
    #expect(coloured[0].hasPrefix("\u{1b}[1mppo on cartpole\u{1b}[0m"))
    #expect(coloured.contains { $0.contains("\u{1b}[31mnan\u{1b}[0m") })
    #expect(coloured.contains { $0.contains("\u{1b}[33m4 steps\u{1b}[0m") })
    let plain = view.lines.map { $0.text(colour: false) }
    #expect(!plain.contains { $0.contains("\u{1b}") })
    #expect(coloured.map { $0.replacing(#/\u{1b}\[\d+m/#, with: "") } == plain)
    // What a file says is text, whatever it is.
    let hostile = ViewState(task: "a\u{1b}[2Jb\n", device: "", isSupervised: false)
    #expect(lines(hostile)[0].hasPrefix("a\u{FFFD}[2Jb\u{FFFD}"))
  }

  @Test func sparklines() {
    func line(_ values: [Double], width: Int = 8) -> String {
      var history = MetricHistory()
      for value in values { history.append(value) }
      return history.sparkline(width: width)
    }
    #expect(line([]) == "" && line([1, 2], width: 0) == "")
    #expect(line([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█")
    #expect(line([7, 0]) == "█▁")
    #expect(line([3, 3, 3]) == "▄▄▄")
    #expect(line([0, .nan, 7, .infinity]) == "▁ █ ")
    #expect(line([.nan]) == " ")
    #expect(line([-.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude]) == "▁▅█")
    // Means of four each.
    #expect(line((0..<32).map(Double.init)) == "▁▂▃▄▅▆▇█")
    // However many there are, as many are kept, and in their order.
    #expect(line((0..<100_000).map(Double.init)) == "▁▂▃▄▅▆▇█")
    var history = MetricHistory()
    for value in 0..<100_000 { history.append(Double(value)) }
    #expect(history.points.count <= 512 && history.points == history.points.sorted())
  }
}
