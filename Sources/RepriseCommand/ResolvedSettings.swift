import Learning
import Reinforcement
import Runs

/// The settings of a run, and where each value is from.
struct ResolvedSettings<Configuration: AlgorithmConfiguration> {
  /// Where a value is from; a later one is stronger.
  enum Origin: CaseIterable {
    case defaults, recipe, file, set, option
  }

  /// The settings, each in range, and fitting each other.
  let configuration: Configuration
  private let origins: [String: Origin]
  /// What introduces the values of each origin.
  private let titles: [Origin: String]

  /// - Parameters:
  ///   - recipe: a file that stands over the recipe for the pair, which may be config.yaml of a run, or `none` for no recipe
  ///     at all; nil for that of the pair.
  ///   - sets: what `--set` says.
  ///   - options: what options say.
  /// - Throws: `ConfigurationError`, `RecipeError`, `CommandFailure` for the first value that can't be used.
  init(algorithm: String, recipe: String?, sets: [SettingArgument], options: [SettingArgument]) throws {
    let path = recipe == "none" ? nil : recipe
    let file = try path.map { try Recipe(ofRun: algorithm, file: $0) }
    var origins: [String: Origin] = [:]
    // The pair's recipe is known once the environment is, and the file may name that.
    var ofFile = Configuration()
    if let file, let path { try file.apply(to: &ofFile, file: path) }
    let environment =
      (options.reversed() + sets.reversed()).first { $0.name == "environment" }?.value ?? ofFile.environment
    _ = try Environments.named(environment)
    var configuration = Configuration()
    configuration.environment = environment
    let brought = recipe == "none" ? nil : Recipes.named(algorithm, environment)
    if let brought {
      try brought.recipe.apply(to: &configuration, file: brought.file)
      for entry in brought.recipe.entries { origins[entry.name.replacing("-", with: "_")] = .recipe }
    }
    if let file, let path {
      try file.apply(to: &configuration, file: path)
      for entry in file.entries { origins[entry.name.replacing("-", with: "_")] = .file }
    }
    for (origin, arguments) in [(Origin.set, sets), (.option, options)] {
      for argument in arguments {
        try configuration.set(argument.name, to: argument.value)
        origins[argument.name.replacing("-", with: "_")] = origin
      }
    }
    try configuration.validate()
    self.configuration = configuration
    self.origins = origins
    titles = [
      .defaults: "defaults", .recipe: brought.map { "recipe \($0.file)" }, .file: path, .set: "--set",
      .option: "options",
    ].compactMapValues(\.self)
  }

  /// Whether the command line says which seed.
  var saysSeed: Bool { [.set, .option].contains(origins["seed"]) }

  /// The values of each origin in lines, but for the environment: `recipe ppo-cartpole.yaml`, `gamma 0.98, …`.
  var rows: [(String, String)] {
    (titles[.recipe] == nil ? [("recipe", "none")] : []) + valueRows
  }

  private var valueRows: [(String, String)] {
    Origin.allCases.flatMap { origin -> [(String, String)] in
      let values = Configuration.settings
        .filter { $0.name != "environment" && (origins[$0.name] ?? .defaults) == origin }
        .map { "\($0.name) \($0.text(configuration))" }
      guard !values.isEmpty else { return [] }
      return wrapped(values.joined(separator: ", "), columns: 90).enumerated().map { index, line in
        (index == 0 ? titles[origin] ?? "" : "", line)
      }
    }
  }
}

extension Recipe {
  /// Reads a file of settings, without what config.yaml of a run has beside them.
  fileprivate init(ofRun algorithm: String, file: String) throws {
    let whole = try Recipe(readText(file), file: file)
    if let other = whole.entries.first(where: {
      $0.name == RunKey.algorithm.rawValue && $0.value != algorithm
    }) {
      throw RecipeError(
        file: file, line: other.line, reason: "is of a run of \(other.value); expected one of \(algorithm)")
    }
    self = whole.leavingOut { RunKey(rawValue: $0) != nil }
  }
}
