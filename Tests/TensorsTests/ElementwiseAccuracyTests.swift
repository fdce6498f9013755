import Glibc
import Tensors
import TestSupport
import Testing

/// The largest error of one element over the ranges that users meet: the goldens' mean would hide small results.
struct ElementwiseAccuracyTests {
  /// A function, where it is tried, and the error that is allowed it, relative or, for `isAbsolute`, absolute.
  struct Sweep: Sendable, CustomStringConvertible {
    let description: String
    let range: ClosedRange<Double>
    let bound: Double
    var isAbsolute = false
    let tensor: @Sendable (Tensor) -> Tensor
    let exact: @Sendable (Double) -> Double
  }

  static let sweeps = [
    Sweep(description: "exp", range: -87...88.7, bound: 4e-7, tensor: { $0.exp() }, exact: exp),
    Sweep(description: "exp2", range: -125...127.9, bound: 4e-7, tensor: { $0.exp2() }, exact: exp2),
    Sweep(description: "expm1", range: -3...3, bound: 4e-7, tensor: { $0.expm1() }, exact: expm1),
    Sweep(description: "expm1", range: -1e-3...1e-3, bound: 4e-7, tensor: { $0.expm1() }, exact: expm1),
    Sweep(description: "log", range: 0.01...3, bound: 4e-7, tensor: { $0.log() }, exact: log),
    Sweep(description: "log", range: 1e-30...1e30, bound: 4e-7, tensor: { $0.log() }, exact: log),
    Sweep(description: "log2", range: 0.01...3, bound: 4e-7, tensor: { $0.log2() }, exact: log2),
    Sweep(description: "log1p", range: -0.9...3, bound: 4e-7, tensor: { $0.log1p() }, exact: log1p),
    Sweep(description: "log1p", range: -1e-3...1e-3, bound: 4e-7, tensor: { $0.log1p() }, exact: log1p),
    Sweep(
      description: "sin", range: -1e4...1e4, bound: 4e-7, isAbsolute: true, tensor: { $0.sin() }, exact: sin),
    Sweep(
      description: "cos", range: -1e5...1e5, bound: 4e-7, isAbsolute: true, tensor: { $0.cos() }, exact: cos),
    Sweep(description: "sin", range: -0.1...0.1, bound: 4e-7, tensor: { $0.sin() }, exact: sin),
    Sweep(description: "tan", range: -1.5...1.5, bound: 4e-7, tensor: { $0.tan() }, exact: tan),
    Sweep(description: "asin", range: -1...1, bound: 4e-7, tensor: { $0.asin() }, exact: asin),
    Sweep(description: "acos", range: -1...0.999, bound: 4e-7, tensor: { $0.acos() }, exact: acos),
    Sweep(description: "atan", range: -30...30, bound: 4e-7, tensor: { $0.atan() }, exact: atan),
    Sweep(description: "sinh", range: -88...88, bound: 4e-7, tensor: { $0.sinh() }, exact: sinh),
    Sweep(description: "cosh", range: -88...88, bound: 4e-7, tensor: { $0.cosh() }, exact: cosh),
    Sweep(description: "tanh", range: -8...8, bound: 4e-7, tensor: { $0.tanh() }, exact: tanh),
    Sweep(description: "asinh", range: -100...100, bound: 4e-7, tensor: { $0.asinh() }, exact: asinh),
    Sweep(description: "acosh", range: 1.0001...100, bound: 4e-7, tensor: { $0.acosh() }, exact: acosh),
    Sweep(description: "atanh", range: -0.999...0.999, bound: 4e-7, tensor: { $0.atanh() }, exact: atanh),
    Sweep(description: "erf", range: -4...4, bound: 4e-7, tensor: { $0.erf() }, exact: erf),
    Sweep(description: "erfc", range: -2...9, bound: 2e-6, tensor: { $0.erfc() }, exact: erfc),
    Sweep(
      description: "sigmoid", range: -80...30, bound: 4e-7, tensor: { $0.sigmoid() },
      exact: { 1 / (1 + exp(-$0)) }),
    Sweep(
      description: "softplus", range: -80...30, bound: 4e-7, tensor: { $0.softplus(threshold: 100) },
      exact: { log1p(exp($0)) }),
    Sweep(
      // Far to the left a rounding of x is one of x² / 2 in the exponent.
      description: "gelu", range: -8...8, bound: 5e-6, tensor: { $0.gelu() },
      exact: { $0 * 0.5 * erfc(-$0 * 0.5.squareRoot()) }),
    Sweep(
      description: "pow", range: 0.01...30, bound: 1e-6, tensor: { $0.power(7.3) }, exact: { pow($0, 7.3) }),
    Sweep(
      description: "pow", range: -60...60, bound: 1e-6, tensor: { .power(3, $0) }, exact: { pow(3, $0) }),
    Sweep(
      description: "fmod", range: -1e9...1e9, bound: 0, tensor: { $0.fmod(0.37) },
      exact: { fmod($0, Double(Float(0.37))) }),
  ]

