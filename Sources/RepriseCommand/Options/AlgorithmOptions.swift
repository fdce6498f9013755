import ArgumentParser
import Reinforcement
import Runs

/// The settings of an algorithm on the command line: an option for each in its table, `--set`, files and recipes.
struct AlgorithmOptions<Chosen: Algorithm>: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A setting, as an option of its name would be; options are stronger. May be given again.",
      valueName: "name=value"))
  var pairs: [String] = []

  @OptionGroup var file: ConfigOptions

  @Flag(
    help:
      "Leave out the recipe for the algorithm and the environment, which 'reprise recipes' prints: what nothing else says is as the defaults."
  )
  var noRecipe = false

  // Settings are a table, not properties: what no declared option takes is looked up there.
  @Argument(parsing: .allUnrecognized, help: .private)
  var words: [String] = []

  /// Looks at the names of what is set.
  ///
  /// - Parameter command: whose help knows all options.
  /// - Throws: `ValidationError`.
  func check(for command: any ParsableCommand.Type) throws {
    _ = try pairs.map(SettingArgument.init(pair:))
    _ = try Chosen.Configuration.arguments(in: words, options: command.optionNames)
  }

  /// The settings of the run.
  ///
  /// - Parameter options: what other options say of how it goes on.
  /// - Throws: `ConfigurationError`, `RecipeError`, `CommandFailure` for the first that can't be used.
  func resolved(_ options: [SettingArgument]) throws -> ResolvedSettings<Chosen.Configuration> {
    try ResolvedSettings(
      algorithm: Chosen.name, config: file.config, usesRecipe: !noRecipe,
      sets: pairs.map(SettingArgument.init(pair:)),
      words: Chosen.Configuration.arguments(in: words, options: []), options: options)
  }
}

/// A file with settings.
struct ConfigOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file of settings, lines 'name: value': config.yaml of a run, which makes the same run again, or any part of one. Options and --set are stronger.",
      valueName: "file"))
  var config: String?

  func validate() throws {
    if config?.isEmpty == true {
      throw ValidationError("The value of '--config' is empty; it must name a file")
    }
  }
}

extension ParsableCommand {
  /// All options that the help names.
  static var optionNames: [String] {
    Set(helpMessage(columns: 80).matches(of: /--[a-z][a-z-]*/).map { String($0.output) }).sorted()
  }
}
