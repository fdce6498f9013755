import Foundation
import TestSupport
import Testing

/// `reprise schema`: what real files fit and bad ones don't, by Python's jsonschema.
@Suite(.timeLimit(.minutes(5))) struct SchemaTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  /// The answer of each file: an error, or nothing.
  static func check(_ tool: Tool, _ schema: [String], _ files: [String]) throws -> [String: Any] {
    let result = try tool.run(["schema"] + schema)
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    try tool.write(result.output.utf8, to: "schema.json")
    let output = try TestPython.output(
      of: "CommandTests/check_schema.py", (["schema.json"] + files).map { "\(tool.folder)/\($0)" })
    let answers = try object(String(decoding: output, as: UTF8.self))
    #expect(answers["defaults"] as? [String] == [])
    return Dictionary(
      uniqueKeysWithValues: answers.map { ($0.key.replacing("\(tool.folder)/", with: ""), $0.value) })
  }

  /// Files that `train` takes or refuses, with what the schema of all runs says of them.
  private static let files = [
    ("algorithm: ppo\nhidden: [64, 64]\ngamma: 1e-1\nseeds: [1, 2]\nadaptive_kl: none\n", true),
    ("algorithm: dqn\nhidden: 64\nmaximum_gradient_norm: 1\n", true),
    (
      "algorithm: classifier\ndata: {name: x, target_columns: [a, b], resize: [4, 4]}\nmodel: cnn\n"
        + "training: {unfreeze: [{pattern: a, epoch: 2}], augmentation: {crop: 3}}\n", true
    ),
    ("algorithm: classifier\nmodel: {mlp: {hidden: [3], dropout: 0.5}}\n", true),
    (
      "algorithm: regressor\nmodel:\n  features: [flatten, {linear: 3}, {residual: {main: [relu]}}]\n  classifier: [linear]\n",
      true
    ),
    ("gamma: 0.5\n", false), ("algorithm: poo\n", false), ("algorithm: ppo\ngama: 0.5\n", false),
    ("algorithm: ppo\ngamma: 1.5\n", false), ("algorithm: ppo\ngamma: high\n", false),
    ("algorithm: ppo\nsteps: 0.5\n", false), ("algorithm: ppo\nhidden: [0]\n", false),
    ("algorithm: ppo\nhidden: 64;64\n", false), ("algorithm: ppo\nexploration: gauss\n", false),
    ("algorithm: ppo\npretrained: x\n", false), ("algorithm: ppo\nformat: 99\n", false),
    ("algorithm: classifier\nepochs: 3\n", false), ("algorithm: classifier\ntraining: {ema: 1}\n", false),
    ("algorithm: classifier\ntraining: {unfreeze: [{epoch: 2}]}\n", false),
    ("algorithm: classifier\ntraining: {augmentation: {flop: 1}}\n", false),
    ("algorithm: classifier\nmodel: transformer\n", false),
    ("algorithm: classifier\nmodel: {mlp: {hiden: [3]}}\n", false),
    ("algorithm: classifier\nmodel: {mlp: {hidden: [0]}}\n", false),
    ("algorithm: classifier\nmodel: {features: [flaten], classifier: [linear]}\n", false),
  ]

  @Test func `Files fit or don't`() throws {
    let names = try Self.files.enumerated().map { number, file in
      try tool.write(file.0.utf8, to: "\(number).yaml")
      return "\(number).yaml"
    }
    let answers = try Self.check(tool, [], names)
    for (name, (text, fits)) in zip(names, Self.files) {
      #expect((answers[name] is NSNull) == fits, "\(text) \(answers[name] ?? "")")
    }
  }

  @Test func `It knows types, ranges, defaults and meanings`() throws {
    let schema = try object(tool.run("schema", "ppo").output)
    let gamma = try #require((schema["properties"] as? [String: Any])?["gamma"] as? [String: Any])
    #expect(gamma["type"] as? String == "number" && gamma["maximum"] as? Double == 1)
    #expect(gamma["default"] as? Double == 0.98)
    #expect((gamma["description"] as? String)?.contains("discount") == true)
    expectRefusal(try tool.run("schema", "pppo"), status: 64, saying: "'pppo'", "ppo")
  }
}
