import Datasets
public import Learning
import Tensors
import Vulkan

/// Stopping and going on, to the bit.
extension SupervisedTrainer {
  /// Names of what the host knows of a run, uint32: samples of an epoch; the bits of the best metric and its epoch; and, where an
  /// epoch was cut, batches that are done of it.
  private static let names = (
    samples: "training.samples", best: "training.best", cut: "training.cut"
  )

  /// The weights that are evaluated, with running statistics, under PyTorch's names. Waits for the device.
  public func model() throws -> Safetensors {
    var file = Safetensors()
    try network.save(into: &file, weights: weights)
    return file
  }

  /// Everything that the run is made of: weights, optimizer, counters, and where it is. Waits for the device.
  public func checkpoint() throws -> Safetensors {
    var file = Safetensors()
    try network.save(into: &file)
    for variable in state(isCut: batchesDone != nil) { try file.add(variable) }
    func add(_ name: String, _ values: [UInt32]) {
      file.tensors[name] = Safetensors.Entry(TensorType([values.count], .uint32), values)
    }
    add(Self.names.samples, [UInt32(loader.samplesPerEpoch)])
    let bits = best?.metric.bitPattern ?? 0
    add(
      Self.names.best,
      [UInt32(truncatingIfNeeded: bits), UInt32(truncatingIfNeeded: bits >> 32), UInt32(best?.epoch ?? 0)])
    if let batchesDone { add(Self.names.cut, [UInt32(batchesDone)]) }
    return file
  }

  /// Goes on from what `checkpoint` gave, of the same settings and data: on the same device and driver, what follows is what would
  /// have followed, to the bit.
  ///
  /// - Parameter file: its name in errors.
  /// - Throws: `CheckpointError` for what is missing, or of another shape or type, or of other data; `VulkanError`. The run
  ///   can't be used then.
  public func restore(from checkpoint: Safetensors, named file: String) throws {
    func numbers(_ name: String, _ count: Int) throws(CheckpointError) -> [UInt32] {
      try checkpoint.entry(name, TensorType([count], .uint32), file: file).elements(UInt32.self)
    }
    let samples = try numbers(Self.names.samples, 1)[0]
    guard samples == UInt32(loader.samplesPerEpoch) else {
      throw CheckpointError.different(
        file: file, name: Self.names.samples, found: "\(samples)", expected: "\(loader.samplesPerEpoch)")
    }
    let epochs = loader.epochCounter
    let begun = try checkpoint.entry(epochs.label, epochs.type, file: file).elements(UInt32.self)[0]
    let batches = checkpoint.tensors[Self.names.cut] == nil ? nil : Int(try numbers(Self.names.cut, 1)[0])
    guard batches.map({ begun > 0 && $0 <= loader.batchesPerEpoch }) ?? true else {
      throw CheckpointError.different(
        file: file, name: Self.names.cut, found: "batch \(batches ?? 0) of epoch \(begun)",
        expected: "at most \(loader.batchesPerEpoch) of an epoch")
    }
    let best = try numbers(Self.names.best, 3)
    let done = Int(begun) - (batches == nil ? 0 : 1)
    // With the optimizer of the epoch that the checkpoint is of: the next one's may be another.
    try prepare(epoch: batches == nil ? max(0, done - 1) : done)
    try network.load(from: checkpoint, named: file)
    for variable in state(isCut: batches != nil) { try checkpoint.restore(variable, file: file) }
    let metric = Double(bitPattern: UInt64(best[1]) << 32 | UInt64(best[0]))
    try resume(after: done, best: best[2] == 0 ? nil : (metric, Int(best[2])), cut: batches)
  }
}
