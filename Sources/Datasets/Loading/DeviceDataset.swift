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
  /// Words of four bytes or floats, flat; samples follow each other without gaps.
  private let inputs: Variable
  private let targets: Variable
  private let targetShape: Shape

  /// Room for `capacity` samples like those of `dataset`.
  init(like dataset: Dataset, capacity: Int, domain: MemoryDomain, on device: Device) throws(VulkanError) {
    shape = dataset.inputs.shape
    let bytes = capacity * dataset.inputs.bytesPerSample
    inputs = try Variable(
      [(bytes + 3) / 4], dataset.inputs.element == .uint8 ? .uint32 : .float32, on: device, domain: domain,
      label: "inputs")
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
  func inputs(_ rows: Tensor, window: PictureWindow?) -> Tensor {
    rows.graph.read(inputs).sampleRows(rows, shape: shape, window: window)
  }
}
