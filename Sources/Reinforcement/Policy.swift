import KernelParameters
public import Learning

/// The shape of a multilayer perceptron: what a kernel that evaluates it in place has to know.
public struct MultilayerPerceptron: Sendable, Equatable {
  /// Sizes of the layers, from the input to the output.
  public let widths: [Int]
  /// The most layers of weights that the kernels take.
  public static let maximumLayers = Int(MAXIMUM_LAYERS)

  /// A network of `hidden` layers between `inputs` and `outputs`.
  public init(inputs: Int, hidden: [Int], outputs: Int) { widths = [inputs] + hidden + [outputs] }

  /// Dense layers with tanh between; orthogonal with gain √2, the last with `gain`, biases 0 (Andrychowicz et al. 2021).
  public func module(gain: Double) -> Sequential {
    Sequential(trunk.parts.map(\.module) + [head(gain: gain)])
  }

  /// The hidden layers of `module`.
  var trunk: Sequential {
    Sequential {
      for index in 1..<max(1, widths.count - 1) {
        Linear(
          widths[index - 1], widths[index], weight: .orthogonal(gain: 2.0.squareRoot()), bias: .constant(0))
        Tanh()
      }
    }
  }

  /// The last layer of `module`.
  func head(gain: Double) -> Linear {
    let (inputs, outputs) = (widths[widths.count - 2], widths[widths.count - 1])
    return Linear(inputs, outputs, weight: .orthogonal(gain: gain), bias: .constant(0))
  }

  /// Floating point operations of one evaluation's products.
  var flops: Int { zip(widths, widths.dropFirst()).reduce(0) { $0 + 2 * $1.0 * $1.1 } }

  /// How often loops go round in one step of a kernel that evaluates it in place (`Shaders/policy.glsl`), or a little more.
  func loopRounds(handed: Int) -> Int {
    let layers = zip(widths, widths.dropFirst()).map { inputs, outputs in
      (outputs + 7) / 8 * (2 + (inputs + handed - 1) / handed)
    }
    // The rest, for four copies: observations and logits, two calls of the random function.
    return layers.reduce(0, +) + 3 * widths.count + 4 * (4 * ((widths.first ?? 0) + (widths.last ?? 0)) + 32)
  }

  /// The push constants of a kernel that evaluates the module whose first weight is element `offset`; the logarithms of
  /// standard deviations begin at element `deviation`.
  func parameters(offset: Int, deviation: Int) -> PolicyParameters {
    var parameters = PolicyParameters()
    parameters.layers = UInt32(widths.count - 1)
    parameters.activation = 1
    parameters.offset = UInt32(offset)
    parameters.deviation = UInt32(deviation)
    withUnsafeMutableBytes(of: &parameters.widths) { raw in
      for (index, width) in widths.enumerated() {
        raw.storeBytes(of: UInt32(width), toByteOffset: 4 * index, as: UInt32.self)
      }
    }
    return parameters
  }
}
