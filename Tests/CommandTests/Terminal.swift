import Foundation
import Testing

/// A pseudo-terminal, and what stands on it.
final class Terminal {
  /// The side of the process.
  let inner: FileHandle
  private let outer: Int32
  private let columns: Int

  init(columns: Int, rows: Int) throws {
    self.columns = columns
    // What posix_openpt, unlockpt and ptsname do, which Swift's Glibc leaves out: TIOCSPTLCK, TIOCGPTN.
    outer = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (locked, number): (Int32, UInt32) = (0, 0)
    try #require(
      outer >= 0 && ioctl(outer, 0x4004_5431, &locked) == 0 && ioctl(outer, 0x8004_5430, &number) == 0)
    let descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(descriptor >= 0)
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    try #require(ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0)
    inner = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  deinit { close(outer) }

  /// All that was written until the process ended.
  func read() -> String {
    var (all, chunk): ([UInt8], [UInt8]) = ([], Array(repeating: 0, count: 1 << 16))
    while true {
      let count = Foundation.read(outer, &chunk, chunk.count)
      // An error is how a terminal says that the other side is closed.
      guard count > 0 else { break }
      all += chunk[..<count]
    }
    return String(decoding: all, as: UTF8.self)
  }

  /// The lines that a reader sees in the end, scrolled ones too, without spaces at their ends.
  func lines(of output: String) throws -> [String] {
    var (screen, row, column): ([[Character]], Int, Int) = ([[]], 0, 0)
    var rest = output.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n":
        row += 1
        if row == screen.count { screen.append([]) }
      case "\u{1b}":
        try #require(rest.popFirst() == "[")
        let digits = String(String.UnicodeScalarView(rest.prefix { ("0"..."9").contains($0) }))
        rest = rest.dropFirst(digits.count)
        switch rest.popFirst() {
        case "A": row = max(0, row - (Int(digits) ?? 1))
        case "K": screen[row] = Array(screen[row].prefix(column))
        case "J":
          screen[row] = Array(screen[row].prefix(column))
          screen.removeSubrange((row + 1)...)
        case "m": break
        case let other: Issue.record("unknown sequence: \(digits)\(other.map { "\($0)" } ?? "")")
        }
      default:
        if column == columns {
          (row, column) = (row + 1, 0)
          if row == screen.count { screen.append([]) }
        }
        while screen[row].count <= column { screen[row].append(" ") }
        screen[row][column] = Character(scalar)
        column += 1
      }
    }
    return screen.map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
