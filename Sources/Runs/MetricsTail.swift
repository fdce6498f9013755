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

  /// The last iterations, as many as ended a hundred episodes, or the last epoch; the last one first.
  let lines: [Line]
  /// The line of the best evaluation or epoch.
  let best: Line?

  /// Bytes of the end in which the last lines are looked for; each has a few hundred.
  private static let end = 1 << 14

  /// Reads the end of a file; a last line that was cut is left out, and a file that isn't there has no lines.
  ///
  /// - Parameter hasBest: whether a best result is looked for, through the whole file if need be.
  /// - Throws: `CommandFailure` when the file can't be read, or its last whole line is no metrics.
  init(_ path: String, hasBest: Bool) throws(CommandFailure) {
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
    let decoder = JSONDecoder.ofRuns
    var lines: [Line] = []
    var episodes = 0.0
    for (index, text) in texts.reversed().enumerated() where episodes < 100 {
      guard let line = Self.line(text, decoder) else {
        if index == 0 { throw CommandFailure("\(path): its last line is no metrics.") }
        break
      }
      if line.evaluation_return_mean == nil { lines.append(line) }
      if line.epoch != nil { break }
      episodes += line.episodes ?? 0
    }
    self.lines = lines
    best = hasBest ? try Self.lastBest(in: file, size: size, path, decoder) : nil
  }

  private static func line(_ bytes: some Sequence<UInt8>, _ decoder: JSONDecoder) -> Line? {
    guard let line = try? decoder.decode(Line.self, from: Data(bytes)), line.steps ?? line.epoch != nil else {
      return nil
    }
    return line
  }

  /// The last line that says it is the best so far, looked for from the end.
  private static func lastBest(in file: Int32, size: Int, _ path: String, _ decoder: JSONDecoder)
    throws(CommandFailure) -> Line?
  {
    let (window, newline) = (1 << 16, UInt8(ascii: "\n"))
    // Windows overlap by the longest line that there may be.
    let overlap = 1 << 12
    var end = size
    while end > 0 {
      let begin = max(0, end - window)
      let bytes = try bytes(of: file, begin..<end, path)
      var part = bytes[...]
      // A match in a line that the window cuts is found in the next one.
      while let place = Self.last("best\":true", in: part) {
        let line = bytes[..<place].lastIndex(of: newline).map { $0 + 1 } ?? 0
        let lineEnd = bytes[place...].firstIndex(of: newline) ?? bytes.count
        if let found = Self.line(bytes[line..<lineEnd], decoder) { return found }
        part = bytes[..<place]
      }
      guard begin > 0 else { return nil }
      end = begin + overlap
    }
    return nil
  }

  /// Where `text` begins the last time.
  private static func last(_ text: StaticString, in bytes: ArraySlice<UInt8>) -> Int? {
    let wanted = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    let place = bytes.withUnsafeBytes { bytes -> Int? in
      var place = bytes.count - wanted.count
      while place >= 0 {
        if bytes[place] == wanted[0], bytes[place..<place + wanted.count].elementsEqual(wanted) {
          return place
        }
        place -= 1
      }
      return nil
    }
    return place.map { bytes.startIndex + $0 }
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
