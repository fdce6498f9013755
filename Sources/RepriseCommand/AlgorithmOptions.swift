import ArgumentParser
import Reinforcement
import Runs

/// The settings of an algorithm on the command line: an option for each in its table, `--set`, and recipes.
struct AlgorithmOptions<Chosen: Algorithm>: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A setting, as an option of its name would be; options are stronger. May be given again.",
      valueName: "name=value"))
  var pairs: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file of settings, a line 'name: value' each, over the recipe for the pair; or none, for no recipe at all. (default: the recipe alone, as 'reprise recipes' prints it)",
      valueName: "file|none"))
  var recipe: String?

  // Settings are a table, not properties: what no declared option takes is looked up there.
  @Argument(parsing: .allUnrecognized, help: .private)
  var words: [String] = []

  /// Looks at the names of what is set.
  ///
  /// - Parameter command: whose help knows all options.
  /// - Throws: `ValidationError`.
  func check(for command: any ParsableCommand.Type) throws {
    if recipe?.isEmpty == true {
      throw ValidationError("The value of '--recipe' is empty; it must name a file, or be none")
    }
    _ = try pairs.map(SettingArgument.init(pair:))
    _ = try Chosen.Configuration.arguments(in: words, options: command.optionNames)
  }

  /// The settings of the run.
  ///
  /// - Throws: `ConfigurationError`, `RecipeError`, `CommandFailure` for the first that can't be used.
  func resolved() throws -> ResolvedSettings<Chosen.Configuration> {
    try ResolvedSettings(
      algorithm: Chosen.name, recipe: recipe, sets: pairs.map(SettingArgument.init(pair:)),
      options: Chosen.Configuration.arguments(in: words, options: []))
  }
}

extension ParsableCommand {
  /// All options that the help names.
  static var optionNames: [String] {
    Set(helpMessage(columns: 80).matches(of: /--[a-z][a-z-]*/).map { String($0.output) }).sorted()
  }
}
