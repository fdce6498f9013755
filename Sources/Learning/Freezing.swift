#if canImport(Glibc)
  import Glibc
#endif

/// A pattern that no parameter's name matches.
public struct UnmatchedPattern: Error, Equatable, CustomStringConvertible {
  /// The pattern.
  public let pattern: String
  /// The names of all parameters.
  public let names: [String]

  /// A sentence for people.
  public var description: String {
    let some = names.nearest(to: pattern).prefix(6).map { "\"\($0)\"" }.joined(separator: ", ")
    let rest = names.count > 6 ? " and \(names.count - 6) more" : ""
    return "no parameter matches \"\(pattern)\"; there are, nearest first, \(some)\(rest)"
  }
}

extension Network {
  /// The parameters whose names match any of `patterns`: `*` stands for any text, dots included, as in `features.*`.
  public func parameters(matching patterns: [String]) throws(UnmatchedPattern) -> [Parameter] {
    for pattern in patterns where !parameters.contains(where: { pattern.matches($0.name) }) {
      throw UnmatchedPattern(pattern: pattern, names: parameters.map(\.name))
    }
    return parameters.filter { parameter in patterns.contains { $0.matches(parameter.name) } }
  }

  /// Keeps the parameters that match `patterns` as they are, in passes that are traced from now on.
  ///
  /// No gradient of theirs is computed, and a batch norm whose weight is frozen normalises by its running statistics and
  /// leaves them as they are.
  public func freeze(_ patterns: [String]) throws(UnmatchedPattern) {
    frozen.formUnion(try parameters(matching: patterns).map(\.name))
  }

  /// Lets the parameters that match `patterns` learn again, in passes that are traced from now on.
  public func unfreeze(_ patterns: [String]) throws(UnmatchedPattern) {
    frozen.subtract(try parameters(matching: patterns).map(\.name))
  }
}

extension String {
  /// Whether this pattern stands for `name`.
  func matches(_ name: String) -> Bool { fnmatch(self, name, 0) == 0 }
}
