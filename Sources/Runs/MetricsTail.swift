import Foundation

/// The end of metrics.jsonl, and the best that stands in it: what can be said of a run without reading it all.
struct MetricsTail {
  /// What a line may have: of an iteration, an evaluation or an epoch.
  struct Line: Decodable {
    let iteration, iterations, epoch, epochs, steps: Int?
    let seconds, steps_per_second, samples_per_second: Double?
    let return_mean, episodes, evaluation_return_mean: Double?
    let train_loss, train_accuracy, val_loss, val_accuracy: Double?
  }

  /// The last iterations or epochs, the last one first.
  let lines: [Line]
  /// The line of the best evaluation or epoch.
  let best: Line?

  /// Bytes of the end in which the last lines are looked for; each has a few hundred.
  private static let end = 1 << 14

  /// Reads the end of a file; a last line that was cut is left out, and a file that isn't there has no lines.
  ///
  /// - Throws: `CommandFailure` when the file can't be read, or its last whole line is no metrics.
  init(_ path: String) throws(CommandFailure) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      guard errno == ENOENT else { throw CommandFailure("\(path) can't be read: \(systemError())") }
      (lines, best) = ([], nil)
      return
    }
    defer { close(file) }
    let size = Int(lseek(file, 0, SEEK_END))
    let begin = max(0, size - Self.end)
    var texts = try Self.bytes(of: file, begin..<size, path).split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).dropLast()
    if begin > 0 { texts = texts.dropFirst() }
    var lines: [Line] = []
    for (index, text) in texts.reversed().enumerated() {
      guard let line = Self.line(text) else {
        if index == 0 { throw CommandFailure("\(path): its last line is no metrics.") }
        break
      }
      if line.evaluation_return_mean == nil { lines.append(line) }
    }
    self.lines = lines
    best = try Self.lastBest(in: file, size: size, path)
  }

  private static func line(_ bytes: some Sequence<UInt8>) -> Line? {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let line = try? decoder.decode(Line.self, from: Data(bytes)), line.steps ?? line.epoch != nil else {
      return nil
    }
    return line
  }

  /// The last line that says it is the best so far, looked for from the end.
  private static func lastBest(in file: Int32, size: Int, _ path: String) throws(CommandFailure) -> Line? {
    let window = 1 << 16
    // Windows overlap by the longest line that there may be.
    let overlap = 1 << 12
    var end = size
    while end > 0 {
      let begin = max(0, end - window)
      let bytes = try bytes(of: file, begin..<end, path)
      for text in bytes.split(separator: UInt8(ascii: "\n")).reversed() where text.last == UInt8(ascii: "}") {
        guard text.contains("best\":true".utf8), let line = line(text) else { continue }
        return line
      }
      guard begin > 0 else { return nil }
      end = begin + overlap
    }
    return nil
  }

  private static func bytes(of file: Int32, _ range: Range<Int>, _ path: String) throws(CommandFailure)
    -> [UInt8]
  {
    var bytes = [UInt8](repeating: 0, count: range.count)
    let count = pread(file, &bytes, range.count, off_t(range.lowerBound))
    guard count >= 0 else { throw CommandFailure("\(path) can't be read: \(systemError())") }
    return Array(bytes.prefix(count))
  }
}
