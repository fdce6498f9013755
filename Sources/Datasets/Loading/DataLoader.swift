public import Tensors
import Vulkan

/// Batches of a data set, shuffled, gathered and preprocessed on the device (`torch.utils.data.DataLoader`).
///
/// A data set that fits lies on the device, and an epoch is replayed without the host. A larger one streams through two
/// halves of a ring: while the device works on one, the host fills the other. Both give the same batches, bit for bit.
public final class DataLoader: Sendable {
  /// Settings beside the data.
  public struct Options: Sendable {
    /// Samples in a batch.
    public var batchSize = 32
    /// Whether each epoch has an order of its own.
    public var shuffle = false
    /// Whether a last batch of less than `batchSize` samples is left out.
    public var dropLast = false
    /// Decides orders, augmentations, and what `Batch.generator` draws.
    public var seed: UInt64 = 0
    /// What inputs are shifted and scaled by.
    public var normalization: Normalization?
    /// How pictures are changed.
    public var augmentation = Augmentation()
    /// Whether pictures are changed at random; else `augmentation` only says which part is looked at.
    public var isTraining = false
    /// Bytes of each half of the ring of a streamed data set.
    public var streamBytes = 32 << 20

    /// Batches of 32 in the order of the data.
    public init() {}
  }

  /// The data.
  public let dataset: DeviceDataset
  /// The samples that an epoch goes over.
  public let rows: [UInt32]
  /// Settings beside the data.
  public let options: Options
  /// Epochs begun and batches made so far, uint32 scalars: with the seed they decide every random number.
  public let epochCounter, batchCounter: Variable

  /// The samples of an epoch in their order, or the places of the ring.
  let order: Variable
  /// The number of the next batch of an epoch, or of a part of one.
  package let position: Variable
  private let subset: Variable?
  private let normalization: DeviceNormalization?
  private let mixup: Mixup?
  let stream: SampleStream?
  private let store: SampleStore

  /// Batches of `rows` of `dataset`, all when nil.
  ///
  /// - Throws: `DataError` when there is no sample, or settings don't fit the samples; `VulkanError`.
  public init(_ dataset: DeviceDataset, rows: [UInt32]? = nil, _ options: Options = Options()) throws {
    let rows = rows ?? (0..<UInt32(dataset.dataset.count)).map { $0 }
    try Self.check(dataset.dataset, rows, options)
    let device = dataset.device
    self.dataset = dataset
    self.rows = rows
    self.options = options
    epochCounter = try Variable([], .uint32, on: device, label: "training.epoch")
    batchCounter = try Variable([], .uint32, on: device, label: "training.batch")
    position = try Variable([], .uint32, on: device, label: "training.position")
    if let resident = dataset.resident {
      stream = nil
      store = resident
      order = try Variable([rows.count], .uint32, on: device, label: "order")
      subset = options.shuffle ? try Variable([rows.count], .uint32, on: device, label: "subset") : nil
      try (subset ?? order).write(rows)
    } else {
      let stream = try SampleStream(
        dataset.dataset, batchSize: options.batchSize, halfBytes: options.streamBytes, on: device)
      self.stream = stream
      store = stream.store
      subset = nil
      order = try Variable(
        [2 * stream.batchesPerHalf * options.batchSize], .uint32, on: device, label: "order")
      try order.write((0..<UInt32(order.type.shape.count)).map { $0 })
    }
    normalization = try options.normalization.map { normalization throws(VulkanError) in
      try DeviceNormalization(normalization, samples: dataset.dataset.inputs.shape, on: device)
    }
    let alpha = options.isTraining ? options.augmentation.mixup : 0
    mixup = alpha > 0 ? try Mixup(alpha: alpha, on: device) : nil
  }

  /// Full batches of an epoch, and the samples of the smaller one after them.
  var fullBatches: Int { rows.count / options.batchSize }
  var tail: Int { options.dropLast ? 0 : rows.count % options.batchSize }

  /// Batches of an epoch.
  public var batchesPerEpoch: Int { fullBatches + (tail > 0 ? 1 : 0) }
  /// Samples of an epoch.
  public var samplesPerEpoch: Int { fullBatches * options.batchSize + tail }
  /// Sizes of the axes of a sample as it leaves the loader.
  public var sampleShape: Shape {
    options.augmentation.sampleShape(dataset.dataset.inputs.shape)
  }

