import Learning
import Reinforcement
import Runs

/// The settings of a run of an algorithm, and where each value is from.
struct ResolvedSettings<Configuration: AlgorithmConfiguration> {
  /// The settings, each in range, and fitting each other.
  let configuration: Configuration
  /// How the run goes on.
  let options: RunOptions
  /// What `--config` names; nil without it.
  let file: SettingsFile?
  private let kind: RunKind
  private let origins: [String: SettingOrigin]
  private let isWithoutRecipe: Bool

  /// - Parameters:
  ///   - config: a file that stands over the recipe for the pair, which may be config.yaml of a run; nil for none.
  ///   - usesRecipe: whether what no other place says is as the recipe for the pair has it.
  ///   - sets: what `--set` says.
  ///   - words: what options say of the settings.
  ///   - options: what options say beside them.
  /// - Throws: `ConfigurationError`, `RecipeError`, `CommandFailure` for the first value that can't be used.
  init(
    algorithm: String, config: String?, usesRecipe: Bool = true, sets: [SettingArgument],
    words: [SettingArgument], options given: [SettingArgument] = []
  ) throws {
    let (file, kind) = (try config.map { try SettingsFile($0) }, RunKind.reinforcement(algorithm))
    try file?.expect(kind)
    // The pair's recipe is known once the environment is, and the file may name that.
    var (ofFile, options) = (Configuration(), RunOptions())
    _ = try file?.apply(to: &ofFile, &options, of: kind)
    let environment =
      (words.reversed() + sets.reversed()).first { $0.name == "environment" }?.value ?? ofFile.environment
    _ = try Environments.named(environment)
    var configuration = Configuration()
    configuration.environment = environment
    var origins: [String: SettingOrigin] = [:]
    let recipe = usesRecipe ? Recipes.named(algorithm, environment) : nil
    if let recipe {
      try recipe.recipe.apply(to: &configuration, file: recipe.file)
      for entry in recipe.recipe.entries { origins[entry.name.key] = .recipe(recipe.file) }
    }
    if let file {
      for (name, line) in try file.apply(to: &configuration, &options, of: kind) {
        origins[name] = .file(file.path, line: line)
      }
    }
    for (origin, arguments) in [(SettingOrigin.set, sets), (.option, words)] {
      for argument in arguments {
        try configuration.set(argument.name, to: argument.value)
        origins[argument.name.key] = origin
      }
    }
    for argument in given { try options.set(argument.name, to: argument.value) }
    let saysSeed = [.set, .option].contains(origins["seed"])
    if saysSeed, given.contains(where: { $0.name == "seeds" }) {
      throw ConfigurationError(field: "seeds", reason: "and seed are both given; one of them says it all")
    }
    // One seed on the command line stands over many in the file.
    if saysSeed, options.seeds != nil { (options.seeds, origins["seeds"]) = (nil, .option) }
    for argument in given { origins[argument.name.key] = .option }
    try options.validate()
    try configuration.validate()
    self.configuration = configuration
    self.options = options
    self.origins = origins
    (self.file, self.kind) = (file, kind)
    isWithoutRecipe = recipe == nil
  }

  /// Every value that decides the result.
  var values: [ResolvedValue] {
    Configuration.settings.map { value($0, configuration) } + optionValues
  }

  private var optionValues: [ResolvedValue] {
    RunOptions.settings(of: kind).map { value($0, options) }
  }

  private func value<Table>(_ setting: Setting<Table>, _ table: Table) -> ResolvedValue {
    ResolvedValue(name: setting.name, value: setting.text(table), origin: origins[setting.name] ?? .defaults)
  }

  /// The values of each origin in lines, but for the environment and for what isn't said of how the run goes on.
  var rows: [(String, String)] {
    let values = Configuration.settings.filter { $0.name != "environment" }.map { value($0, configuration) }
    let said = optionValues.filter { $0.origin != .defaults && $0.name != "seeds" }
    return (isWithoutRecipe ? [("recipe", "none")] : []) + (values + said).rows
  }
}

extension String {
  /// As config.yaml writes it.
  fileprivate var key: String { replacing("-", with: "_") }
}
