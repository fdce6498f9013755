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
    network = try Network(model.module, on: device, seed: 1)
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
        let random = Generator(seed: 1, counter: graph.constant(0, TensorType([], .uint32)))
        let output = network(input, mode: .training(random))
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
    case .block: Self.block(32, 32)
    case .separable:
      Sequential {
        Conv2d(3, 16, 3, stride: 2, padding: 1, bias: false)
        BatchNorm(16)
        ReLU()
        Self.block(16, 32)
        Self.block(32, 64, stride: 2)
        Self.block(64, 64)
        Self.block(64, 128, stride: 2)
        AdaptiveAvgPool2d(1)
        Flatten()
        Linear(128, 10)
      }
    }
  }

  /// A depthwise separable convolution with batch norms (Howard et al., "MobileNets", 2017).
  private static func block(_ inputs: Int, _ outputs: Int, stride: Int = 1) -> Sequential {
    Sequential {
      Conv2d(inputs, inputs, 3, stride: Pair(stride, stride), padding: 1, groups: inputs, bias: false)
      BatchNorm(inputs)
      ReLU()
      Conv2d(inputs, outputs, 1, bias: false)
      BatchNorm(outputs)
      ReLU()
    }
  }
}
