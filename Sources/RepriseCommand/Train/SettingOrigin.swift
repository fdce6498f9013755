import Runs

/// Where the value of a setting is from; a later case is stronger.
enum SettingOrigin: Equatable {
  case defaults
  /// The recipe that Reprise brings for the pair, by the name of its file.
  case recipe(String)
  /// A file of `--config`, and the line there, from 1 on.
  case file(String, line: Int)
  case set, option

  /// What introduces the values that are from one place.
  fileprivate var title: String {
    switch self {
    case .defaults: "defaults"
    case .recipe(let file): "recipe \(file)"
    case .file(let path, _): path
    case .set: "--set"
    case .option: "options"
    }
  }

  /// Where exactly.
  var description: String {
    switch self {
    case .defaults: "default"
    case .file(let path, let line): "\(path):\(line)"
    case .option: "option"
    default: title
    }
  }

  fileprivate var strength: Int {
    switch self {
    case .defaults: 0
    case .recipe: 1
    case .file: 2
    case .set: 3
    case .option: 4
    }
  }
}

/// A setting of a run: its value as text, and where that is from.
struct ResolvedValue {
  let name, value: String
  let origin: SettingOrigin
}

extension [ResolvedValue] {
  /// The values of each origin in lines: `recipe ppo-cartpole.yaml`, `gamma 0.98, …`.
  var rows: [(String, String)] {
    Dictionary(grouping: self, by: \.origin.strength).sorted { $0.key < $1.key }.flatMap { _, values in
      let text = values.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
      return wrapped(text, columns: 90).enumerated().map { index, line in
        (index == 0 ? values[0].origin.title : "", line)
      }
    }
  }
}
