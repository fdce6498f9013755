/// A plan as a file has it: the contents of a bundle's manifest. `Tools/Examples/player/player.c` reads it too.
struct PlanManifest: Codable {
  /// Device memory that the plan works in; zeros but for what is in the file.
  struct Buffer: Codable {
    let label: String
    let bytes: Int
    /// The name of the data that it begins with; nil for none.
    var data: String?
    /// Where that goes, in bytes.
    var dataOffset: Int?
  }

  /// Dispatches that run `repeats` times in a row. A barrier stands before each run.
  struct Segment: Codable {
    let label: String
    let repeats: Int
    let dispatches: [Dispatch]
  }

  /// A run of a kernel.
  struct Dispatch: Codable {
    let label, kernel: String
    /// By `constant_id`.
    let specialization: [UInt32]
    /// The words of the push constants.
    let parameters: [UInt32]
    /// By number, all of set 0.
    let bindings: [Binding]
    /// Workgroups along x, y and z.
    let groups: [Int]
    /// Whether a barrier stands before it.
    let barrier: Bool
  }

  /// Bytes of a buffer, by its place in `buffers`, as they are bound.
  struct Binding: Codable {
    let buffer, offset, bytes: Int
    let access: Access
  }

  let label: String
  /// What the plan is for, in words.
  let metadata: [String: String]
  /// Lanes that every subgroup must have; 0 where no kernel uses them.
  let subgroupSize: Int
  let buffers: [Buffer]
  let segments: [Segment]
  let inputs, outputs: [BundledTensor]
}

/// A tensor that the host writes before a plan from a file runs, or reads behind it.
public struct BundledTensor: Codable, Sendable, Equatable {
  /// The type of an element, as `DataType` has it; a bool is a word of 0 or 1.
  public enum Element: String, Codable, Sendable {
    /// IEEE 754 single precision.
    case float32
    /// IEEE 754 half precision, two bytes.
    case float16
    /// A signed integer.
    case int32
    /// An integer without a sign.
    case uint32
    /// A word of 0 or 1.
    case bool

    /// Bytes of one.
    public var byteCount: Int { self == .float16 ? 2 : 4 }
  }

  /// By which it is written or read.
  public let name: String
  /// Sizes of its axes.
  public let shape: [Int]
  /// The type of its elements, which lie in row-major order.
  public let type: Element
  /// Where it lies: a buffer by number, and its first byte there.
  let buffer, offset: Int

  /// Its elements.
  public var count: Int { shape.reduce(1, *) }
  /// Its bytes.
  public var byteCount: Int { count * type.byteCount }
}
