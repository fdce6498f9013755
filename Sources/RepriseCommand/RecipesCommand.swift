import ArgumentParser
import Learning
import Reinforcement
import Runs

/// `reprise recipes`: what a pair of algorithm and environment starts from.
struct RecipesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipes",
    abstract: "List the recipes for pairs of algorithm and environment, or print one.",
    discussion: """
      'reprise train' begins with the recipe for its pair. A printed one has every setting, and --config takes it back.

      Examples:
        reprise recipes
        reprise recipes ppo cartpole > mine.yaml
        reprise train ppo --config mine.yaml
      """)

  @Argument(help: "The algorithm: \(Algorithms.names.joined(separator: ", ")).")
  var algorithm: String?

  @Argument(help: "The environment: \(Environments.names.joined(separator: ", ")).")
  var environment: String?

  @Flag(help: "Print JSON: an object of settings, or an array of what the list has.")
  var json = false

  func run() throws {
    let found = Recipes.all.filter {
      $0.algorithm == algorithm ?? $0.algorithm && $0.environment == environment ?? $0.environment
    }
    guard !found.isEmpty else {
      if let environment { _ = try Environments.named(environment) }
      let known = Recipes.all.map { "\($0.algorithm) \($0.environment)" }.joined(separator: ", ")
      throw ConfigurationError(
        field: "recipes",
        reason: "there is none for \([algorithm, environment].compactMap(\.self).joined(separator: " on ")); "
          + "there are: \(known)")
    }
    if environment != nil, let recipe = found.first {
      for algorithm in Algorithms.all where algorithm.name == recipe.algorithm {
        try show(recipe, algorithm)
      }
    } else if json {
      try writeLine(jsonText(found.map(Row.init)))
    } else {
      let rows = found.map(Row.init).map { [$0.algorithm, $0.environment, $0.steps, $0.note] }
      try write(columns(rows.map { ($0[0], $0[1...].joined(separator: "  ")) }, indent: ""))
    }
  }

  /// All settings of a pair.
  private func show<Chosen: Algorithm>(_ named: Recipes.Named, _: Chosen.Type) throws {
    let resolved = try ResolvedSettings<Chosen.Configuration>(
      algorithm: named.algorithm, config: nil, sets: [],
      words: [SettingArgument("environment", named.environment)])
    let settings = Chosen.Configuration.settings.map { ($0.name, $0.text(resolved.configuration)) }
    guard !json else { return try writeLine(jsonText(SettingsTable(resolved.configuration))) }
    let lines = named.recipe.comments.map { "# \($0)" } + settings.map { "\($0.0): \($0.1)" }
    try writeLine(lines.joined(separator: "\n"))
  }
}

/// A line of the list.
private struct Row: Encodable {
  let algorithm, environment, steps, note: String

  init(_ named: Recipes.Named) {
    algorithm = named.algorithm
    environment = named.environment
    steps = named.recipe.entries.first { $0.name == "steps" }?.value ?? ""
    note = named.recipe.comments.joined(separator: " ")
  }
}
