import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// How a parameter starts, as `torch.nn.init` defines it.
public enum Initializer: Sendable, Equatable {
  /// One value everywhere.
  case constant(Double)
  /// Uniform between two numbers.
  case uniform(low: Double, high: Double)
  /// Normal.
  case normal(mean: Double, standardDeviation: Double)
  /// Normal, drawn again until it lies between `low` and `high`.
  case truncatedNormal(mean: Double = 0, standardDeviation: Double = 1, low: Double = -2, high: Double = 2)
  /// Uniform within ±gain·√(3/fan) (He et al. 2015).
  case kaimingUniform(fan: Fan = .in, nonlinearity: Nonlinearity = .leakyReLU(slope: 0))
  /// Normal with standard deviation gain/√fan (He et al. 2015).
  case kaimingNormal(fan: Fan = .in, nonlinearity: Nonlinearity = .leakyReLU(slope: 0))
  /// Uniform within ±gain·√(6/(fan in + fan out)) (Glorot and Bengio 2010).
  case xavierUniform(gain: Double = 1)
  /// Normal with standard deviation gain·√(2/(fan in + fan out)) (Glorot and Bengio 2010).
  case xavierNormal(gain: Double = 1)
  /// Orthogonal rows or columns times `gain` (Saxe et al. 2014).
  case orthogonal(gain: Double)

  /// Uniform in ±bound.
  public static func uniform(_ bound: Double) -> Initializer { .uniform(low: -bound, high: bound) }

  /// How PyTorch's dense and convolution layers start: within ±1/√fan, Kaiming's rule for a leaky relu of slope √5.
  static func uniform(fanIn: Int) -> Initializer { .uniform(1 / Double(max(1, fanIn)).squareRoot()) }

  /// Which fan keeps its variance: the way forward or back.
  public enum Fan: Sendable, Equatable {
    /// Inputs of an output: activations keep their variance.
    case `in`
    /// Outputs of an input: gradients keep theirs.
    case out
  }

  /// What follows the layer, and by how much its gain makes good for it (`torch.nn.init.calculate_gain`).
  public enum Nonlinearity: Sendable, Equatable {
    /// Nothing.
    case linear
    /// 1 / (1 + e⁻ˣ).
    case sigmoid
    /// The hyperbolic tangent.
    case tanh
    /// The larger of x and 0.
    case relu
    /// The scaled exponential linear unit (Klambauer et al. 2017).
    case selu
    /// x, and `slope` times x where it is negative.
    case leakyReLU(slope: Double)

    /// The recommended gain.
    public var gain: Double {
      switch self {
      case .linear, .sigmoid: 1
      case .tanh: 5.0 / 3
      case .relu: 2.0.squareRoot()
      case .selu: 0.75
      case .leakyReLU(let slope): (2 / (1 + slope * slope)).squareRoot()
      }
    }
  }

  /// The starting values of a parameter of `shape`; the same for the same `seed` and `stream`.
  func values(_ shape: Shape, seed: UInt64, stream: UInt32) -> [Float] {
    var random = HostRandom(seed: seed, stream: stream)
    func uniform(_ low: Double, _ high: Double) -> [Float] {
      (0..<shape.count).map { _ in Float(low + (high - low) * random.uniform()) }
    }
    func normal(_ mean: Double, _ deviation: Double) -> [Float] {
      (0..<shape.count).map { _ in Float(mean + deviation * random.normal()) }
    }
    let fans = shape.fans
    let both = Double(max(1, fans.in + fans.out))
    switch self {
    case .constant(let value): return [Float](repeating: Float(value), count: shape.count)
    case .uniform(let low, let high): return uniform(low, high)
    case .normal(let mean, let deviation): return normal(mean, deviation)
    case .truncatedNormal(let mean, let deviation, let low, let high):
      return (0..<shape.count).map { _ in
        Float(random.normal(mean: mean, standardDeviation: deviation, low: low, high: high))
      }
    case .kaimingUniform(let fan, let nonlinearity):
      let bound = nonlinearity.gain * (3 / fans[fan]).squareRoot()
      return uniform(-bound, bound)
    case .kaimingNormal(let fan, let nonlinearity):
      return normal(0, nonlinearity.gain / fans[fan].squareRoot())
    case .xavierUniform(let gain):
      let bound = gain * (6 / both).squareRoot()
      return uniform(-bound, bound)
    case .xavierNormal(let gain): return normal(0, gain * (2 / both).squareRoot())
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

/// How many elements an element of a layer's output is computed from, and how many an element of its input enters.
struct Fans: Equatable {
  let `in`, out: Int

  /// One of them, at least 1.
  subscript(fan: Initializer.Fan) -> Double { Double(max(1, fan == .in ? self.in : out)) }
}

extension Shape {
  /// The fans of a weight [out, in, kernel…] (`torch.nn.init._calculate_fan_in_and_fan_out`); a vector's are its count.
  var fans: Fans {
    guard rank >= 2 else { return Fans(in: count, out: count) }
    let taps = dimensions.dropFirst(2).reduce(1, *)
    return Fans(in: self[1] * taps, out: self[0] * taps)
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

  /// Normal, drawn again until it lies between `low` and `high`; after 1000 draws it is moved there.
  mutating func normal(mean: Double, standardDeviation: Double, low: Double, high: Double) -> Double {
    var value = mean
    for _ in 0..<1000 {
      value = mean + standardDeviation * normal()
      if value >= low && value <= high { break }
    }
    return min(max(value, low), high)
  }
}
