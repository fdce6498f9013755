import Foundation
import Learning
import Reinforcement
import Supervised

/// What a file for `--config` may hold, made of the tables that read it.
package enum RunSchema {
  /// Of runs of `kind`; of all that there are where it is nil, told apart by `algorithm`.
  package static func schema(of kind: RunKind?) -> JSONSchema {
    var members: [String: JSONSchema] = ["$schema": .string("https://json-schema.org/draft/2020-12/schema")]
    if kind.map({ !Algorithms.names.contains($0.rawValue) }) ?? true {
      members["$defs"] = .object(["layer": layer])
    }
    guard let kind else {
      members["title"] = .string("A run of Reprise")
      members["oneOf"] = .array(
        RunKind.names.compactMap(RunKind.init).map {
          file(of: $0).with(["required": .array([.string("algorithm")])])
        })
      return .object(members)
    }
    members["title"] = .string("A run of \(kind.rawValue) in Reprise")
    return file(of: kind).with(members)
  }

  /// The text of a schema.
  package static func text(_ schema: JSONSchema) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return String(decoding: try encoder.encode(schema), as: UTF8.self)
  }

  private static func file(of kind: RunKind) -> JSONSchema {
    var properties = JSONSchema.properties(RunOptions.settings(of: kind))
    for key in SettingsFile.informative {
      properties[key.rawValue] = .type("string").with(["description": .string("Of the run; it sets nothing.")]
      )
    }
    properties[RunKey.algorithm.rawValue] = .constant(kind.rawValue)
    properties[RunKey.format.rawValue] = .object([
      "type": .string("integer"), "maximum": .integer(RunFormat.current),
    ])
    properties.merge(settings(of: kind)) { known, _ in known }
    return .closed(properties)
  }

  private static func settings(of kind: RunKind) -> [String: JSONSchema] {
    for algorithm in Algorithms.all where algorithm.name == kind.rawValue { return settings(algorithm) }
    return supervised
  }

  private static func settings<Chosen: Algorithm>(_: Chosen.Type) -> [String: JSONSchema] {
    var properties = JSONSchema.properties(Chosen.Configuration.settings)
    for (old, new) in renamedSettings { properties[old] = properties[new]?.with(["deprecated": .flag(true)]) }
    return properties
  }

  private static var supervised: [String: JSONSchema] {
    let within = "augmentation."
    let table = SupervisedConfiguration.settings
    var training = JSONSchema.properties(table.filter { !$0.name.hasPrefix(within) })
    let pictures = JSONSchema.properties(table.filter { $0.name.hasPrefix(within) })
    training["augmentation"] = .closed(
      Dictionary(uniqueKeysWithValues: pictures.map { (String($0.key.dropFirst(within.count)), $0.value) }))
    training["unfreeze"] = list(SupervisedConfiguration.Unfreezing.self)
    training["groups"] = list(ParameterGroup.self)
    var properties: [String: JSONSchema] = [
      "data": .closed(JSONSchema.properties(DataConfiguration.settings)), "model": model,
      "training": .closed(training),
    ]
    for name in SupervisedSettings.measured {
      properties[name] = .object(["description": .string("Measured by the run; it sets nothing.")])
    }
    return properties
  }

  private static func list<Element: Configurable>(_: Element.Type) -> JSONSchema {
    .object([
      "type": .string("array"),
      "items": .closed(JSONSchema.properties(Element.settings), required: ["pattern"]),
    ])
  }

  /// A name, a name with settings, or lists of layers.
  private static var model: JSONSchema {
    let layers = JSONSchema.object([
      "type": .string("array"), "items": .object(["$ref": .string("#/$defs/layer")]),
    ])
    var named: [String: JSONSchema] = [:]
    for name in ModelDescription.names {
      let settings = ModelDescription.settings(of: name) ?? []
      let properties = settings.map { setting in
        (setting.name, JSONSchema(setting.kind).with(setting.usual.map { ["default": $0.schema] } ?? [:]))
      }
      named[name] = .any(
        [.closed(Dictionary(uniqueKeysWithValues: properties))]
          + (settings.first.map { [JSONSchema($0.kind)] } ?? []))
    }
    return .any([
      .choice(ModelDescription.names),
      JSONSchema.closed(named).with(["minProperties": .integer(1), "maxProperties": .integer(1)]),
      .closed(["features": layers, "classifier": layers], required: ["features", "classifier"]),
    ])
  }

  private static var layer: JSONSchema {
    let kinds = ModelDescription.layers.mapValues { arguments in
      let values = Dictionary(uniqueKeysWithValues: arguments.map { ($0, JSONSchema.object([:])) })
      let bare = JSONSchema.object([
        "type": .array(["number", "boolean", "string", "array"].map(JSONSchema.string))
      ])
      return JSONSchema.any([.closed(values)] + (arguments.isEmpty ? [] : [bare]))
    }
    return .any([
      .choice(kinds.keys.sorted()),
      JSONSchema.closed(kinds).with(["minProperties": .integer(1), "maxProperties": .integer(1)]),
    ])
  }
}

extension LayerDescription.Argument {
  /// The value as JSON has it.
  fileprivate var schema: JSONSchema {
    switch self {
    case .flag(let flag): .flag(flag)
    case .number(let number): Int(exactly: number).map(JSONSchema.integer) ?? .number(number)
    case .text(let text): .string(text)
    case .numbers(let numbers):
      .array(numbers.map { Int(exactly: $0).map(JSONSchema.integer) ?? .number($0) })
    case .layers: .array([])
    }
  }
}