  private static func check(_ dataset: Dataset, _ rows: [UInt32], _ options: Options) throws(DataError) {
    func refuse(_ found: String, _ expected: String) -> DataError {
      .unusable(source: dataset.source, found: found, expected: expected)
    }
    guard !rows.isEmpty else { throw refuse("an empty split", "at least one sample") }
    guard options.batchSize > 0, !options.dropLast || rows.count >= options.batchSize else {
      throw refuse("batches of \(options.batchSize)", "1 to \(rows.count), the samples that there are")
    }
    if let row = rows.first(where: { $0 >= dataset.count }) {
      throw refuse("row \(row)", "one of \(dataset.count) samples")
    }
    let shape = dataset.inputs.shape
    let augmentation = options.augmentation
    if augmentation != Augmentation(), augmentation.mixup == 0 || augmentation.crop != nil {
      guard shape.rank == 3 else { throw refuse("samples \(shape)", "pictures [c, h, w], to change them") }
    }
    if let crop = augmentation.crop, !(1...min(shape[1], shape[2])).contains(crop) {
      throw refuse("pictures of \(shape[2])×\(shape[1])", "at least the \(crop)×\(crop) that are cropped")
    }
    if let normalization = options.normalization {
      let channels = Normalization.channels(shape)
      guard normalization.mean.count == channels, normalization.standardDeviation.count == channels else {
        throw refuse("\(channels) channels", "\(normalization.mean.count), as the statistics have")
      }
    }
  }

  /// The order of the next epoch, where it is made on the device, and its first batch.
  func begin(in graph: Graph) {
    position.assign(graph.constant(0, position.type))
    let epoch = graph.read(epochCounter)
    if let subset {
      let generator = Generator(seed: options.seed, counter: epoch)
      order.assign(graph.read(subset).indexSelect(generator.permutation(rows.count)))
    }
    epochCounter.assign(epoch + 1)
  }

  /// The rows of epoch number `epoch`, as the device would shuffle them.
  func rows(ofEpoch epoch: UInt32) -> [UInt32] {
    guard options.shuffle else { return rows }
    return Generator.permutation(rows.count, seed: options.seed, counter: epoch).map { rows[Int($0)] }
  }

  /// The first batch of the epoch that was begun last, or of a streamed one's ring, changed at random as the next one will be.
  public func firstBatch(in graph: Graph) -> Batch {
    let first = graph.constant(0, position.type)
    return batch(fullBatches > 0 ? options.batchSize : tail, number: first, endsUpdate: true, in: graph)
  }

  /// The next batch of `count` samples, or batch `number` of the epoch.
  func batch(_ count: Int, number: Tensor? = nil, endsUpdate: Bool, in graph: Graph) -> Batch {
    let number = number ?? graph.read(position)
    let place = graph.arange(count, .uint32) + number * Double(options.batchSize)
    let rows = graph.read(order).indexSelect(place)
    let counter = graph.read(batchCounter)
    // Not the numbers of the shuffles: those count epochs under the same seed.
    let generator = Generator(seed: ~options.seed, counter: counter)
    let window = options.augmentation.window(
      dataset.dataset.inputs.shape, rows: count, options.isTraining ? generator : nil, in: graph)
    var samples = store.inputs(rows, window: window)
    samples = normalization?(samples) ?? samples
    if options.isTraining { samples = options.augmentation.cutOut(samples, generator) }
    let targets = store.targets(rows)
    guard let mixup, case .classes(_, let names) = dataset.dataset.targets else {
      return Batch(
        inputs: samples, targets: targets, mixedTargets: nil, rows: rows, generator: generator,
        endsUpdate: endsUpdate)
    }
    let (weight, partner) = mixup.draw(count, generator)
    func mixed(_ tensor: Tensor) -> Tensor {
      let weight = weight.reshape(Shape([count] + [Int](repeating: 1, count: tensor.shape.rank - 1)))
      return tensor * weight + tensor.indexSelect(partner) * (1 - weight)
    }
    return Batch(
      inputs: mixed(samples), targets: targets,
      mixedTargets: mixed(targets.oneHot(names.count).float()), rows: rows, generator: generator,
      endsUpdate: endsUpdate)
  }

  /// Goes on to the next batch; what draws by this one's number stands before it in the pass.
  func advance(in graph: Graph) {
    for counter in [position, batchCounter] { counter.assign(graph.read(counter) + 1) }
  }
}
