import Learning
import Tensors
import Vulkan

/// Running mean and variance of each agent's samples, by which they are normalised (`gymnasium.wrappers.NormalizeObservation`).
///
/// The statistics stay as they are while a rollout is collected and learnt from, so that both see the same; then its samples are
/// merged (Chan, Golub and LeVeque 1979), in a form that loses no digits where the mean is far from 0.
final class Normalizer: Sendable {
  /// Mean and variance [agents, size].
  let mean, variance: Variable
  /// Samples that they are of [agents].
  let count: Variable
  /// What normalised values are moved into: ± this.
  let limit: Double
  /// Added to the variance.
  static let epsilon = 1e-8
  /// What the start, mean 0 and variance 1, weighs, in samples.
  private static let startingCount: Float = 1e-4

  init(agents: Int, size: Int, limit: Double, on device: Device, label: String) throws(VulkanError) {
    self.limit = limit
    mean = try Variable([agents, size], on: device, label: "\(label).mean")
    variance = try Variable(
      [agents, size], [Float](repeating: 1, count: agents * size), on: device, label: "\(label).variance")
    count = try Variable(
      [agents], [Float](repeating: Self.startingCount, count: agents), on: device, label: "\(label).count")
  }

  /// What going on needs, and what travels with a policy.
  var state: [Variable] { [mean, variance, count] }

  /// Samples [agents, …, size], normalised and moved into the limits.
  func callAsFunction(_ samples: Tensor) -> Tensor {
    let graph = samples.graph
    func spread(_ values: Tensor) -> Tensor {
      let (agents, size) = (values.shape[0], values.shape[1])
      return values.reshape(Shape([agents] + [Int](repeating: 1, count: samples.shape.rank - 2) + [size]))
    }
    return ((samples - spread(graph.read(mean))) * spread(factor(in: graph))).clamp(-limit, limit)
  }

  /// What differences from the mean are multiplied by [agents, size].
  func factor(in graph: Graph) -> Tensor { (graph.read(variance) + Self.epsilon).rsqrt() }

  /// Means, then factors [2, agents, size], for kernels that normalise themselves.
  func values(in graph: Graph) -> Tensor { .stack([graph.read(mean), factor(in: graph)]) }

  /// Takes samples [agents, n, size] into the statistics.
  func merge(_ samples: Tensor) {
    let graph = samples.graph
    let (old, oldMean, added) = (graph.read(count), graph.read(mean), Double(samples.shape[1]))
    let total = old + added
    let newMean = samples.mean(axes: [1])
    let newVariance = samples.variance(axes: [1], correction: 0)
    let share = (added / total).unsqueezeLast()
    let difference = newMean - oldMean
    // Weighted means of the variances and of the squared distance: nothing large is subtracted.
    let variance = graph.read(self.variance) * (1 - share) + newVariance * share
    self.variance.assign(variance + difference.square() * share * (1 - share))
    mean.assign(oldMean + difference * share)
    count.assign(total)
  }

  /// Takes the statistics of an agent from a checkpoint.
  ///
  /// - Throws: `CheckpointError` where one is missing or of another size.
  func load(from file: Safetensors, named path: String, agent: Int = 0) throws {
    for variable in state {
      let part = Shape(Array(variable.type.shape.dimensions.dropFirst()))
      let entry = try file.entry(variable.label, TensorType(part), file: path)
      try variable.write(entry.elements(Float.self), at: agent * part.count)
    }
  }

  /// Copies the statistics of an agent into a checkpoint. Waits for the device.
  func save(into file: inout Safetensors, agent: Int) throws {
    for variable in state {
      let part = Shape(Array(variable.type.shape.dimensions.dropFirst()))
      let values: [Float] = try variable.read()
      file.tensors[variable.label] = Safetensors.Entry(
        TensorType(part), Array(values[agent * part.count..<(agent + 1) * part.count]))
    }
  }
}

extension Normalizer? {
  /// Samples [agents, …, size], normalised; without a normalizer as they are.
  func normalized(_ samples: Tensor) -> Tensor { self?(samples) ?? samples }
}
