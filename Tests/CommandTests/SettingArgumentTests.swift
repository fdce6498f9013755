import Learning
import Reinforcement
import Testing

@testable import RepriseCommand

/// Words of the command line that a table of settings explains, and lists of seeds.
struct SettingArgumentTests {
  /// A table with one of each kind.
  private struct Configuration: AlgorithmConfiguration {
    var common = CommonSettings(environment: "cartpole", steps: 1, environments: 1)
    var stepSize = 0.5
    var double = true

    static let settings: [Setting<Configuration>] = [
      .integer("steps", \.steps, in: 1...9, "Steps"),
      .number(
        "step_size", \.stepSize, in: -1...1,
        "How far each goes, which is said here in so many words that they fill more than a line."),
      .flag("double", \.double, "Twice."),
      .seed("seed_of_everything_random", \.seed, "The seed."),
    ]
    func checkTogether(in environment: any Environment) {}
  }

  private func arguments(_ words: String...) throws -> [SettingArgument] {
    try Configuration.arguments(in: words, options: ["--steps", "--step-size", "--run", "--double"])
  }

  @Test func valuesStandBehindOrWithinAWord() throws {
    #expect(
      try arguments("--steps", "3", "--step-size=-1e-3", "--step_size", "-0.5", "--steps=") == [
        SettingArgument("steps", "3"), SettingArgument("step_size", "-1e-3"),
        SettingArgument("step_size", "-0.5"), SettingArgument("steps", ""),
      ])
  }

  @Test func flagsNeedNoValue() throws {
    #expect(
      try arguments(
        "--double", "--no-double", "--double", "false", "--double=true", "--double", "--steps", "2"
      )
      .map(\.value) == ["true", "false", "false", "true", "true", "2"])
  }

  @Test(arguments: [
    (["--steps"], "Missing value for '--steps'"),
    (["--steps", "--double"], "Missing value for '--steps'"),
    (["--stepz", "3"], "Unknown option '--stepz'; the nearest are: --steps, --step-size, --run"),
    (["--no-steps"], "Unknown option '--no-steps'"),
    (["--no-double=1"], "Unknown option '--no-double'"),
    (["3"], "Unexpected argument '3'"), (["-s"], "Unexpected argument '-s'"),
    (["--"], "Unexpected argument '--'"), (["--double", "--steps", "2", "2"], "Unexpected argument '2'"),
  ])
  func otherWordsAreRefused(words: [String], expected: String) {
    let error = #expect(throws: (any Error).self) {
      try Configuration.arguments(in: words, options: ["--steps", "--step-size", "--run", "--double"])
    }
    #expect("\(error.map { "\($0)" } ?? "")".hasPrefix(expected), "\(error.map { "\($0)" } ?? "")")
  }

  @Test func pairsHaveANameAndAValue() throws {
    #expect(try SettingArgument(pair: "a=b=c") == SettingArgument("a", "b=c"))
    for pair in ["a", "=b", ""] { #expect(throws: (any Error).self) { try SettingArgument(pair: pair) } }
  }

  @Test func helpIsWrittenFromTheTable() {
    #expect(
      Configuration.settingsHelp == """
          --steps                 Steps. (from 1 to 9; default: 1)
          --step-size             How far each goes, which is said here in so many
                                  words that they fill more than a line. (from -1 to 1;
                                  default: 0.5)
          --double                Twice. (true or false; default: true)
          --seed-of-everything-random
                                  The seed. (from 0 on; default: 1)
        """)
  }

  @Test func seedsAreNumbersAndRanges() throws {
    #expect(try SeedList("1-4").seeds == [1, 2, 3, 4])
    #expect(try SeedList("7").seeds == [7])
    #expect(try SeedList("5,1-2,18446744073709551615").seeds == [5, 1, 2, .max])
    for text in [
      "", "1,", "1-", "-1", "3-1", "1-2-3", "a", "1,1", "1-3,2", "1-5000", "0-18446744073709551615",
    ] {
      #expect(throws: (any Error).self, "\(text)") { try SeedList(text) }
    }
  }
}
