import Tensors
public import Vulkan

/// A data set as loaders use it: on the device where it fits, else on the host, from where loaders stream it.
public final class DeviceDataset: Sendable {
  /// The samples and targets on the host.
  public let dataset: Dataset
  /// The device that batches are made on.
  public let device: Device
  /// Everything on the device; nil when batches are streamed.
  let resident: SampleStore?

  /// Uploads the samples if they take at most `residentLimit` bytes, by default half of what the device has left.
  ///
  /// - Throws: `VulkanError`.
  public init(_ dataset: Dataset, on device: Device, residentLimit: Int? = nil) throws(VulkanError) {
    self.dataset = dataset
    self.device = device
    let elements = dataset.count * dataset.inputs.shape.count
    let fits =
      dataset.count * dataset.inputs.bytesPerSample <= residentLimit ?? device.availableBytes() / 2
      && elements <= UInt32.max
    guard fits else {
      resident = nil
      return
    }
    let store = try SampleStore(like: dataset, capacity: dataset.count, domain: .device, on: device)
    try store.write(dataset, 0..<dataset.count, at: 0)
    resident = store
  }

  /// Whether all samples are on the device.
  public var isResident: Bool { resident != nil }
}

/// Room on the device for samples and their targets, row by row.
final class SampleStore: Sendable {
  /// Sizes of a sample's axes.
  let shape: Shape
  private let element: Samples.Element
  /// Words of four bytes or floats, flat; samples follow each other without gaps.
  private let inputs: Variable
  private let targets: Variable
  private let targetShape: Shape

  /// Room for `capacity` samples like those of `dataset`.
  init(like dataset: Dataset, capacity: Int, domain: MemoryDomain, on device: Device) throws(VulkanError) {
    shape = dataset.inputs.shape
    element = dataset.inputs.element
    let bytes = capacity * dataset.inputs.bytesPerSample
    inputs = try Variable(
      [(bytes + 3) / 4], element == .uint8 ? .uint32 : .float32, on: device, domain: domain, label: "inputs")
    switch dataset.targets {
    case .values(_, let shape):
      targetShape = shape
      targets = try Variable([capacity * shape.count], on: device, domain: domain, label: "targets")
    case .classes, .unknown:
      targetShape = []
      targets = try Variable([capacity], .int32, on: device, domain: domain, label: "targets")
    }
  }

  /// Copies samples that follow each other to row `row` on. Waits for the device unless the host can write there.
  func write(_ dataset: Dataset, _ range: Range<Int>, at row: Int) throws(VulkanError) {
    let device = inputs.device
    func copy(_ bytes: UnsafeRawBufferPointer, to variable: Variable, at offset: Int) -> Result<
      Void, VulkanError
    > {
      Result { () throws(VulkanError) in try device.upload(bytes, to: variable.buffer, at: offset) }
    }
    try dataset.inputs.withBytes(range) {
      copy($0, to: inputs, at: row * dataset.inputs.bytesPerSample)
    }.get()
    switch dataset.targets {
    case .classes(let classes, _):
      try classes[range].withUnsafeBytes { copy($0, to: targets, at: 4 * row) }.get()
    case .values(let values, let shape):
      let elements = range.lowerBound * shape.count..<range.upperBound * shape.count
      try values[elements].withUnsafeBytes { copy($0, to: targets, at: 4 * row * shape.count) }.get()
    case .unknown: break
    }
  }

  /// The targets of rows, uint32 [n]: int32 [n] classes, or float32 [n, …] values.
  func targets(_ rows: Tensor) -> Tensor {
    let all = rows.graph.read(targets)
    guard targets.type.dataType == .float32 else { return all.indexSelect(rows) }
    let table = all.reshape([all.shape.count / targetShape.count, targetShape.count])
    return table.indexSelect(rows).reshape(Shape([rows.shape.count] + targetShape.dimensions))
  }

  /// The samples of rows, uint32 [n], as float32 [n, …]; bytes become numbers in 0...1.
  ///
  /// All arithmetic has one flat shape, so that it is one kernel with what reads it.
  func inputs(_ rows: Tensor, window: Window? = nil) -> Flat {
    let shape = window.map { Shape([self.shape[0], $0.height, $0.width]) } ?? self.shape
    let graph = rows.graph
    let place = graph.arange(rows.shape.count * shape.count, .uint32)
    let sample = place.floorDivide(Double(shape.count))
    let offset = place - sample * Double(shape.count)
    let first = rows.indexSelect(sample) * Double(self.shape.count)
    let flat = Flat(values: first, sample: sample, offset: offset, rows: rows.shape.count, shape: shape)
    guard let window else { return flat.with(values: elements(first + offset)) }

    let (left, top) = (window.left.indexSelect(sample), window.top.indexSelect(sample))
    let column = flat.column.int32()
    let mirrored = Tensor.where(
      window.isMirrored.indexSelect(sample) .> 0, Double(window.width - 1) - column, column)
    let (x, y) = (left + mirrored, top + flat.line.int32())
    let (height, width) = (Double(self.shape[1]), Double(self.shape[2]))
    let isInside = (x .>= 0).logicalAnd(x .< width).logicalAnd((y .>= 0).logicalAnd(y .< height))
    let inside = Tensor.where(isInside, y * width + x, 0).uint32()
    let source = first + flat.channel * (height * width) + inside
    return flat.with(values: Tensor.where(isInside, elements(source), 0))
  }

  /// Elements by their place in the store.
  private func elements(_ place: Tensor) -> Tensor {
    let all = place.graph.read(inputs)
    guard element == .uint8 else { return all.indexSelect(place) }
    let word = all.indexSelect(place.shiftRight(2))
    return word.shiftRight(place.bitwiseAnd(3) * 8).bitwiseAnd(255).float() * (1 / 255)
  }
}

/// The part of each picture of a batch that is looked at; what lies outside the picture is 0.
struct Window {
  let height, width: Int
  /// Its first line and column in the picture, int32 [n]; may be negative.
  let top, left: Tensor
  /// Whether it is seen in a mirror, int32 [n].
  let isMirrored: Tensor
}

/// Elements of a batch in one flat row, and what is known of the place of each.
struct Flat {
  let values: Tensor
  /// The number of the sample, and the place within, uint32.
  let sample, offset: Tensor
  let rows: Int
  let shape: Shape

  /// The same places with other values.
  func with(values: Tensor) -> Flat {
    Flat(values: values, sample: sample, offset: offset, rows: rows, shape: shape)
  }

  /// Of pictures [c, h, w]: the column, line and channel of each element, uint32.
  var column: Tensor { offset - offset.floorDivide(Double(shape[2])) * Double(shape[2]) }
  var line: Tensor {
    offset.floorDivide(Double(shape[2])) - channel * Double(shape[1])
  }
  var channel: Tensor { offset.floorDivide(Double(shape[1] * shape[2])) }

  /// As [n, …].
  var tensor: Tensor { values.reshape(Shape([rows] + shape.dimensions)) }
}
