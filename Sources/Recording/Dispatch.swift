public import Kernels
public import Vulkan

/// Bytes that a dispatch can bind: a part of a persistent buffer, or of a transient that the plan places.
public struct Region: Sendable {
  /// Where the bytes live.
  public enum Place: Sendable {
    /// In a buffer that outlives the plan.
    case persistent(Buffer)
    /// In the plan's arena, by number of the transient.
    case transient(Int)
  }

  /// What bytes hold, as far as somebody looks: a dispatch that writes float32 or float16 leaves all of them with a value.
  public enum Elements: Sendable {
    /// float32 numbers.
    case float32
    /// float16 numbers, two of them a word.
    case float16
    /// Integers, or bytes that nobody looks at.
    case other
  }

  /// A binding begins at the multiple of this below its region's first byte; no device asks for more.
  public static let alignment = 256

  /// Where the bytes live.
  public let place: Place
  /// First byte, from the start of the buffer or transient.
  public let offset: Int
  /// Length in bytes.
  public let byteCount: Int
  /// What the bytes hold.
  public let elements: Elements

  /// A whole persistent buffer.
  public init(_ buffer: Buffer, elements: Elements = .other) {
    self.init(
      place: .persistent(buffer), offset: 0, byteCount: buffer.byteCount, elements: elements)
  }

  init(place: Place, offset: Int, byteCount: Int, elements: Elements = .other) {
    self.place = place
    self.offset = offset
    self.byteCount = byteCount
    self.elements = elements
  }

  /// `byteCount` bytes from byte `offset` of this region.
  public func slice(offset: Int, byteCount: Int) -> Region {
    Region(
      place: place, offset: self.offset + offset, byteCount: byteCount, elements: elements)
  }

  /// The same buffer or transient, whatever the bytes.
  public func isSamePlace(as other: Region) -> Bool {
    switch (place, other.place) {
    case (.persistent(let a), .persistent(let b)): a === b
    case (.transient(let a), .transient(let b)): a == b
    default: false
    }
  }
}

extension Region: Hashable {
  /// Same place, same bytes.
  public static func == (a: Region, b: Region) -> Bool {
    a.isSamePlace(as: b) && a.offset == b.offset && a.byteCount == b.byteCount
  }

  /// Hashes place and bytes.
  public func hash(into hasher: inout Hasher) {
    switch place {
    case .persistent(let buffer): hasher.combine(ObjectIdentifier(buffer))
    case .transient(let number): hasher.combine(number)
    }
    hasher.combine(offset)
    hasher.combine(byteCount)
  }
}

/// What a dispatch does to the bytes it binds.
public enum Access: String, Codable, Sendable {
  /// Reads them.
  case read
  /// Writes them and reads none.
  case write
  /// Reads and writes them.
  case readWrite

  var writes: Bool { self != .read }
  var reads: Bool { self != .write }
}

/// One storage buffer of a dispatch.
public struct Binding: Sendable {
  /// The bytes bound.
  public let region: Region
  /// What the kernel does to them.
  public let access: Access
  /// How many of them it touches at most, for plans and profiles; hazards are those of the region.
  public let touched: Int

  /// - Parameter touched: bytes that the kernel touches at most; all of the region unless that is less.
  init(_ region: Region, _ access: Access, touching touched: Int?) {
    self.region = region
    self.access = access
    self.touched = min(region.byteCount, touched ?? region.byteCount)
  }

  /// Bytes that are only read, of which `touched` at most.
  public static func read(_ region: Region, touching touched: Int? = nil) -> Binding {
    Binding(region, .read, touching: touched)
  }
  /// Bytes that are only written, of which `touched` at most.
  public static func write(_ region: Region, touching touched: Int? = nil) -> Binding {
    Binding(region, .write, touching: touched)
  }
  /// Bytes that are read and written, of which `touched` at most.
  public static func readWrite(_ region: Region, touching touched: Int? = nil) -> Binding {
    Binding(region, .readWrite, touching: touched)
  }
}

/// The number of workgroups in each direction.
public struct Groups: Sendable, Equatable {
  /// Workgroups along x, y and z.
  public let x, y, z: Int

  /// `x`×`y`×`z` workgroups.
  public init(_ x: Int, _ y: Int = 1, _ z: Int = 1) {
    (self.x, self.y, self.z) = (x, y, z)
  }
}

/// One run of a kernel, with all that it needs.
public struct Dispatch: Sendable {
  /// What it computes, in the words of whoever recorded it.
  public let label: String
  /// The kernel to run.
  public let kernel: Kernel
  /// Specialization constants, by `constant_id`; constant 0 is the workgroup size.
  public let specialization: [UInt32]
  /// Push constants, as bytes.
  public let parameters: [UInt8]
  /// Storage buffers, by binding number.
  public let bindings: [Binding]
  /// Workgroups.
  public let groups: Groups
  /// Floating point operations, for plans and profiles; 0 where nobody counted.
  public let flops: Int
  /// Whether it keeps its descriptors where kernels go by address: those that compute for long between a few loads lose by it.
  public var keepsDescriptors = false
  /// Whether it runs in a conditional segment whatever the condition.
  var ignoresCondition = false

  /// A dispatch whose push constants are the bytes of `parameters`.
  public init<Parameters: BitwiseCopyable>(
    _ label: String, _ kernel: Kernel, specialization: [UInt32], parameters: Parameters,
    bindings: [Binding], groups: Groups, flops: Int = 0
  ) {
    self.init(
      label, kernel, specialization: specialization,
      parameterBytes: withUnsafeBytes(of: parameters) { Array($0) }, bindings: bindings, groups: groups,
      flops: flops)
  }

  /// A dispatch without push constants.
  public init(
    _ label: String, _ kernel: Kernel, specialization: [UInt32], bindings: [Binding], groups: Groups,
    flops: Int = 0
  ) {
    self.init(
      label, kernel, specialization: specialization, parameterBytes: [], bindings: bindings, groups: groups,
      flops: flops)
  }

  /// A dispatch whose push constants are given as bytes.
  init(
    _ label: String, _ kernel: Kernel, specialization: [UInt32], parameterBytes: [UInt8], bindings: [Binding],
    groups: Groups, flops: Int = 0
  ) {
    self.label = label
    self.kernel = kernel
    self.specialization = specialization
    parameters = parameterBytes
    self.bindings = bindings
    self.groups = groups
    self.flops = flops
  }
}
