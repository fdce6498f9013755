import Learning

/// Settings of an algorithm by name, as a flat YAML file has them: a line `name: value` for each.
public struct Recipe: Sendable {
  /// A line of the file.
  public struct Entry: Sendable, Equatable {
    /// The setting's name, and its value as text.
    public let name, value: String
    /// Where it stands, from 1 on.
    public let line: Int
  }

  /// What is set, in the order of the file.
  public let entries: [Entry]
  /// Lines of comment before the first setting, without their `#`.
  public let comments: [String]

  /// Reads the text of a file: comments after `#`, quotes around a value, and `[64, 64]` for `64,64` are allowed.
  ///
  /// - Parameter file: its name in errors.
  /// - Throws: `RecipeError` for a line that is no `name: value`, and for a name that stands there twice.
  public init(_ text: String, file: String) throws(RecipeError) {
    var entries: [Entry] = []
    var comments: [String] = []
    for (index, whole) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      if whole.hasPrefix("#"), entries.isEmpty { comments.append(whole.dropFirst().trimmed) }
      let line = whole.withoutComment
      if line.trimmed.isEmpty || line == "---" { continue }
      let parts = line.split(separator: ":", maxSplits: 1).map(\.trimmed)
      guard parts.count == 2, line.first?.isWhitespace == false, parts.allSatisfy({ !$0.isEmpty }) else {
        throw RecipeError(
          file: file, line: index + 1, reason: "found \"\(line.trimmed)\"; expected 'name: value'")
      }
      if let earlier = entries.first(where: { $0.name == parts[0] }) {
        throw RecipeError(
          file: file, line: index + 1,
          reason: "\(parts[0]) stands there a second time, after line \(earlier.line)")
      }
      entries.append(Entry(name: parts[0], value: parts[1].unwrapped, line: index + 1))
    }
    (self.entries, self.comments) = (entries, comments)
  }

  /// Takes over all of it.
  ///
  /// - Throws: `RecipeError` for a name that is no setting, with the nearest ones, and for a value that can't be used.
  public func apply<Configuration: AlgorithmConfiguration>(
    to configuration: inout Configuration, file: String
  )
    throws(RecipeError)
  {
    for entry in entries {
      do throws(ConfigurationError) {
        try configuration.set(entry.name, to: entry.value)
        try Configuration.setting(entry.name)?.check(configuration)
      } catch {
        throw RecipeError(file: file, line: entry.line, reason: error.description)
      }
    }
  }
}

/// A recipe that can't be used: where, what was found, what was expected.
public struct RecipeError: Error, Equatable, CustomStringConvertible {
  /// The file and the line, from 1 on.
  public let file: String, line: Int
  /// What is wrong there.
  public let reason: String

  /// An error at a line of a file.
  public init(file: String, line: Int, reason: String) {
    (self.file, self.line, self.reason) = (file, line, reason)
  }

  /// A sentence for people.
  public var description: String { "\(file):\(line): \(reason)" }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? startIndex
    return String(self[..<end].drop { $0.isWhitespace })
  }

  /// Up to a `#` at the beginning or behind a space.
  fileprivate var withoutComment: String {
    var before: Character = " "
    return String(
      prefix { character in
        defer { before = character }
        return character != "#" || !before.isWhitespace
      })
  }

  /// Without quotes or brackets around it, and without spaces in a list.
  fileprivate var unwrapped: String {
    guard count >= 2, let first, let last else { return String(self) }
    if first == last, first == "\"" || first == "'" { return String(dropFirst().dropLast()) }
    guard first == "[", last == "]" else { return String(self) }
    let list = String(dropFirst().dropLast()).filter { !$0.isWhitespace }
    return list.isEmpty ? "none" : list
  }
}
