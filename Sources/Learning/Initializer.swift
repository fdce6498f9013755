import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// How a parameter starts.
public enum Initializer: Sendable, Equatable {
  /// One value everywhere.
  case constant(Double)
  /// Uniform in ±bound.
  case uniform(Double)
  /// Orthogonal rows or columns times `gain` (Saxe et al. 2014; `torch.nn.init.orthogonal_`).
  case orthogonal(gain: Double)

  /// The starting values of a parameter of `shape`; the same for the same `seed` and `stream`.
  func values(_ shape: Shape, seed: UInt64, stream: UInt32) -> [Float] {
    var random = HostRandom(seed: seed, stream: stream)
    switch self {
    case .constant(let value): return [Float](repeating: Float(value), count: shape.count)
    case .uniform(let bound):
      return (0..<shape.count).map { _ in Float((2 * random.uniform() - 1) * bound) }
    case .orthogonal(let gain):
      let rows = shape.rank > 0 ? shape[0] : 1
      let columns = shape.count / max(1, rows)
      return Self.orthogonal(rows, columns, &random).map { Float($0 * gain) }
    }
  }

  /// A random matrix whose shorter side's vectors are orthonormal: Gram-Schmidt, twice, in double precision.
  private static func orthogonal(_ rows: Int, _ columns: Int, _ random: inout HostRandom) -> [Double] {
    let (count, length) = (min(rows, columns), max(rows, columns))
    var vectors: [[Double]] = []
    while vectors.count < count {
      var vector = (0..<length).map { _ in random.normal() }
      for _ in 0..<2 {
        for other in vectors {
          let product = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          for index in vector.indices { vector[index] -= product * other[index] }
        }
      }
      let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      // A vector within the span of the others is drawn again.
      if norm > 1e-6 { vectors.append(vector.map { $0 / norm }) }
    }
    return (0..<rows * columns).map { index in
      let (row, column) = (index / columns, index % columns)
      return rows <= columns ? vectors[row][column] : vectors[column][row]
    }
  }
}

/// Philox numbers on the host, for what starts there.
struct HostRandom {
  private let seed: UInt64
  private let stream: UInt32
  private var counter: UInt64 = 0

  init(seed: UInt64, stream: UInt32) {
    self.seed = seed
    self.stream = stream
  }

  /// Uniform in [0, 1), with 53 bits.
  mutating func uniform() -> Double {
    let word = philox(
      counter: (UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32), stream, 3),
      key: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    counter += 1
    return Double((UInt64(word.0) << 32 | UInt64(word.1)) >> 11) * 0x1p-53
  }

  /// Standard normal (Box and Muller 1958).
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }
}
