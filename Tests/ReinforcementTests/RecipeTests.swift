import Foundation
import Learning
import Testing

@testable import Reinforcement

/// Files of settings, those that Reprise brings, and the tables of settings behind them.
struct RecipeTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/Reinforcement/Recipes").standardized

  @Test func readsAFlatFile() throws {
    let text = """
      ---
      # Of the zoo: 500 at 100k.
      steps: 100000   # in all
      hidden: [32, 16]

      gae-lambda: '0.9'
      anneal: []
      """
    let recipe = try Recipe(text, file: "mine.yaml")
    #expect(recipe.comments == ["Of the zoo: 500 at 100k."])
    #expect(recipe.entries.map(\.line) == [3, 4, 6, 7])
    var configuration = PPOConfiguration()
    try recipe.apply(to: &configuration, file: "mine.yaml")
    #expect(configuration.steps == 100_000)
    #expect(configuration.hidden == [32, 16])
    #expect(configuration.gaeLambda == 0.9)
    #expect(configuration.anneal == [])
    #expect(configuration.gamma == PPOConfiguration().gamma)
  }

  @Test(arguments: [
    ("gamma 0.9", 1, "found \"gamma 0.9\"; expected 'name: value'"),
    ("gamma: 0.9\nhidden:\n  - 64\n", 2, "found \"hidden:\"; expected 'name: value'"),
    ("gamma: 0.9\n  steps: 64\n", 2, "found \"steps: 64\"; expected 'name: value'"),
    ("gamma: 0.9\n\ngamma: 0.8\n", 3, "gamma stands there a second time, after line 1"),
    ("\ngama: 0.9\n", 2, "gama: is no setting; the nearest are: gamma, seed, clip"),
    ("gamma: high\n", 1, "gamma: is \"high\"; expected a number"),
    ("gamma: 3\n", 1, "gamma: is 3.0; it must be from 0.0 to 1.0"),
  ])
  func refusesALineThatCantBeUsed(text: String, line: Int, reason: String) {
    #expect(throws: RecipeError(file: "mine.yaml", line: line, reason: reason)) {
      var configuration = PPOConfiguration()
      try Recipe(text, file: "mine.yaml").apply(to: &configuration, file: "mine.yaml")
    }
  }

  @Test func eachFileIsARecipeOfAPairThatThereIs() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
    #expect(Recipes.all.map(\.file).sorted() == files)
    for named in Recipes.all {
      let text = try String(contentsOf: Self.folder.appending(component: named.file), encoding: .utf8)
      #expect(try Recipe(text, file: named.file).entries == named.recipe.entries, "\(named.file)")
      let algorithm = try #require(Algorithms.all.first { $0.name == named.algorithm }, "\(named.file)")
      try expectValid(algorithm, named)
    }
  }

  private func expectValid<A: Algorithm>(_: A.Type, _ named: Recipes.Named) throws {
    var configuration = A.Configuration()
    configuration.environment = named.environment
    try named.recipe.apply(to: &configuration, file: named.file)
    try configuration.validate()
  }

  @Test func settingsAreTheirOwnText() throws {
    for algorithm in Algorithms.all { try expectRoundTrip(algorithm) }
  }

  private func expectRoundTrip<A: Algorithm>(_: A.Type) throws {
    let defaults = A.Configuration()
    let names = A.Configuration.settings.map(\.name)
    #expect(Set(names).count == names.count)
    for setting in A.Configuration.settings {
      var configuration = defaults
      try configuration.set(setting.name, to: setting.text(defaults))
      #expect(configuration == defaults, "\(A.name) \(setting.name)")
      #expect(throws: ConfigurationError.self, "\(A.name) \(setting.name)") {
        try configuration.set(setting.name, to: "no such value")
        try setting.check(configuration)
      }
    }
  }
}
