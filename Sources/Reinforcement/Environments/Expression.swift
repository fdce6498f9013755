#if canImport(Glibc)
  import Glibc
#endif

/// Arithmetic of the numbers of a state: `0.5 * cos(angle) - x`.
indirect enum Expression: Sendable {
  case number(Double)
  /// A number of the state, by its place.
  case state(Int)
  case negated(Expression)
  case sine(Expression), cosine(Expression)
  case sum(Expression, Expression), difference(Expression, Expression)
  case product(Expression, Expression), quotient(Expression, Expression)

  /// Its value in a state.
  func value(_ state: [Double]) -> Double {
    switch self {
    case .number(let value): value
    case .state(let place): state[place]
    case .negated(let value): -value.value(state)
    case .sine(let angle): sin(angle.value(state))
    case .cosine(let angle): cos(angle.value(state))
    case .sum(let left, let right): left.value(state) + right.value(state)
    case .difference(let left, let right): left.value(state) - right.value(state)
    case .product(let left, let right): left.value(state) * right.value(state)
    case .quotient(let left, let right): left.value(state) / right.value(state)
    }
  }
}

/// Reads expressions: + − * /, parentheses, `sin`, `cos`, `pi`, numbers and names, products before sums.
struct ExpressionParser {
  enum Token: Equatable, CustomStringConvertible {
    case number(Double, text: String)
    case name(String)
    case sign(Character)

    var description: String {
      switch self {
      case .number(_, let text): text
      case .name(let name): name
      case .sign(let sign): "\(sign)"
      }
    }
  }

  /// Sums are evaluated as deep as they are long.
  private static let maximumTokens = 2000
  private var tokens: ArraySlice<Token> = []
  private let names: [String]
  /// Parentheses and signs that are open: reading goes as deep.
  private var depth = 0

  /// - Parameter names: of the numbers of the state, in their order.
  init(_ text: String, names: [String]) throws(DrawingError) {
    self.names = names
    var rest = text[...]
    while let first = rest.first {
      if let match = rest.prefixMatch(of: #/[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?/#), let number = Double(match.0)
      {
        guard number.isFinite else { throw DrawingError(reason: "has '\(match.0)', which is too large") }
        tokens.append(.number(number, text: String(match.0)))
        rest = rest[match.0.endIndex...]
      } else if let match = rest.prefixMatch(of: #/[A-Za-z_][A-Za-z0-9_]*/#) {
        tokens.append(.name(String(match.0)))
        rest = rest[match.0.endIndex...]
      } else {
        if "+-*/(),".contains(first) {
          tokens.append(.sign(first))
        } else if first != " " {
          throw DrawingError(reason: "has '\(first)'; expected numbers, names, + - * / ( ) and commas")
        }
        rest = rest.dropFirst()
      }
      guard tokens.count <= Self.maximumTokens else {
        throw DrawingError(reason: "has a shape of more than \(Self.maximumTokens) numbers, names and signs")
      }
    }
  }

  /// Takes the next token; nil at the end.
  mutating func next() -> Token? { tokens.popFirst() }

  /// Reads `(a, b, …)`.
  mutating func arguments() throws(DrawingError) -> [Expression] {
    try take("(")
    var values = [try sum()]
    while accept(",") { values.append(try sum()) }
    try take(")")
    return values
  }

  private mutating func accept(_ sign: Character) -> Bool {
    guard tokens.first == .sign(sign) else { return false }
    tokens.removeFirst()
    return true
  }

  private mutating func take(_ sign: Character) throws(DrawingError) {
    guard accept(sign) else { throw unexpected("'\(sign)'") }
  }

  private func unexpected(_ expected: String) -> DrawingError {
    DrawingError(reason: "has \(tokens.first.map { "'\($0)'" } ?? "an end") where \(expected) was expected")
  }

  private mutating func sum() throws(DrawingError) -> Expression {
    var value = try product()
    while true {
      if accept("+") {
        value = .sum(value, try product())
      } else if accept("-") {
        value = .difference(value, try product())
      } else {
        return value
      }
    }
  }

  private mutating func product() throws(DrawingError) -> Expression {
    var value = try factor()
    while true {
      if accept("*") {
        value = .product(value, try factor())
      } else if accept("/") {
        value = .quotient(value, try factor())
      } else {
        return value
      }
    }
  }

  private mutating func factor() throws(DrawingError) -> Expression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 64 else { throw DrawingError(reason: "has parentheses or signs more than 64 deep") }
    if accept("-") { return .negated(try factor()) }
    if accept("(") {
      let value = try sum()
      try take(")")
      return value
    }
    switch tokens.first {
    case .number(let value, _):
      tokens.removeFirst()
      return .number(value)
    case .name(let name):
      tokens.removeFirst()
      if name == "pi" { return .number(.pi) }
      if name == "sin" || name == "cos" {
        try take("(")
        let angle = try sum()
        try take(")")
        return name == "sin" ? .sine(angle) : .cosine(angle)
      }
      guard let place = names.firstIndex(of: name) else {
        let known = names.isEmpty ? "state_names has none" : "the state has \(names.joined(separator: ", "))"
        throw DrawingError(reason: "has '\(name)', which is not known; \(known)")
      }
      return .state(place)
    default: throw unexpected("a number or a name")
    }
  }
}
