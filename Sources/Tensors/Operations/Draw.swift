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
  /// The key of all elements; nil where a second input [n, 2] has one for each part of the first axis, whose elements are
  /// numbered anew in each, so that a part draws what it would draw alone.
  let seed: UInt64?
  let number: UInt32

  var name: String {
    switch purpose {
    case .uniform, .bernoulli, .categorical, .dropout: "rand"
    case .normal: "randn"
    case .integer: "randint"
    case .permutation: "randperm"
    }
  }
  var identity: String? { "\(purpose) \(seed.map { "\($0)" } ?? "seeds") \(number)" }
  var indexedInputs: Set<Int> { seed == nil ? [0, 1] : [0] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let seeds = inputs.dropFirst().first
    guard inputs[0] == TensorType([], .uint32),
      seed != nil || (type.shape.rank > 0 && seeds == TensorType([type.shape[0], 2], .uint32))
    else {
      throw .mismatch(
        operation: name, inputs: inputs,
        expected: "a uint32 scalar as counter" + (seed == nil ? ", and uint32 seeds [n, 2] for \(type)" : ""))
    }
    return type
  }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    let key = key(coordinates, load)
    let arguments = "\(index(coordinates)), \(load(0, [])), \(number)u, \(purpose.word)u, \(key)"
    return switch purpose {
    case .uniform, .bernoulli, .categorical, .dropout: "uniformAt(\(arguments))"
    case .normal: "normalAt(\(arguments))"
    case .integer(let range): "integerAt(\(arguments), \(range)u)"
    case .permutation(let count): "permutationAt(\(arguments), \(count)u)"
    }
  }

  /// The element's place in row-major order, within its part where there are many seeds.
  private func index(_ coordinates: [String]) -> String {
    let terms = zip(coordinates, type.shape.strides).map { "\($0) * \($1)u" }.dropFirst(seed == nil ? 1 : 0)
    return terms.isEmpty ? "0u" : terms.joined(separator: " + ")
  }

  private func key(_ coordinates: [String], _ load: (Int, [String]) -> String) -> String {
    guard let seed else {
      return "uvec2(\(load(1, [coordinates[0], "0u"])), \(load(1, [coordinates[0], "1u"])))"
    }
    return "uvec2(\(UInt32(truncatingIfNeeded: seed))u, \(UInt32(truncatingIfNeeded: seed >> 32))u)"
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let part = type.shape.count / (seed == nil ? max(1, type.shape[0]) : 1)
    return HostTensor(
      type: type,
      values: (0..<type.shape.count).map { index in
        var seed = seed ?? 0
        if self.seed == nil {
          let words = inputs[1].values[2 * (index / part)..<2 * (index / part) + 2].map { UInt64($0) }
          seed = words[words.startIndex] | words[words.startIndex + 1] << 32
        }
        return value(UInt32(index % part), counter: UInt32(inputs[0].values[0]), seed: seed)
      })
  }

  /// Element `index` of the draw under `seed`, on the host.
  func value(_ index: UInt32, counter: UInt32, seed: UInt64) -> Double {
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
