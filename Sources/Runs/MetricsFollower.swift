import Foundation

/// Reads metrics.jsonl while a run writes it: at each look the whole lines that came since the last.
package struct MetricsFollower {
  package let path: String
  private var offset = 0
  private var file: (device: dev_t, node: ino_t)?
  /// Bytes read at once.
  private static let chunk = 1 << 20

  package init(_ run: RunDirectory) { path = run.metrics }

  /// Reads what came since the last look; nothing where there is no file yet.
  ///
  /// - Returns: the new lines, and whether the file began anew (it is another one, or was cut), so that they are all that it has.
  /// - Throws: `CommandFailure` when it can't be read, or a line of it is no metrics.
  package mutating func read() throws(CommandFailure) -> (rows: [MetricsRow], isAnew: Bool) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw CommandFailure("\(path) can't be read: \(systemError())") }
      let isAnew = offset > 0
      offset = 0
      return ([], isAnew)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw CommandFailure("\(path) can't be read: \(systemError())")
    }
    let isSame = file.map { $0.device == status.st_dev && $0.node == status.st_ino } ?? true
    let isAnew = !isSame || Int(status.st_size) < offset
    if isAnew { offset = 0 }
    file = (status.st_dev, status.st_ino)
    let begin = offset
    if let rows = try lines(of: descriptor) { return (rows, isAnew) }
    // Cut, and already longer than before: what was read as a line was the middle of one.
    guard begin > 0 else { throw CommandFailure("\(path) holds a line that is no metrics.") }
    offset = 0
    guard let rows = try lines(of: descriptor) else {
      throw CommandFailure("\(path) holds a line that is no metrics.")
    }
    return (rows, true)
  }

  /// The whole lines from `offset` on, which moves behind them; nil where one is no metrics.
  private mutating func lines(of descriptor: Int32) throws(CommandFailure) -> [MetricsRow]? {
    var rows: [MetricsRow] = []
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: Self.chunk)
    while true {
      let count = pread(descriptor, &chunk, chunk.count, off_t(offset + bytes.count))
      guard count >= 0 else { throw CommandFailure("\(path) can't be read: \(systemError())") }
      guard count > 0 else { return rows }
      bytes += chunk[..<count]
      guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { continue }
      for line in bytes[..<end].split(separator: UInt8(ascii: "\n")) {
        guard let row = MetricsRow(line: line) else { return nil }
        rows.append(row)
      }
      offset += end + 1
      bytes.removeSubrange(...end)
    }
  }
}
