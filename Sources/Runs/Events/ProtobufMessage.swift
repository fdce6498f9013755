/// A message of Protocol Buffers while it is being written, field after field; what is left out has its default.
///
/// The wire format is that of protobuf.dev/programming-guides/encoding: a tag (field number and type), then the value.
struct ProtobufMessage {
  /// How a value is laid out.
  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  private(set) var bytes: [UInt8] = []

  private mutating func add(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func addTag(_ field: UInt64, _ type: WireType) { add(varint: field << 3 | type.rawValue) }

  /// A field of int32, int64 or an enumeration.
  mutating func add(_ field: UInt64, integer value: Int64) {
    addTag(field, .varint)
    add(varint: UInt64(bitPattern: value))
  }

  /// A field of bool.
  mutating func add(_ field: UInt64, flag value: Bool) { add(field, integer: value ? 1 : 0) }

  /// A field of double.
  mutating func add(_ field: UInt64, double value: Double) {
    addTag(field, .fixed64)
    bytes += value.bitPattern.littleEndianBytes
  }

  /// A field of float.
  mutating func add(_ field: UInt64, float value: Float) {
    addTag(field, .fixed32)
    bytes += value.bitPattern.littleEndianBytes
  }

  /// A field of bytes.
  mutating func add(_ field: UInt64, bytes value: some Collection<UInt8>) {
    addTag(field, .lengthDelimited)
    add(varint: UInt64(value.count))
    bytes += value
  }

  /// A field of string.
  mutating func add(_ field: UInt64, text value: String) { add(field, bytes: value.utf8) }

  /// A field of repeated double, packed.
  mutating func add(_ field: UInt64, doubles values: [Double]) {
    add(field, bytes: values.flatMap(\.bitPattern.littleEndianBytes))
  }

  /// A field that is a message.
  mutating func add(_ field: UInt64, message write: (inout ProtobufMessage) -> Void) {
    var message = ProtobufMessage()
    write(&message)
    add(field, bytes: message.bytes)
  }
}
