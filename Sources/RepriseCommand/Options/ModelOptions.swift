import ArgumentParser
import Learning
import Runs

/// Which model, on the command line.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The model: \(ModelDescription.names.joined(separator: ", ")); or a YAML file with lists of layers, 'features' and 'classifier'. (default: mlp, or that of --pretrained)",
      valueName: "name|file"))
  var model: String?

  @Option(help: ArgumentHelp("Units of the hidden layers of mlp, separated by commas.", valueName: "units"))
  var hidden: CommaSeparated<Int>?

  @Option(parsing: .unconditional, help: "The part of activations that is dropped in training, from 0 to 1.")
  var dropout: Double?

  /// Whether any of them is said.
  var isSaid: Bool { model != nil || hidden != nil || dropout != nil }

  /// The model that these options say; `usual` where they name none.
  ///
  /// - Throws: `CommandFailure` for a file that holds no model, `ConfigurationError` for settings that it has not got.
  func description(usual: ModelDescription) throws -> ModelDescription {
    var arguments: [String: LayerDescription.Argument] = [:]
    if let hidden { arguments["hidden"] = .integers(hidden.elements) }
    if let dropout { arguments["dropout"] = .number(dropout) }
    if let model, ModelDescription.names.contains(model) {
      return .named(LayerDescription(model, arguments))
    }
    if model == nil, case .named(let named) = usual {
      return .named(LayerDescription(named.name, named.arguments.merging(arguments) { _, new in new }))
    }
    guard arguments.isEmpty else {
      throw ConfigurationError(
        field: arguments.keys.sorted()[0],
        reason: "is a setting of named models; a model's file says it itself")
    }
    guard let model else { return usual }
    return try decodeYAML(ModelDescription.self, file: model)
  }
}
