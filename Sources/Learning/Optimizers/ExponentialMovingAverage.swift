public import Tensors

/// A running mean of a network's weights, which often generalises better than the last ones (Polyak and Juditsky 1992;
/// `torch.optim.swa_utils.get_ema_multi_avg_fn`).
///
///     a ← a + (1−decay)(p − a)
public final class ExponentialMovingAverage: Sendable {
  /// How much of the mean each update keeps.
  public let decay: Double
  /// The mean, laid out as `Network.flat`, which it can stand for in evaluation.
  public let flat: Variable
  /// Updates so far, uint32.
  private let count: Variable
  private let network: Network

  /// The mean, and the number of updates.
  public var state: [Variable] { [flat, count] }

  /// A mean of the weights of `network`, which the first update copies.
  ///
  /// - Throws: `ConfigurationError`, `VulkanError`.
  public init(_ network: Network, decay: Double = 0.999) throws {
    try ConfigurationError.check("ema-decay", decay, in: 0...1)
    self.network = network
    self.decay = decay
    let device = network.flat.device
    flat = try Variable(network.flat.type.shape, on: device, label: "ema.parameters")
    count = try Variable([], .uint32, on: device, label: "ema.n_averaged")
  }

  /// Takes the weights as they are at this point of a pass into the mean.
  public func update(in graph: Graph) {
    let updates = graph.read(count) + 1
    let parameters = graph.read(network.flat)
    flat.assign(.where(updates .== 1, parameters, graph.read(flat).lerp(parameters, 1 - decay)))
    count.assign(updates)
  }
}
