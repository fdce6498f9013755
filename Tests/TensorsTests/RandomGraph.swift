import Tensors
import TestSupport

/// A random differentiable expression of two matrices, a vector and a scalar, smooth where it is evaluated.
struct RandomGraph {
  /// The inputs: [4, 3], [3, 4], [3], [].
  let inputs: [HostTensor]
  /// How many operations it has.
  let operations: Int
  private let seed: UInt64

  init(seed: UInt64) {
    self.seed = seed
    var random = SeededRandom(seed)
    inputs = [[4, 3], [3, 4], [3], []].map { HostTensor($0, &random) }
    // Most are small, so that there may be many.
    operations = Int.random(in: seed % 8 == 0 ? 5...30 : 5...10, using: &random)
  }

  /// The scalar loss.
  func loss(_ x: [Tensor]) -> Tensor {
    var random = SeededRandom(seed &+ 1_000_000)
    var pool = x
    for _ in 0..<operations {
      let a = pool[Int.random(in: 0..<pool.count, using: &random)]
      let b = pool[Int.random(in: 0..<pool.count, using: &random)]
      pool.append(Self.bounded(Self.apply(Int.random(in: 0..<55, using: &random), a, b)))
    }
    // Every intermediate result counts.
    return pool.enumerated().map { index, value in (value.square() * (0.3 + Double(index % 3))).mean() }
      .reduce(
        x[3].square(), +)
  }

  /// Away from the places where float32 and finite differences part.
  private static func bounded(_ x: Tensor) -> Tensor { x.shape.count > 64 ? x.mean(axes: [0]) : x }

  private static func apply(_ choice: Int, _ a: Tensor, _ b: Tensor) -> Tensor {
    let fits = a.shape.broadcast(with: b.shape) != nil
    switch choice {
    case 0: return fits ? a + b : a + 0.5
    case 1: return fits ? a - b : 1 - a
    case 2: return fits ? a * b.tanh() : a * 0.7
    case 3: return fits ? a / (b.square() + 1) : a / 3
    case 4: return a.tanh()
    case 5: return (a * 0.3).tanh().exp()
    case 6: return (a.square() + 0.5).log()
    case 7: return (a.square() + 0.2).sqrt()
    case 8: return (a.square() + 0.5).power(b.sum().tanh() + 1.5)
    case 9: return a.shape.rank >= 1 ? a.logSoftmax() : -a
    case 10: return a.shape.rank >= 1 ? a.softmax() : a * 1.1
    case 11: return a.sum(axes: a.shape.rank > 0 ? [0] : [], keepDimensions: true) * 0.3
    case 12: return a.mean(axes: a.shape.rank > 0 ? [-1] : [])
    case 13: return a.shape.rank == 2 ? a.transposed() : a.square() * 0.1
    case 14:
      guard a.shape.rank == 2, b.shape.rank == 2 else { return a * 0.9 }
      return a.shape[1] == b.shape[0] ? a.matmul(b) * 0.3 : a.transposed().matmul(a) * 0.3
    case 15: return a.reshape([a.shape.count])
    case 16: return a.shape.rank >= 1 && a.shape[0] > 1 ? a.slice(axis: 0, 1..<a.shape[0]) : a + 0.1
    case 17: return .pack([a.tanh(), b.tanh(), a])
    case 18: return a.variance(axes: a.shape.rank > 0 ? [0] : [], correction: 0, keepDimensions: true)
    case 19: return a.shape.count > 1 ? a * a.mean().exp() * 0.3 : a
    case 20: return a.shape.rank == 1 ? a.expand([2, a.shape[0]]) * 0.5 : -a
    case 48...54: return a.shape.rank > 0 && a.shape.count > 0 ? moved(choice - 26, a) : a * 0.8
    case 21:
      guard a.shape.rank == 2 else { return a.tanh() * 2 }
      // As a layer: product, bias, activation.
      return a.linear(a.tanh(), a.mean(axes: [1])).tanh()
    default: return smooth(choice - 22, a, fits ? b : a)
    }
  }

  /// Elementwise operations, each where it is smooth.
  private static func smooth(_ choice: Int, _ a: Tensor, _ b: Tensor) -> Tensor {
    switch choice {
    case 0: return a.sin()
    case 1: return a.cos()
    case 2: return a.tanh().tan()
    case 3: return (a.tanh() * 0.5).asin()
    case 4: return (a.tanh() * 0.5).acos()
    case 5: return a.atan()
    case 6: return a.atan2(b.square() + 1)
    case 7: return a.tanh().sinh()
    case 8: return a.tanh().cosh()
    case 9: return a.asinh()
    case 10: return (a.square() + 1.5).acosh()
    case 11: return (a.tanh() * 0.5).atanh()
    case 12: return a.erf()
    case 13: return a.erfc()
    case 14: return a.tanh().expm1()
    case 15: return a.square().log1p()
    case 16: return (a * 0.3).tanh().exp2()
    case 17: return (a.square() + 0.5).log2()
    case 18: return (a.square() + 0.5).rsqrt()
    case 19: return a.sigmoid() * b.logSigmoid() * 0.3
    case 20: return a.softplus(beta: 1.5)
    case 21: return a.gelu()
    case 22: return a.gelu(.tanh)
    case 23: return a.silu() + b.mish() * 0.3
    case 24: return a.lerp(b, 0.3)
    default: return (a.square() + 1).reciprocal().power(3) - (b.square() + 1).power(-0.5)
    }
  }

  /// Elements taken from elsewhere along the last axis of `a`.
  private static func moved(_ choice: Int, _ a: Tensor) -> Tensor {
    let size = a.shape[a.shape.rank - 1]
    let index = a.graph.arange(size + 2)
    // Each index, and the first two once more.
    let wrapped = Tensor.where(index .< index.graph.full([], Double(size), .int32), index, 0)
    switch choice {
    case 22: return a.slice(axis: -1, start: 0, step: 2)
    case 23: return .concatenate([a, a.tanh()], axis: -1)
    case 24: return a.flip([-1]) * 0.7
    case 25: return a.roll([1], axes: [-1]) + a
    case 26: return a.gather(wrapped.slice(axis: 0, 2..<size + 2).expand(a.shape)) * 0.9
    case 27: return a.indexSelect(wrapped, axis: -1)
    default: return a.cumsum(axis: -1) * 0.3
    }
  }
}
