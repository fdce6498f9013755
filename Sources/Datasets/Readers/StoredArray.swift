import Tensors

/// An array as IDX and NPY files hold it: elements of one type, row-major, from byte `offset` to the file's end.
struct StoredArray {
  /// How an element is stored, by NumPy's name.
  enum Element: String {
    case bool, uint8, int8, uint16, int16, uint32, int32, uint64, int64, float16, float32, float64

    /// Bytes of an element.
    var byteCount: Int {
      switch self {
      case .bool, .uint8, .int8: 1
      case .uint16, .int16, .float16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64: 8
      }
    }
  }

  let file: MappedFile
  let offset: Int
  let element: Element
  let bigEndian: Bool
  let shape: Shape

  /// An array of which the header has been read.
  ///
  /// - Throws: `DataError.malformed` where the file holds more or fewer elements than `shape`.
  init(_ element: Element, bigEndian: Bool, _ shape: Shape, in file: MappedFile, at offset: Int)
    throws(DataError)
  {
    // No file is as large, and the product stays below 2⁶³.
    let count = min(shape.count, 1 << 59)
    let size = count * element.byteCount
    guard size == file.byteCount - offset else {
      throw .malformed(
        file: file.path, offset: offset, found: "\(file.byteCount - offset) bytes",
        expected: "\(count == 1 << 59 ? "at least " : "")\(size) of \(element.rawValue)\(shape)")
    }
    (self.file, self.offset, self.element, self.bigEndian, self.shape) =
      (file, offset, element, bigEndian, shape)
  }

  /// The sizes of a sample, which the first axis counts.
  private var sampleShape: Shape { shape.rank == 1 ? [1] : Shape(Array(shape.dimensions.dropFirst())) }

  /// The array as samples: bytes stay bytes, pictures become [channels, height, width]; all else becomes float32.
  ///
  /// What lies in the file as it should lie in memory stays there.
  ///
  /// - Throws: `DataError.unusable` without a sample, `DataError.malformed` at a NaN or an infinity.
  func samples() throws(DataError) -> Samples {
    guard shape.rank > 0, shape.count > 0 else {
      throw .unusable(
        source: file.path, found: "an array of shape \(shape)",
        expected: "one sample or more along its first axis")
    }
    let sample = sampleShape
    switch (element, sample.rank) {
    case (.uint8, 2):
      return mapped(.uint8, [1, sample[0], sample[1]])
    case (.uint8, 3) where sample[2] == 1:
      return mapped(.uint8, [1, sample[0], sample[1]])
    case (.uint8, 3) where sample[2] == 3:
      return Samples(channelsFirst(pixels: sample[0] * sample[1]), shape: [3, sample[0], sample[1]])
    case (.uint8, _):
      return mapped(.uint8, sample)
    case (.float32, _) where !bigEndian:
      let bytes = file.bytes
      let broken = (0..<shape.count).first { [offset] in
        !bytes.loadUnaligned(fromByteOffset: offset + 4 * $0, as: Float.self).isFinite
      }
      if let broken { throw notFinite(broken) }
      return mapped(.float32, sample)
    default:
      return Samples(try floats(), shape: sample)
    }
  }

  /// The array as targets of a regression: numbers, and the shape of a sample's.
  func values() throws(DataError) -> Dataset.Targets { .values(try floats(), shape: sampleShape) }

  /// The array as labels: a whole number a row.
  ///
  /// - Throws: `DataError.unusable` for another shape, `DataError.malformed` for a number that isn't whole.
  func labels() throws(DataError) -> [Int] {
    guard shape.rank > 0, sampleShape.count == 1 else {
      throw .unusable(
        source: file.path, found: "labels of shape \(shape)", expected: "one label a sample: [samples]")
    }
    var labels: [Int] = []
    labels.reserveCapacity(shape.count)
    for (row, value) in numbers(Double.self).enumerated() {
      guard let label = Int(exactly: value) else {
        throw malformed(row, found: "\(value) in row \(row)", expected: "a label, which is a whole number")
      }
      labels.append(label)
    }
    return labels
  }

  private func mapped(_ element: Samples.Element, _ sample: Shape) -> Samples {
    Samples(in: file, at: offset, element, count: shape[0], shape: sample)
  }

  /// Pictures with the channels of a pixel side by side, turned into one plane a channel.
  private func channelsFirst(pixels: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: shape.count) { planes, count in
      for picture in 0..<shape[0] {
        Pixels.separate(
          UnsafeRawBufferPointer(rebasing: file.bytes[(offset + picture * pixels * 3)...].prefix(pixels * 3)),
          channels: 3, into: UnsafeMutableBufferPointer(rebasing: planes[(picture * pixels * 3)...]))
      }
      count = shape.count
    }
  }

  private func floats() throws(DataError) -> [Float] {
    let values = numbers(Float.self)
    if let broken = values.firstIndex(where: { !$0.isFinite }) { throw notFinite(broken) }
    return values
  }

  /// The elements as floats of some precision, NaN and infinities included.
  private func numbers<Number: BinaryFloatingPoint>(_: Number.Type) -> [Number] {
    switch element {
    case .bool, .uint8: words(UInt8.self) { Number($0) }
    case .int8: words(UInt8.self) { Number(Int8(bitPattern: $0)) }
    case .uint16: words(UInt16.self) { Number($0) }
    case .int16: words(UInt16.self) { Number(Int16(bitPattern: $0)) }
    case .uint32: words(UInt32.self) { Number($0) }
    case .int32: words(UInt32.self) { Number(Int32(bitPattern: $0)) }
    case .uint64: words(UInt64.self) { Number($0) }
    case .int64: words(UInt64.self) { Number(Int64(bitPattern: $0)) }
    case .float16: words(UInt16.self) { Number(Float(Float16(bitPattern: $0))) }
    case .float32: words(UInt32.self) { Number(Float(bitPattern: $0)) }
    case .float64: words(UInt64.self) { Number(Double(bitPattern: $0)) }
    }
  }

  private func words<Word: FixedWidthInteger, Number>(_: Word.Type, _ convert: (Word) -> Number) -> [Number] {
    (0..<shape.count).map { index in
      let word = file.bytes.loadUnaligned(
        fromByteOffset: offset + index * element.byteCount, as: Word.self)
      return convert(bigEndian ? Word(bigEndian: word) : Word(littleEndian: word))
    }
  }

  private func notFinite(_ index: Int) -> DataError {
    let columns = sampleShape.count
    let place = "row \(index / columns), column \(index % columns)"
    return malformed(
      index, found: "NaN or a number that float32 doesn't hold in \(place) (both from 0)",
      expected: "finite numbers")
  }

  /// An error at the element `index`.
  func malformed(_ index: Int, found: String, expected: String) -> DataError {
    .malformed(
      file: file.path, offset: offset + index * element.byteCount, found: found, expected: expected)
  }
}
