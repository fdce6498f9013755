import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A pattern that no parameter's name matches.
public struct UnmatchedPattern: Error, Equatable, CustomStringConvertible {
  /// The pattern.
  public let pattern: String
  /// Names that it almost matches, in quotes.
  public let nearest: [String]

  init(pattern: String, _ network: Network) {
    self.pattern = pattern
    nearest = Self.nearest(pattern, network.parameters.map(\.name))
  }

  /// A sentence for people.
  public var description: String {
    "\"\(pattern)\" matches no parameter; the nearest are \(nearest.joined(separator: ", "))"
  }

  /// Up to three of `names`, those first that the fewest edits make the pattern match.
  private static func nearest(_ pattern: String, _ names: [String]) -> [String] {
    func distance(_ name: String) -> Int {
      let name = Array(name)
      var row = Array(0...name.count)
      for symbol in pattern {
        var next = [row[0] + (symbol == "*" ? 0 : 1)]
        for (column, character) in name.enumerated() {
          next.append(
            symbol == "*"
              ? min(row[column + 1], next[column])
              : min(
                row[column] + (symbol == character || symbol == "?" ? 0 : 1), row[column + 1] + 1,
                next[column] + 1))
        }
        row = next
      }
      return row[name.count]
    }
    let ranked = names.enumerated().map { (distance($0.element), $0.offset, $0.element) }
    return ranked.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(3).map { "\"\($0.2)\"" }
  }
}

extension Network {
  /// The parameters whose names match any of `patterns`: `*` stands for any text, dots included, as in `features.*`.
  public func parameters(matching patterns: [String]) throws(UnmatchedPattern) -> [Parameter] {
    for pattern in patterns where !parameters.contains(where: { pattern.matches($0.name) }) {
      throw UnmatchedPattern(pattern: pattern, self)
    }
    return parameters.filter { parameter in patterns.contains { $0.matches(parameter.name) } }
  }

  /// Keeps the parameters that match `patterns` as they are, in passes that are traced from now on.
  ///
  /// No gradient of theirs is computed, and a batch norm whose weight is frozen normalises by its running statistics and
  /// leaves them as they are.
  public func freeze(_ patterns: [String]) throws(UnmatchedPattern) {
    let names = try parameters(matching: patterns).map(\.name)
    frozenNames.withLock { $0.formUnion(names) }
  }

  /// Lets the parameters that match `patterns` learn again, in passes that are traced from now on.
  public func unfreeze(_ patterns: [String]) throws(UnmatchedPattern) {
    let names = try parameters(matching: patterns).map(\.name)
    frozenNames.withLock { $0.subtract(names) }
  }
}

extension String {
  /// Whether this pattern stands for `name`.
  func matches(_ name: String) -> Bool { fnmatch(self, name, 0) == 0 }
}
