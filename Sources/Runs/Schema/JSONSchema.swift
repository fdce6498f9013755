package import Learning

/// A JSON Schema (draft 2020-12), or any other JSON value.
package indirect enum JSONSchema: Encodable {
  case object([String: JSONSchema])
  case array([JSONSchema])
  case string(String)
  case integer(Int)
  case number(Double)
  case flag(Bool)
  /// A value as config.yaml has it.
  case value(SettingText)

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .object(let members): try members.encode(to: encoder)
    case .array(let elements): try elements.encode(to: encoder)
    case .string(let text): try text.encode(to: encoder)
    case .integer(let number): try number.encode(to: encoder)
    case .number(let number): try number.encode(to: encoder)
    case .flag(let flag): try flag.encode(to: encoder)
    case .value(let text): try text.encode(to: encoder)
    }
  }

  /// An object that has these members and no other.
  static func closed(_ properties: [String: JSONSchema], required: [String] = []) -> JSONSchema {
    var members: [String: JSONSchema] = [
      "type": .string("object"), "properties": .object(properties), "additionalProperties": .flag(false),
    ]
    if !required.isEmpty { members["required"] = .array(required.map(JSONSchema.string)) }
    return .object(members)
  }

  static func type(_ name: String) -> JSONSchema { .object(["type": .string(name)]) }
  static func constant(_ text: String) -> JSONSchema { .object(["const": .string(text)]) }
  static func any(_ schemas: [JSONSchema]) -> JSONSchema { .object(["anyOf": .array(schemas)]) }
  static func choice(_ words: [String]) -> JSONSchema {
    .object(["enum": .array(words.map(JSONSchema.string))])
  }

  /// The schema with more members, where it is an object.
  func with(_ more: [String: JSONSchema]) -> JSONSchema {
    guard case .object(let members) = self else { return self }
    return .object(members.merging(more) { _, new in new })
  }
}

extension JSONSchema {
  /// A list in text: some of these, separated by commas.
  private static func listed(_ element: String) -> JSONSchema {
    .object(["type": .string("string"), "pattern": .string("^\(element)(,\(element))*$")])
  }

  /// What a setting may be, in a file.
  package init(_ kind: SettingKind) {
    switch kind {
    case .integer(let range):
      self = .object([
        "type": .string("integer"), "minimum": .integer(range.lowerBound),
        "maximum": .integer(range.upperBound),
      ])
    case .number(let range):
      self = .object([
        "type": .string("number"), "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound),
      ])
    case .numberBelow(let range):
      self = .object([
        "type": .string("number"), "minimum": .number(range.lowerBound),
        "exclusiveMaximum": .number(range.upperBound),
      ])
    case .flag: self = .type("boolean")
    case .choice(let words): self = .choice(words)
    case .word: self = .type("string")
    case .seed:
      self = .object([
        "type": .string("integer"), "minimum": .integer(0), "maximum": .number(Double(UInt64.max)),
      ])
    case .list(let element, let count):
      var list: [String: JSONSchema] = [
        "type": .string("array"), "items": JSONSchema(element), "maxItems": .integer(count.upperBound),
      ]
      if count.lowerBound > 0 { list["minItems"] = .integer(count.lowerBound) }
      let words =
        switch element {
        case .choice(let words): "(\(words.joined(separator: "|")))"
        case .word: "[^,]+"
        default: "[0-9]+"
        }
      var forms: [JSONSchema] = [.object(list), .listed(words)]
      if count.contains(1), case .word = element {
      } else if count.contains(1) {
        forms.append(JSONSchema(element))
      }
      self = .any(forms + [.constant("none"), .type("null")])
    case .ranges: self = .any([.listed("[^,=]+=[^,=]+"), .constant("none"), .type("null")])
    case .optional(let value): self = .any([JSONSchema(value), .constant("none"), .type("null")])
    }
  }

  /// A setting, with what it means and what it is where nothing is said.
  init<Table: Configurable>(_ setting: Setting<Table>) {
    let values = setting.values.isEmpty ? "" : " (\(setting.values))"
    self = JSONSchema(setting.kind).with([
      "description": .string(setting.help + values), "default": .value(SettingText(setting.text(Table()))),
    ])
  }

  /// The settings of a table by name.
  static func properties<Table: Configurable>(_ settings: [Setting<Table>]) -> [String: JSONSchema] {
    Dictionary(uniqueKeysWithValues: settings.map { ($0.name, JSONSchema($0)) })
  }
}
