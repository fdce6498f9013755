import ArgumentParser
import Learning
import Recording
import Tensors
import Vulkan

/// Models whose training step is measured.
enum BenchModel: String, CaseIterable, ExpressibleByArgument {
  /// 784-128-10 with relu.
  case mlp
  /// 3×3 depthwise, batch norm, relu, 1×1, batch norm, relu, on [n, 32, 28, 28].
  case block
  /// A small MobileNet: a 3×3 convolution, four such blocks, a mean over the picture, a linear layer.
  case separable
}

/// A training step on inputs of zeros: forward, loss, backward, Adam.
///
/// The block stands in the middle of a network: its output is kept, and the gradients of its output and of its input come and
/// go in memory that is not the plan's.
struct BenchStep {
  private let device: Device
  private let model: BenchModel
  private let network: Network
  private let adam: Adam
  private let x, y, loss: Variable
  /// The gradients of the block's output and of its input.
  private let outer: (output: Variable, input: Variable)?

  init(_ model: BenchModel, batch: Int, on device: Device) throws {
    self.device = device
    self.model = model
    let sample: Shape =
      switch model {
      case .mlp: [784]
      case .block: [32, 28, 28]
      case .separable: [3, 32, 32]
      }
    let shape = Shape([batch] + sample.dimensions)
    x = try Variable(shape, on: device, label: "x")
    y =
      model == .block
      ? try Variable(shape, on: device, label: "y") : try Variable([batch], .int32, on: device, label: "y")
    loss = try Variable([], on: device, label: "loss")
    network = try Network(["model": model.module], on: device, seed: 1)
    adam = try Adam(network)
    outer =
      model == .block
      ? (try Variable(shape, on: device, label: "dy"), try Variable(shape, on: device, label: "dx")) : nil
  }

  /// Records the step, or its forward pass alone.
  func record(backward: Bool = true, options: PlanOptions = .environment) throws -> Plan {
    try device.record(model.rawValue, options: options) { program in
      try program.pass(backward ? "step" : "forward") { graph in
        let input = graph.read(x)
        let output = network("model", input)
        guard let outer else {
          let error = output.crossEntropy(graph.read(y))
          if backward { update(error) }
          loss.assign(error)
          return
        }
        y.assign(output)
        guard backward else { return }
        let error = (output * graph.read(outer.output)).sum()
        update(error)
        outer.input.assign(graph.gradients(of: error, withRespectTo: [input])[0])
      }
    }
  }

  private func update(_ error: Tensor) {
    adam.step(network.gradient(of: error), learningRate: error.graph.constant(1e-3, error.type))
  }
}

extension BenchModel {
  fileprivate var module: any Module {
    switch self {
    case .mlp:
      Sequential {
        Linear(784, 128); ReLU(); Linear(128, 10)
      }
    case .block: SeparableBlock(inputs: 32, outputs: 32, stride: 1)
    case .separable:
      Sequential {
        Picture(inputs: 3, outputs: 16, kernel: 3, stride: 2)
        SeparableBlock(inputs: 16, outputs: 32, stride: 1)
        SeparableBlock(inputs: 32, outputs: 64, stride: 2)
        SeparableBlock(inputs: 64, outputs: 64, stride: 1)
        SeparableBlock(inputs: 64, outputs: 128, stride: 2)
        PictureMean()
        Linear(128, 10)
      }
    }
  }
}

/// A convolution, batch norm and relu.
private struct Picture: Module {
  let inputs, outputs, kernel, stride: Int
  var groups = 1

  var parameters: [ParameterDeclaration] {
    let bound = (6 / Double(inputs / groups * kernel * kernel)).squareRoot()
    return [
      ParameterDeclaration("0.weight", [outputs, inputs / groups, kernel, kernel], .uniform(bound)),
      ParameterDeclaration("1.weight", [outputs], .constant(1)),
      ParameterDeclaration("1.bias", [outputs], .constant(0)),
    ]
  }

  func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    input.conv2d(
      scope["0.weight"], stride: Pair(stride, stride), padding: Pair(kernel / 2, kernel / 2), groups: groups
    ).batchNorm(weight: scope["1.weight"], bias: scope["1.bias"]).relu()
  }
}

/// A depthwise separable convolution (Howard et al., "MobileNets", 2017).
private struct SeparableBlock: Module {
  private let layers: Sequential

  init(inputs: Int, outputs: Int, stride: Int) {
    layers = Sequential {
      Picture(inputs: inputs, outputs: inputs, kernel: 3, stride: stride, groups: inputs)
      Picture(inputs: inputs, outputs: outputs, kernel: 1, stride: 1)
    }
  }

  var parameters: [ParameterDeclaration] { layers.parameters }
  func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { layers(input, scope) }
}

/// The mean over each picture: [n, c, h, w] → [n, c].
private struct PictureMean: Module {
  func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.mean(axes: [2, 3]) }
}
