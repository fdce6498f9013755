import Recording
import Runs
import Supervised
import Vulkan

/// The lines that show a run in so much room.
struct RunView {
  let state: ViewState
  /// Characters a line, and lines at most.
  let width, height: Int

  /// A line, and how soon it is left out where there is too little room: the largest number first.
  private struct Line {
    let name: String
    var value: StyledText
    var history: MetricHistory?
    let rank: Int
  }

  /// What fits.
  var lines: [StyledText] {
    let (head, body) = (self.head, self.body)
    let ranks = (head.map(\.rank) + body.map(\.rank)).sorted()
    let last = ranks.prefix(max(1, height)).last ?? 0
    let shown = body.filter { $0.rank <= last }
    let names = shown.map(\.name.count).max() ?? 0
    // Sparklines begin in one column, behind all but the longest values.
    let longest = shown.filter { $0.history != nil }.map(\.value.count).max() ?? 0
    let column = names + 2 + min(longest, max(10, width / 2 - names)) + 2
    return head.filter { $0.rank <= last }.map { $0.text.cut(to: width) }
      + shown.map { line in
        var text = StyledText(line.name, .dim).padded(to: names + 2) + line.value
        let begin = max(column, text.count + 2)
        if let history = line.history, width - begin >= 4 {
          text = text.padded(to: begin) + StyledText(history.sparkline(width: min(60, width - begin)))
        }
        return text.cut(to: width)
      }
  }

  private var head: [(text: StyledText, rank: Int)] {
    let agents = state.rows.count > 1 ? ", \(state.rows.count) seeds" : ""
    return [
      (StyledText(state.task + agents, .bold) + StyledText("  \(state.device)", .dim), 3),
      (bar, 0), (times, 2),
    ]
  }

  /// A bar, and in numbers what is done.
  private var bar: StyledText {
    var place = "\(ViewState.steps(of: state.rows).grouped)\(totalSteps) steps"
    if state.isSupervised {
      place = "epoch \(state.moment?.0.epoch ?? state.done)/\(state.total)"
      if let moment = state.moment?.0 { place += ", batch \(moment.batch.grouped)/\(moment.batches.grouped)" }
    }
    let percent = "\(state.percent)%"
    let numbers = String(repeating: " ", count: 5 - percent.count) + percent + "  " + place
    let length = min(40, width - numbers.count)
    guard length >= 5 else { return StyledText(String(numbers.drop { $0 == " " })) }
    let full = Int((state.part * Double(length)).rounded(.down))
    return StyledText(String(repeating: "━", count: full), .green)
      + StyledText(String(repeating: "─", count: length - full), .dim) + StyledText(numbers)
  }

  /// Steps of the whole run, which is a whole number of iterations.
  private var totalSteps: String {
    guard state.done > 0 else { return "" }
    let steps = ViewState.steps(of: state.rows)
    return "/\((Int((Double(steps) / Double(state.done) * Double(state.total)).rounded())).grouped)"
  }

  private var times: StyledText {
    let rate = "\(state.rate?.short ?? "–") \(state.isSupervised ? "samples/s" : "steps/s")"
    let left = state.part == 1 ? "" : "  \(state.secondsLeft?.clock ?? "–:––") left"
    return StyledText("\(state.seconds.clock) elapsed\(left)  \(rate)")
  }

  private var body: [Line] {
    var lines = state.isSupervised ? results : returns
    if state.faults > 0 {
      lines.append(Line(name: "faults", value: StyledText("\(state.faults.grouped) steps", .yellow), rank: 6))
    }
    if let bytes = state.deviceBytes {
      lines.append(
        Line(name: "memory", value: StyledText("\(formatted(bytes: bytes)) of the device"), rank: 7))
    }
    for (index, name) in state.metrics.enumerated() {
      let value = state.mean(name) ?? .nan
      let text = StyledText(value.short, value.isFinite ? .plain : .red)
      lines.append(Line(name: name, value: text, history: state.histories[name], rank: 8 + index))
    }
    return lines
  }

  /// What policies come to.
  private var returns: [Line] {
    let values = state.returns.compactMap(\.self)
    let finite = values.allSatisfy(\.isFinite)
    var lines = [
      Line(
        name: "return", value: StyledText(meanAndRange(values), finite ? .bold : .red),
        history: state.histories["return_mean"], rank: 1)
    ]
    let evaluated = state.evaluations.compactMap { $0["evaluation_return_mean"] }
    if !evaluated.isEmpty {
      let isBest = state.bests.map(\.value) == evaluated
      lines.append(
        Line(
          name: "evaluation",
          value: StyledText(meanAndRange(evaluated), .bold) + StyledText(isBest ? ", the best" : "", .green)
            + StyledText(" at \(ViewState.steps(of: state.evaluations).grouped)", .dim),
          history: state.histories["evaluation_return_mean"], rank: 4))
      if let best = state.bests.first, !isBest {
        let place = state.bests.count == 1 ? " at \(best.place.grouped)" : ""
        let value = StyledText(meanAndRange(state.bests.map(\.value)), .green)
        lines.append(Line(name: "best", value: value + StyledText(place, .dim), rank: 5))
      }
    }
    return lines
  }

  /// What models come to.
  private var results: [Line] {
    let row = state.rows.first
    let moment = state.moment?.0
    let (loss, accuracy) = (
      moment?.loss ?? row?["train_loss"] ?? .nan, moment.map(\.accuracy) ?? row?["train_accuracy"]
    )
    var lines = [
      Line(
        name: "training", value: StyledText(ViewState.result(loss, accuracy), loss.isFinite ? .bold : .red),
        history: state.histories["train_loss"], rank: 1)
    ]
    if let loss = row?["val_loss"] {
      let column = row?["val_accuracy"] == nil ? "val_loss" : "val_accuracy"
      lines.append(
        Line(
          name: "validation",
          value: StyledText(ViewState.result(loss, row?["val_accuracy"]), loss.isFinite ? .bold : .red),
          history: state.histories[column], rank: 4))
      if let best = state.bests.first {
        let value =
          column == "val_loss" ? "loss \(best.value.fixed(4))" : "accuracy \((100 * best.value).fixed(2))%"
        lines.append(
          Line(
            name: "best", value: StyledText(value, .green) + StyledText(" at epoch \(best.place)", .dim),
            rank: 5))
      }
    }
    return lines
  }
}
