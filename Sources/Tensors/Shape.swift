/// The sizes of a tensor's axes, row-major: the last axis is contiguous. A scalar has no axes.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// Size of each axis.
  public let dimensions: [Int]

  /// A shape of the given sizes.
  public init(_ dimensions: [Int]) { self.dimensions = dimensions }
  /// A shape of the given sizes.
  public init(arrayLiteral elements: Int...) { dimensions = elements }

  /// Number of axes.
  public var rank: Int { dimensions.count }
  /// Number of elements; beyond 2⁶⁰, which no device holds, 2⁶⁰.
  public var count: Int {
    if dimensions.contains(0) { return 0 }
    return dimensions.reduce(1) { product, size in
      let (result, overflows) = product.multipliedReportingOverflow(by: size)
      return overflows ? 1 << 60 : Swift.min(result, 1 << 60)
    }
  }
  /// Size of axis `axis`.
  public subscript(axis: Int) -> Int { dimensions[axis] }
  /// Elements from one index to the next along each axis.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1].multipliedReportingOverflow(by: dimensions[axis + 1]).partialValue
    }
    return strides
  }
  /// The shape without its axes of size 1.
  public var squeezed: Shape { Shape(dimensions.filter { $0 != 1 }) }
  /// As PyTorch prints it: `[64, 4]`.
  public var description: String { "\(dimensions)" }

  /// The shape that both broadcast to by NumPy's rule, or nil.
  public func broadcast(with other: Shape) -> Shape? {
    var result: [Int] = []
    for back in 1...max(rank, other.rank, 1) where back <= max(rank, other.rank) {
      let a = back <= rank ? dimensions[rank - back] : 1
      let b = back <= other.rank ? other.dimensions[other.rank - back] : 1
      guard a == b || a == 1 || b == 1 else { return nil }
      result.append(a == 1 ? b : a)
    }
    return Shape(result.reversed())
  }

  /// `axis` counted from the front; a negative one counts from the back. Nil when there is no such axis.
  public func normalized(axis: Int) -> Int? {
    let result = axis < 0 ? axis + rank : axis
    return dimensions.indices.contains(result) ? result : nil
  }
}

/// The type of a tensor's elements. A float16 takes two bytes, two of them a word; every other type four.
public enum DataType: String, Sendable, Hashable {
  /// float16 is a way to store: kernels compute in float32 and round once, to nearest even.
  case float32, float16, int32, uint32, bool

  /// Bytes of one element.
  public var byteCount: Int { self == .float16 ? 2 : 4 }
  /// Whether it has gradients.
  public var isFloating: Bool { self == .float32 || self == .float16 }

  /// What kernels compute in.
  var computed: DataType { self == .float16 ? .float32 : self }

  /// The type of a value in a kernel.
  var glsl: String {
    switch self {
    case .float32, .float16: "float"
    case .int32: "int"
    case .uint32: "uint"
    case .bool: "bool"
    }
  }

  /// The type of a word in a storage buffer, where a bool is a word of 0 or 1.
  var glslStorage: String { self == .bool || self == .float16 ? "uint" : glsl }

  /// Four neighbours as they lie in memory.
  var glslQuad: String {
    switch glslStorage {
    case "float": "vec4"
    case "int": "ivec4"
    default: "uvec4"
    }
  }
}

/// Shape and element type.
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
  /// Sizes of the axes.
  public let shape: Shape
  /// Type of the elements.
  public let dataType: DataType

  /// A tensor type.
  public init(_ shape: Shape, _ dataType: DataType = .float32) {
    self.shape = shape
    self.dataType = dataType
  }

  /// Bytes of a contiguous tensor of this type, in whole words.
  public var byteCount: Int { (shape.count * dataType.byteCount + 3) / 4 * 4 }
  /// As in `float32[64, 4]`.
  public var description: String { "\(dataType.rawValue)\(shape)" }
}
