public import Datasets
public import Learning
import Recording
import Tensors
import Vulkan

extension DataLoader {
  /// What a model says of each sample, in order: probabilities of classes, or numbers in units of the targets.
  ///
  /// - Returns: `objective.outputs` numbers a sample, sample after sample.
  /// - Throws: `GraphError`, `RecordingError`, `VulkanError`.
  public func predictions(_ network: Network, _ objective: Objective) throws -> [Float] {
    let device = dataset.device
    let width = options.batchSize * objective.outputs
    let results = try Ring(capacity: batchesPerEpoch, width: width, on: device, label: "predictions")
    let position = try Variable([], .uint32, on: device, label: "prediction")
    let epoch = try record(
      "predictions", begin: { graph in position.assign(graph.constant(0, position.type)) }
    ) { graph, batch in
      let values = objective.prediction(network(batch.inputs)).flatten()
      let number = graph.read(position)
      results.append(values.pad([(0, width - values.shape.count)]), counter: number)
      position.assign(number + 1)
    }
    try epoch.run()
    let all = (0..<batchesPerEpoch).flatMap { results.row($0) }
    return Array(all.prefix(samplesPerEpoch * objective.outputs))
  }
}
