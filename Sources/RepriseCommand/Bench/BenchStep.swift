import Learning
import Recording
import Tensors
import Vulkan

/// A training step as `reprise train` records it: a batch gathered from samples that lie on the device, forward,
/// cross-entropy, backward, AdamW.
///
/// The block stands in the middle of a network: its output is kept, and the gradients of its output and of its input come
/// and go in memory that is not the plan's.
struct BenchStep {
  /// Samples that lie on the device, a power of two.
  static let samples = 4096

  /// The loss of the last step.
  let loss: Variable
  private let device: Device
  private let model: BenchModel
  private let batch: Int
  private let network: Network
  private let adam: Adam
  private let inputs: Variable
  private let task: Task

  private enum Task {
    /// The class of each sample, and the place of the next batch.
    case classes(labels: Variable, position: Variable)
    /// The output, and the gradients of the output and of the input.
    case block(output: Variable, dy: Variable, dx: Variable)
  }

  init(_ model: BenchModel, hidden: [Int] = [128], batch: Int, on device: Device) throws {
    self.device = device
    self.model = model
    self.batch = batch
    let shape = Shape([batch] + model.sample.dimensions)
    // Streams that no parameter has.
    let (inputStream, targetStream) = (1000, 1001)
    switch model {
    case .block:
      inputs = try Variable(
        shape, BenchNoise.samples(shape.count, stream: inputStream), on: device, label: "x")
      task = .block(
        output: try Variable(shape, on: device, label: "y"),
        dy: try Variable(
          shape, BenchNoise.samples(shape.count, stream: targetStream), on: device, label: "dy"),
        dx: try Variable(shape, on: device, label: "dx"))
    case .mlp, .tiny, .separable:
      let elements = Self.samples * model.sample.count
      inputs = try Variable(
        [elements], BenchNoise.samples(elements, stream: inputStream), on: device, label: "inputs")
      let labels = try Variable([Self.samples], .int32, on: device, label: "labels")
      try labels.write(BenchNoise.labels(Self.samples, stream: targetStream))
      task = .classes(
        labels: labels, position: try Variable([], .uint32, on: device, label: "position"))
    }
    loss = try Variable([], on: device, label: "loss")
    network = try Network(model.module(hidden: hidden), on: device, seed: 1)
    try network.loadMatching(from: BenchNoise.weights(of: network), named: "BenchNoise")
    adam = try Adam(
      network, groups: ParameterGroups(network, weightDecay: 1e-2), decoupledWeightDecay: true)
  }

  /// Elements of all parameters.
  var parameters: Int { network.parameters.reduce(0) { $0 + $1.shape.count } }

  /// Records the step, or its forward pass alone.
  func record(backward: Bool = true, options: PlanOptions = .environment) throws -> Plan {
    try device.record(model.rawValue, options: options) { program in
      try program.pass(backward ? "step" : "forward") { graph in
        let random = Generator(seed: 1, counter: graph.constant(0, TensorType([], .uint32)))
        switch task {
        case .classes(let labels, let position):
          let begin = graph.read(position)
          // An odd factor scatters the rows, and misses none.
          let place = graph.arange(batch, .uint32) + begin
          let rows = (place * 1009).bitwiseAnd(Double(Self.samples - 1))
          let x = graph.read(inputs).sampleRows(rows, shape: model.sample)
          let error = network(x, mode: .training(random)).crossEntropy(graph.read(labels).indexSelect(rows))
          if backward { update(error) }
          loss.assign(error)
          position.assign(begin + Double(batch))
        case .block(let output, let dy, let dx):
          let x = graph.read(inputs)
          let y = network(x, mode: .training(random))
          output.assign(y)
          guard backward else { return }
          let error = (y * graph.read(dy)).sum()
          update(error)
          loss.assign(error)
          dx.assign(graph.gradients(of: error, withRespectTo: [x])[0])
        }
      }
    }
  }

  private func update(_ error: Tensor) {
    adam.step(network.gradient(of: error), learningRate: error.graph.constant(1e-3, error.type))
  }
}
