/// What a setting may be.
public indirect enum SettingKind: Sendable, Equatable {
  /// A whole number in a range.
  case integer(ClosedRange<Int>)
  /// A number in a range.
  case number(ClosedRange<Double>)
  /// A number in a range whose end is outside.
  case numberBelow(Range<Double>)
  /// True or false.
  case flag
  /// One of some words.
  case choice([String])
  /// A word; the text is what it may be, or some of that, and empty where anything goes.
  case word(String)
  /// A whole number of 64 bits, from 0 on.
  case seed
  /// So many values, separated by commas; `none` for none of them.
  case list(SettingKind, ClosedRange<Int>)
  /// `name=low:high` or `name=value`, separated by commas, or `none`.
  case ranges
  /// A value, or `none`.
  case optional(SettingKind)

  /// The values in words: `from 0 to 1`; empty where anything goes.
  public var values: String {
    switch self {
    case .integer(let range): range.inWords
    case .number(let range): range.inWords
    case .numberBelow(let range):
      (range.lowerBound...range.upperBound).inWords.replacing(" to ", with: " to below ")
    case .flag: "true or false"
    case .choice(let words): words.joined(separator: ", ")
    case .word(let values): values
    case .seed: "from 0 on"
    case .list(.choice(let words), _): "of \(words.joined(separator: ", ")), separated by commas; or none"
    case .list(let element, _): "each \(element.values), separated by commas; or none"
    case .ranges: "name=low:high or name=value, separated by commas; or none"
    case .optional(let value): value.values.isEmpty ? "" : "\(value.values), or none"
    }
  }

  /// What text must look like, for errors.
  var form: String {
    switch self {
    case .integer: "a whole number"
    case .number, .numberBelow: "a number"
    case .flag: "true or false"
    case .choice(let words): "one of \(words.joined(separator: ", "))"
    case .word: "a word"
    case .seed: "a whole number from 0 on"
    case .list(.choice(let words), _):
      "words out of \(words.joined(separator: ", ")), separated by commas, or none"
    case .list: "whole numbers, separated by commas, or none"
    case .ranges: "name=low:high or name=value, separated by commas, or none"
    case .optional(let value): "\(value.form) or none"
    }
  }
}

extension ClosedRange {
  /// `from 0 to 1`.
  fileprivate var inWords: String {
    func word(_ bound: Bound) -> String {
      let text = "\(bound)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    return "from \(word(lowerBound)) to \(word(upperBound))"
  }
}
