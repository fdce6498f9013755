import ArgumentParser
import Learning

/// A setting with the value that the command line has for it, as text.
struct SettingArgument: Equatable {
  let name, value: String

  init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }

  /// `name=value`, as `--set` takes it.
  ///
  /// - Throws: `ValidationError` where there is no `=`.
  init(pair: String) throws {
    let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw ValidationError("The value '\(pair)' is invalid for '--set': expected name=value")
    }
    self.init(String(parts[0]), String(parts[1]))
  }
}

extension [SettingArgument] {
  /// Those options that have a value.
  static func given(_ values: (String, (any CustomStringConvertible)?)...) -> [SettingArgument] {
    values.compactMap { name, value in value.map { SettingArgument(name, $0.description) } }
  }
}

extension Configurable {
  /// The settings among words that no declared option took: `--gamma 0.9`, `--gamma=0.9`; `--double` and `--no-double` for
  /// what is true or false.
  ///
  /// - Parameter options: the names of all options, for errors.
  /// - Throws: `ValidationError` for a word that is neither a setting nor its value.
  static func arguments(in words: [String], options: @autoclosure () -> [String]) throws -> [SettingArgument]
  {
    var found: [SettingArgument] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("--"), word.count > 2 else {
        throw ValidationError("Unexpected argument '\(word)'")
      }
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let setting = setting(name) else {
        if name.hasPrefix("no-"), parts.count == 1, let setting = self.setting(String(name.dropFirst(3))),
          setting.isFlag
        {
          found.append(SettingArgument(setting.name, "false"))
          continue
        }
        let nearest = options().nearest(to: "--\(name)").prefix(3).joined(separator: ", ")
        throw ValidationError("Unknown option '--\(name)'; the nearest are: \(nearest)")
      }
      if parts.count == 2 {
        found.append(SettingArgument(setting.name, String(parts[1])))
      } else if setting.isFlag, rest.first.map({ Bool($0) == nil }) ?? true {
        found.append(SettingArgument(setting.name, "true"))
      } else if let value = rest.first, !value.hasPrefix("--") {
        found.append(SettingArgument(setting.name, value))
        rest.removeFirst()
      } else {
        throw ValidationError("Missing value for '--\(name)'")
      }
    }
    return found
  }

  /// Every setting, a line or two each of at most 79 characters: what it means, what it may be, its default.
  static var settingsHelp: String {
    let (defaults, indent) = (Self(), 26)
    return settings.map { setting in
      let meaning = setting.help.hasSuffix(".") ? setting.help : setting.help + "."
      let facts = [setting.values, "default: \(setting.text(defaults))"].filter { !$0.isEmpty }
      let option = "  --" + setting.name.replacing("_", with: "-")
      var lines = wrapped("\(meaning) (\(facts.joined(separator: "; ")))", columns: 79 - indent)
      let padding = String(repeating: " ", count: indent)
      // A name that reaches into the next column has a line of its own.
      if option.count + 2 > indent {
        lines.insert("", at: 0)
      }
      return zip(lines.indices, lines).map { index, line in
        index > 0 ? padding + line : line.isEmpty ? option : option + padding.dropFirst(option.count) + line
      }.joined(separator: "\n")
    }.joined(separator: "\n")
  }
}

/// The words of a text in lines of at most so many characters.
func wrapped(_ text: String, columns: Int) -> [String] {
  var lines = [""]
  for word in text.split(separator: " ") {
    let last = lines[lines.count - 1]
    if !last.isEmpty, last.count + 1 + word.count > columns {
      lines.append(String(word))
    } else {
      lines[lines.count - 1] = last.isEmpty ? String(word) : "\(last) \(word)"
    }
  }
  return lines
}
