import Foundation

/// Writes text to standard output at once.
///
/// - Throws: `CommandFailure` when it can't be written, as on a full disk.
func write(_ text: String) throws(CommandFailure) {
  try writeAll(Array(text.utf8), to: STDOUT_FILENO, name: "standard output")
}

/// Writes a line to standard output at once.
func writeLine(_ line: String = "") throws(CommandFailure) { try write(line + "\n") }

/// Writes a line to standard error.
func printError(_ line: String) {
  // Nobody is left to be told when this fails.
  try? writeAll(Array((line + "\n").utf8), to: STDERR_FILENO, name: "standard error")
}

/// Writes all bytes to a descriptor; `name` is what errors call it.
func writeAll(_ bytes: [UInt8], to descriptor: Int32, name: String) throws(CommandFailure) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      throw CommandFailure("\(name) can't be written: \(systemError())")
    }
    rest = rest.dropFirst(count)
  }
}

/// JSON on one line, keys in order, names as they stand in files: `steps_per_second`.
func jsonText(_ value: some Encodable, keys: JSONEncoder.KeyEncodingStrategy = .convertToSnakeCase) throws
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
func decodedJSON<Value: Decodable>(_: Value.Type, _ text: String) throws -> Value {
  try JSONDecoder().decode(Value.self, from: Data(text.utf8))
}
