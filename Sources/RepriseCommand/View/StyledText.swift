/// A line of text for a terminal, in parts with a look each.
struct StyledText: Equatable, ExpressibleByStringLiteral {
  enum Style: String {
    case plain = "0"
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
  }

  private struct Part: Equatable {
    var text: String
    let style: Style
  }

  private var parts: [Part] = []

  /// Characters that a terminal would obey, which a damaged file may hold, are replaced.
  init(_ text: String, _ style: Style = .plain) {
    let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
    parts = [Part(text: String(String.UnicodeScalarView(scalars)), style: style)]
  }

  init(stringLiteral text: String) { self.init(text) }

  /// Characters.
  var count: Int { parts.reduce(0) { $0 + $1.text.count } }

  static func + (first: StyledText, second: StyledText) -> StyledText {
    var sum = first
    sum.parts += second.parts
    return sum
  }

  /// The text, followed by spaces up to a width.
  func padded(to width: Int) -> StyledText {
    self + StyledText(String(repeating: " ", count: max(0, width - count)))
  }

  /// The first characters, with an ellipsis in place of the last where some are missing.
  func cut(to width: Int) -> StyledText {
    guard count > width else { return self }
    var (result, left) = (StyledText(""), max(0, width - 1))
    for part in parts where left > 0 {
      result = result + StyledText(String(part.text.prefix(left)), part.style)
      left -= min(left, part.text.count)
    }
    return width > 0 ? result + "…" : result
  }

  /// The characters to write, with escape sequences if it is to have `colour`.
  func text(colour: Bool) -> String {
    parts.map { part in
      guard colour, part.style != .plain, !part.text.isEmpty else { return part.text }
      return "\u{1b}[\(part.style.rawValue)m\(part.text)\u{1b}[0m"
    }.joined()
  }
}