  @Test(arguments: sweeps)
  func isExactToAFewUnits(_ sweep: Sweep) throws {
    let count = 4099
    let width = sweep.range.upperBound - sweep.range.lowerBound
    let x = (0..<count).map { Double(Float(sweep.range.lowerBound + width * Double($0) / Double(count))) }
    let result = try evaluate([HostTensor([count], x)], references: false) { _, x in [sweep.tensor(x[0])] }
    var worst = (error: 0.0, at: 0.0)
    for (x, y) in zip(x, result.device[0].values) {
      let exact = sweep.exact(x)
      let error = y == exact ? 0 : abs(y - exact) / (sweep.isAbsolute ? 1 : abs(exact))
      if !(error <= worst.error) { worst = (error, x) }
    }
    #expect(worst.error <= sweep.bound, "\(sweep) is off by \(worst.error) at \(worst.at)")
  }

  @Test func castsHoldAtTheEnds() throws {
    let x = HostTensor([9], [.nan, .infinity, -.infinity, 3e9, -3e9, 5e9, -1, 2_147_483_648, -2_147_483_648])
    let result = try evaluate([x]) { _, x in [x[0].int32(), x[0].uint32()] }
    let (least, most, all) = (-2_147_483_648.0, 2_147_483_647.0, 4_294_967_295.0)
    #expect(result.device[0].values == [0, most, least, most, least, most, -1, most, least])
    #expect(result.device[1].values == [0, all, 0, 3e9, 0, all, 0, 2_147_483_648, 0])
    #expect(result.error == 0)
  }

  @Test func integersDividedByZero() throws {
    let type = TensorType([5], .int32)
    let x = HostTensor(type: type, values: [7, -7, 0, -2_147_483_648, -2_147_483_648])
    let y = HostTensor(type: type, values: [0, 0, 0, 0, -1])
    let result = try evaluate([x, y]) { _, x in
      [
        x[0].floorDivide(x[1]), x[0].remainder(x[1]), x[0].fmod(x[1]),
        x[0].uint32().floorDivide(x[1].uint32()), x[0].uint32().remainder(x[1].uint32()),
      ]
    }
    #expect(result.device[0].values == [0, 0, 0, 0, -2_147_483_648])
    #expect(result.device[1].values == [7, -7, 0, -2_147_483_648, 0])
    #expect(result.error == 0)
  }

  @Test func shiftsOutOfRange() throws {
    let x = HostTensor(type: TensorType([4], .int32), values: [-5, 5, -5, 5])
    let places = HostTensor(type: TensorType([4], .int32), values: [32, 40, -1, -1])
    let result = try evaluate([x, places]) { _, x in
      [
        x[0].shiftLeft(x[1]), x[0].shiftRight(x[1]), x[0].uint32().shiftRight(x[1].uint32()),
        x[0].uint32().shiftLeft(x[1].uint32()),
      ]
    }
    #expect(result.device[0].values == [0, 0, 0, 0])
    #expect(result.device[1].values == [-1, 0, -1, 0])
    #expect(result.error == 0)
  }
}
