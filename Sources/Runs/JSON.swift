package import Foundation

/// JSON on one line, keys in order, names as they stand in files: `steps_per_second`.
package func jsonText(_ value: some Encodable, keys: JSONEncoder.KeyEncodingStrategy = .convertToSnakeCase)
  throws
  -> String
{
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = keys
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  // JSON has no word for these, and a line with one of them is still worth reading.
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// A value from JSON.
package func decodedJSON<Value: Decodable>(_: Value.Type, _ text: String) throws -> Value {
  try JSONDecoder.ofRuns.decode(Value.self, from: Data(text.utf8))
}

extension JSONDecoder {
  /// Reads what `jsonText` wrote.
  static var ofRuns: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return decoder
  }
}
