import ArgumentParser
import Glibc
import Learning
import Tensors

/// Models whose training step is measured.
enum BenchModel: String, CaseIterable, ExpressibleByArgument {
  /// 784-128-10 with relu, or with other hidden layers.
  case mlp
  /// 784-16-10 with relu.
  case tiny
  /// The model zoo's MobileNet on [n, 1, 28, 28].
  case separable
  /// 3×3 depthwise, batch norm, relu, 1×1, batch norm, relu, on [n, 32, 28, 28].
  case block

  /// The axes of a sample.
  var sample: Shape {
    switch self {
    case .mlp, .tiny: [784]
    case .separable: [1, 28, 28]
    case .block: [32, 28, 28]
    }
  }

  /// - Parameter hidden: units of the hidden layers of `mlp`.
  func module(hidden: [Int]) throws -> any Module {
    switch self {
    case .mlp: try Self.classifier(.mlp(hidden: hidden), sample)
    case .tiny: try Self.classifier(.mlp(hidden: [16]), sample)
    case .separable: try Self.classifier(.separable(), sample)
    case .block:
      Sequential {
        Conv2d(32, 32, 3, padding: 1, groups: 32, bias: false)
        BatchNorm(32)
        ReLU()
        Conv2d(32, 32, 1, bias: false)
        BatchNorm(32)
        ReLU()
      }
    }
  }

  private static func classifier(_ model: ModelDescription, _ sample: Shape) throws -> Sequential {
    try model.module(input: sample, outputs: BenchNoise.classes)
  }
}

/// Numbers that a peer in another language makes as well, so that both do the same work: see `torch_step.py`.
enum BenchNoise {
  /// Classes of the labels.
  static let classes = 10

  /// `count` numbers in 0..<1; each stream has its own.
  static func uniform(_ count: Int, stream: Int) -> [Double] {
    (0..<count).map { index in
      let value = sin(12.9898 * Double(index + 1) + 78.233 * Double(stream)) * 43758.5453
      return value - value.rounded(.down)
    }
  }

  /// `count` numbers of mean 0 and variance 1.
  static func samples(_ count: Int, stream: Int) -> [Float] {
    uniform(count, stream: stream).map { Float((2 * $0 - 1) * 3.0.squareRoot()) }
  }

  /// `count` classes.
  static func labels(_ count: Int, stream: Int) -> [Int32] {
    uniform(count, stream: stream).map { Int32($0 * Double(classes)) }
  }

  /// Kaiming's uniform weights for relu, by the order of the names; biases are zero, and norms stay as they begin.
  static func weights(of network: Network) -> Safetensors {
    var file = Safetensors()
    for (stream, parameter) in network.parameters.sorted(by: { $0.name < $1.name }).enumerated() {
      let shape = parameter.shape
      guard shape.rank > 1 || parameter.name.hasSuffix(".bias") else { continue }
      let bound = shape.rank > 1 ? (6 * Double(shape[0]) / Double(shape.count)).squareRoot() : 0
      file.tensors[parameter.name] = Safetensors.Entry(
        TensorType(shape), uniform(shape.count, stream: stream).map { Float((2 * $0 - 1) * bound) })
    }
    return file
  }
}
