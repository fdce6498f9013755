public import Tensors
package import Vulkan

/// What inputs are shifted and scaled by: a mean and a standard deviation a channel of pictures [c, h, w], or a column.
public struct Normalization: Sendable, Equatable, Codable {
  /// Means, in units of the samples (bytes count as 0...1).
  public let mean: [Double]
  /// Standard deviations of the population; 1 where a channel never changes.
  public let standardDeviation: [Double]

  enum CodingKeys: String, CodingKey {
    case mean
    case standardDeviation = "std"
  }

  /// Given statistics, as many as there are channels.
  public init(mean: [Double], standardDeviation: [Double]) {
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// How many channels or columns samples of `shape` have, each with statistics of its own.
  public static func channels(_ shape: Shape) -> Int {
    shape.rank == 3 ? shape[0] : shape.rank == 0 ? 1 : shape[shape.rank - 1]
  }
}

/// A normalization on a device, for samples of one shape.
package struct DeviceNormalization: Sendable {
  private let mean, scale: Variable
  /// What both are spread from over samples.
  private let shape: Shape

  /// - Throws: `VulkanError` when the device has no room.
  package init(_ normalization: Normalization, samples: Shape, on device: Device) throws(VulkanError) {
    let scales = normalization.standardDeviation.map { Float(1 / $0) }
    mean = try Variable([scales.count], normalization.mean.map { Float($0) }, on: device, label: "mean")
    scale = try Variable([scales.count], scales, on: device, label: "scale")
    shape = Shape([scales.count] + [Int](repeating: 1, count: samples.rank == 3 ? 2 : 0))
  }

  /// Samples [n, …], shifted and scaled.
  package func callAsFunction(_ samples: Tensor) -> Tensor {
    let graph = samples.graph
    return (samples - graph.read(mean).reshape(shape)) * graph.read(scale).reshape(shape)
  }
}

extension DataLoader {
  /// The mean and the standard deviation of each channel over all samples of this loader, summed on the device.
  ///
  /// Batches are merged by the rule of Chan, Golub and LeVeque (1979), so that a large mean costs no digits.
  ///
  /// - Throws: `VulkanError` and what recording throws.
  public func measureNormalization() throws -> Normalization {
    let shape = dataset.dataset.inputs.shape
    let channels = Normalization.channels(shape)
    let device = dataset.device
    let count = try Variable([], on: device, label: "count")
    let mean = try Variable([channels], on: device, label: "mean")
    let squares = try Variable([channels], on: device, label: "squares")
    let epoch = try record("normalization") { graph, batch in
      let axis = shape.rank == 3 ? 1 : shape.rank
      let axes = (0...shape.rank).filter { $0 != axis }
      let new = Double(batch.inputs.shape.count / max(1, channels))
      let batchMean = batch.inputs.mean(axes: axes, keepDimensions: true)
      let batchSquares = (batch.inputs - batchMean).square().sum(axes: axes).reshape([channels])
      let old = graph.read(count)
      let difference = batchMean.reshape([channels]) - graph.read(mean)
      let share = new / (old + new)
      squares.assign(graph.read(squares) + batchSquares + difference.square() * (old * share))
      mean.assign(graph.read(mean) + difference * share)
      count.assign(old + new)
    }
    try epoch.run()
    let total = try count.read(Float.self)[0]
    return Normalization(
      mean: try mean.read(Float.self).map(Double.init),
      standardDeviation: try squares.read(Float.self).map { sum in
        let deviation = Double(sum / total).squareRoot()
        return deviation > 0 ? deviation : 1
      })
  }
}
