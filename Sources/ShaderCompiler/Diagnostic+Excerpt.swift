extension Diagnostic {
  /// The finding as compilers print it: the place with a column where the message names one, then the line, and a caret
  /// under what it is about.
  ///
  /// - Parameters:
  ///   - source: The text of ``file``; nil where it can't be read.
  ///   - color: Whether escape sequences for a terminal are wanted.
  package func excerpt(of source: String?, color: Bool) -> String {
    let text = line.flatMap { number in source.flatMap { Self.line(number, of: $0) } }
    let column = text.flatMap(column)
    let place = [file, line.map(String.init), column.map { "\($0 + 1)" }].compactMap { $0 }.joined(
      separator: ":")
    func painted(_ text: String, _ code: String) -> String {
      color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
    let kind = painted("\(severity.rawValue):", severity == .error ? "1;31" : "1;35")
    var output = "\(painted("\(place):", "1")) \(kind) \(painted(message, "1"))"
    guard let line, let text else { return output }
    output += "\n \(line) | \(text)"
    guard let column else { return output }
    // Tabs stay tabs, so that the caret stands where the terminal puts the token.
    let indent = text.unicodeScalars.prefix(column).map { $0 == "\t" ? "\t" : " " }.joined()
    let margin = String(repeating: " ", count: "\(line)".count)
    return output + "\n \(margin) | \(indent)\(painted("^", "1;32"))"
  }

  /// Lines end as Unix or Windows wants it, whose two characters Swift takes for one.
  private static func line(_ number: Int, of source: String) -> String? {
    let lines = source.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.indices.contains(number - 1) else { return nil }
    let line = lines[number - 1]
    return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
  }

  /// Where in a line the token stands that the message quotes first; nil unless it stands there once.
  private func column(in line: String) -> Int? {
    guard let token = message.firstMatch(of: #/'([^' ]+)'/#)?.1, !token.isEmpty else { return nil }
    let (scalars, wanted) = (Array(line.unicodeScalars), Array(token.unicodeScalars))
    func isWord(_ scalar: Unicode.Scalar) -> Bool {
      scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
    }
    let places = scalars.indices.filter { start in
      let end = start + wanted.count
      guard end <= scalars.count, Array(scalars[start..<end]) == wanted else { return false }
      // Part of a longer word is another token.
      return !(start > 0 && isWord(wanted[0]) && isWord(scalars[start - 1]))
        && !(end < scalars.count && isWord(wanted[wanted.count - 1]) && isWord(scalars[end]))
    }
    return places.count == 1 ? places[0] : nil
  }
}
