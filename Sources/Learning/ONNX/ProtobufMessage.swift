/// A message of protocol buffers that is being written, field by field (protobuf.dev/programming-guides/encoding).
struct ProtobufMessage {
  /// The fields so far.
  private(set) var bytes: [UInt8] = []

  /// A number, as int32, int64 and enumerations have it.
  mutating func add(_ field: Int, _ value: Int) {
    varint(UInt64(field) << 3)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// Bytes behind their number.
  mutating func add(_ field: Int, _ value: some Collection<UInt8>) {
    varint(UInt64(field) << 3 | 2)
    varint(UInt64(value.count))
    bytes += value
  }

  /// A string.
  mutating func add(_ field: Int, _ value: String) { add(field, value.utf8) }

  /// A message within this one.
  mutating func add(_ field: Int, _ build: (inout ProtobufMessage) -> Void) {
    var message = ProtobufMessage()
    build(&message)
    add(field, message.bytes)
  }

  /// Seven bits a byte, the lowest first; the eighth tells that more follow.
  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7f {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
