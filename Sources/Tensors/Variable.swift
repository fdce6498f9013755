public import Recording
public import Vulkan

/// Device memory that outlives a pass: weights, optimizer state, trajectories, counters.
public final class Variable: Sendable {
  /// Shape and element type.
  public let type: TensorType
  /// Its name in errors, plans and checkpoints.
  public let label: String
  /// The device that holds it.
  public let device: Device
  /// Its bytes on the device.
  public let buffer: Buffer

  /// Memory for `shape`, filled with zeros.
  ///
  /// - Throws: `VulkanError.outOfMemory` before anything is allocated when it doesn't fit.
  public init(
    _ shape: Shape, _ dataType: DataType = .float32, on device: Device, domain: MemoryDomain = .device,
    label: String
  ) throws(VulkanError) {
    type = TensorType(shape, dataType)
    self.label = label
    self.device = device
    buffer = try device.makeBuffer(bytes: max(4, type.byteCount), domain: domain, label: label)
    try device.fill(buffer, with: 0)
  }

  /// Memory for `shape` with the given float32 elements in row-major order.
  public convenience init(
    _ shape: Shape, _ values: [Float], on device: Device, label: String
  ) throws(VulkanError) {
    try self.init(shape, .float32, on: device, label: label)
    try write(values)
  }

  /// All of its bytes.
  public var region: Region {
    Region(buffer, elements: type.dataType.elements)
      .slice(offset: 0, byteCount: max(4, type.byteCount))
  }

  /// Replaces elements from element `offset` on. Waits for the device.
  public func write<Element: BitwiseCopyable>(_ values: [Element], at offset: Int = 0) throws(VulkanError) {
    precondition(
      MemoryLayout<Element>.stride == type.dataType.byteCount && offset + values.count <= type.shape.count,
      "\(values.count) elements at \(offset) do not fit \"\(label)\", which is \(type)")
    let result = values.withUnsafeBytes { bytes in
      Result { () throws(VulkanError) in
        try device.upload(bytes, to: buffer, at: offset * type.dataType.byteCount)
      }
    }
    try result.get()
  }

  /// All elements in row-major order. Waits for the device.
  public func read<Element: BitwiseCopyable>(_ element: Element.Type = Float.self) throws(VulkanError)
    -> [Element]
  {
    precondition(
      MemoryLayout<Element>.stride == type.dataType.byteCount, "\"\(label)\" is \(type), not of \(element)")
    return try [Element](unsafeUninitializedCapacity: type.shape.count) {
      (target, count) throws(VulkanError) in
      try device.download(
        from: buffer, at: 0,
        into: UnsafeMutableRawBufferPointer(
          start: target.baseAddress, count: type.shape.count * type.dataType.byteCount))
      count = type.shape.count
    }
  }
}
