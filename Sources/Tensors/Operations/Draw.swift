#if canImport(Glibc)
  import Glibc
#endif

/// Random numbers, an element a lane: each from Philox of its index, the counter and the number of the draw.
struct Draw: IndexedOperation {
  /// What the numbers are for: the last word of Philox's counter, so that kinds are independent of each other.
  enum Purpose: Hashable {
    case uniform, normal, bernoulli, categorical, dropout
    /// Below `range`; 0 stands for 2³².
    case integer(range: UInt32)
    case permutation(count: UInt32)

    var word: UInt32 {
      switch self {
      case .uniform: 4
      case .normal: 5
      case .bernoulli: 6
      case .categorical: 7
      case .integer: 8
      case .dropout: 9
      case .permutation: 10
      }
    }
  }

  let purpose: Purpose
  let type: TensorType
  let seed: UInt64
  let number: UInt32

  var name: String {
    switch purpose {
    case .uniform, .bernoulli, .categorical, .dropout: "rand"
    case .normal: "randn"
    case .integer: "randint"
    case .permutation: "randperm"
    }
  }
  var identity: String? { "\(purpose) \(seed) \(number)" }
  var indexedInputs: Set<Int> { [0] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs[0] == TensorType([], .uint32) else {
      throw .mismatch(operation: name, inputs: inputs, expected: "a uint32 scalar as counter")
    }
    return type
  }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    let arguments = "\(index(coordinates)), \(load(0, [])), \(seedAndPurpose)"
    return switch purpose {
    case .uniform, .bernoulli, .categorical, .dropout: "uniformAt(\(arguments))"
    case .normal: "normalAt(\(arguments))"
    case .integer(let range): "integerAt(\(arguments), \(range)u)"
    case .permutation(let count): "permutationAt(\(arguments), \(count)u)"
    }
  }

  /// The element's place in row-major order.
  private func index(_ coordinates: [String]) -> String {
    let terms = zip(coordinates, type.shape.strides).map { "\($0) * \($1)u" }
    return terms.isEmpty ? "0u" : terms.joined(separator: " + ")
  }

  private var seedAndPurpose: String {
    let key = "uvec2(\(UInt32(truncatingIfNeeded: seed))u, \(UInt32(truncatingIfNeeded: seed >> 32))u)"
    return "\(number)u, \(purpose.word)u, \(key)"
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(
      type: type,
      values: (0..<UInt32(type.shape.count)).map { value($0, counter: UInt32(inputs[0].values[0])) })
  }

  /// Element `index` of the draw, on the host.
  func value(_ index: UInt32, counter: UInt32) -> Double {
    let key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    if case .permutation(let count) = purpose {
      let keys = philox(counter: (counter, number, 0, purpose.word), key: key)
      return Double(permuted(index, count: count, keys: [keys.0, keys.1, keys.2, keys.3]))
    }
    let words = philox(counter: (index, counter, number, purpose.word), key: key)
    switch purpose {
    case .integer(let range): return Double((UInt64(words.0) * (range == 0 ? 1 << 32 : UInt64(range))) >> 32)
    case .normal:
      // As the device rounds it: near 1 the logarithm would tell.
      let first = Double(Float(words.0) * 0x1p-32 + 0x1p-33)
      return (-2 * log(first)).squareRoot() * cos(2 * .pi * Double(words.1 >> 8) * 0x1p-24)
    default: return Double(words.0 >> 8) * 0x1p-24
    }
  }
}
