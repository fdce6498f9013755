public import Tensors

/// The inputs of a data set, sample after sample: in memory, or in a file that is mapped and never read whole.
public final class Samples: Sendable {
  /// How an element is stored.
  public enum Element: String, Sendable {
    /// A byte, 0 to 255; on the device it becomes a float in 0...1.
    case uint8
    /// Four bytes, little-endian.
    case float32

    /// Bytes of an element.
    public var byteCount: Int { self == .uint8 ? 1 : 4 }
  }

  /// How elements are stored.
  public let element: Element
  /// How many samples there are.
  public let count: Int
  /// Sizes of a sample's axes: [channels, height, width] of a picture, [columns] of a table.
  public let shape: Shape
  private let storage: Storage

  private enum Storage {
    case bytes([UInt8])
    case floats([Float])
    case mapped(MappedFile, offset: Int)
  }

  /// Pictures and the like, a byte an element, in row-major order.
  public init(_ bytes: [UInt8], shape: Shape) {
    precondition(
      shape.count > 0 && bytes.count % shape.count == 0, "\(bytes.count) bytes are no samples of \(shape)")
    (element, count, self.shape, storage) = (.uint8, bytes.count / shape.count, shape, .bytes(bytes))
  }

  /// Numbers, in row-major order.
  public init(_ floats: [Float], shape: Shape) {
    precondition(
      shape.count > 0 && floats.count % shape.count == 0, "\(floats.count) numbers are no samples of \(shape)"
    )
    (element, count, self.shape, storage) = (.float32, floats.count / shape.count, shape, .floats(floats))
  }

  /// Samples that lie in a file as they lie in memory, from byte `offset` on; the file must hold all of them.
  public init(in file: MappedFile, at offset: Int, _ element: Element, count: Int, shape: Shape) {
    precondition(
      shape.count > 0 && offset + count * shape.count * element.byteCount <= file.byteCount,
      "\(count) samples of \(shape) from byte \(offset) are beyond the \(file.byteCount) of \(file.path)")
    (self.element, self.count, self.shape, storage) = (element, count, shape, .mapped(file, offset: offset))
  }

  /// Bytes of a sample.
  public var bytesPerSample: Int { shape.count * element.byteCount }

  /// The bytes of the samples in `range`.
  public func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result)
    rethrows -> Result
  {
    let bytes = range.lowerBound * bytesPerSample..<range.upperBound * bytesPerSample
    return switch storage {
    case .bytes(let values):
      try values.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[bytes])) }
    case .floats(let values):
      try values.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[bytes])) }
    case .mapped(let file, let offset):
      try body(
        UnsafeRawBufferPointer(rebasing: file.bytes[offset + bytes.lowerBound..<offset + bytes.upperBound]))
    }
  }
}
