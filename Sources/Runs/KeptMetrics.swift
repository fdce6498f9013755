import Foundation

/// What the lines of metrics.jsonl up to a checkpoint say.
package struct KeptMetrics {
  /// The last iteration or epoch, and environment steps of an agent up to it.
  package var place = 0, steps = 0
  /// Seconds of training, and steps a second.
  package var seconds = 0.0, stepsPerSecond = 0.0
  /// The mean return of the last iteration in which episodes ended.
  package var returnMean: Double?
  /// Steps that gave what is no finite number.
  package var faults = 0
  /// The largest mean return of an evaluation, and the iteration of the last one; 0 where there was none.
  package var bestReturnMean: Double?, evaluated = 0
  /// Bytes of these lines.
  package private(set) var bytes = 0

  package init() {}

  private struct Line: Decodable {
    let iteration, epoch, steps, faults: Int?
    let seconds, steps_per_second, return_mean, evaluation_return_mean: Double?
  }

  /// Reads the lines of a run up to iteration or epoch `last`; what follows, and half a line, is left out.
  ///
  /// - Throws: `CommandFailure` where lines up to there are missing.
  package init(of run: RunDirectory, upTo last: Int) throws(CommandFailure) {
    let text = try readText(run.metrics)
    let decoder = JSONDecoder.ofRuns
    for whole in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
      guard let line = try? decoder.decode(Line.self, from: Data(whole)),
        let place = line.iteration ?? line.epoch, place <= last
      else { break }
      note(line, place)
      bytes += whole.count + 1
    }
    guard place == last else {
      throw CommandFailure(
        "\(run.metrics) ends at \(place), and the checkpoint is of \(last): lines are missing or damaged.")
    }
  }

  private mutating func note(_ line: Line, _ place: Int) {
    if let mean = line.evaluation_return_mean {
      bestReturnMean = max(bestReturnMean ?? mean, mean)
      evaluated = place
      return
    }
    self.place = place
    steps = line.steps ?? steps
    seconds = line.seconds ?? seconds
    stepsPerSecond = line.steps_per_second ?? stepsPerSecond
    returnMean = line.return_mean ?? returnMean
    faults += line.faults ?? 0
  }
}
