public import Tensors

/// How the pictures of a training batch are changed at random, each on its own, on the device.
public struct Augmentation: Sendable, Equatable, Codable {
  /// Pixels by which pictures are shifted at most, each way; what comes in is 0 (`torchvision.transforms.RandomCrop` with padding).
  public var shift = 0
  /// How often a picture is mirrored left to right, from 0 to 1 (`RandomHorizontalFlip`).
  public var flip = 0.0
  /// Side of the squares that are cropped; whole pictures when nil. Evaluation takes the middle (`CenterCrop`).
  public var crop: Int?
  /// Side of a square that is set to the mean, its centre anywhere (DeVries and Taylor, "Cutout", 2017).
  public var cutout = 0
  /// α of the Beta distribution that weights two samples of a batch, inputs and targets (Zhang et al., "mixup", 2018).
  public var mixup = 0.0

  /// Nothing is changed.
  public init() {}

  /// The shape of a sample of `shape` after cropping.
  public func sampleShape(_ shape: Shape) -> Shape { crop.map { [shape[0], $0, $0] } ?? shape }

  /// Which part of each picture of `shape`, [c, h, w], is looked at; nil for all of all.
  func window(_ shape: Shape, rows: Int, _ generator: Generator?, in graph: Graph) -> Window? {
    let isRandom = generator != nil && (shift > 0 || flip > 0 || crop != nil)
    guard isRandom || crop != nil else { return nil }
    let (height, width) = (crop ?? shape[1], crop ?? shape[2])
    let (down, right) = (shape[1] - height, shape[2] - width)
    guard let generator else {
      let zero = graph.full([rows], 0, .int32)
      return Window(
        height: height, width: width, top: zero + Double(down / 2), left: zero + Double(right / 2),
        isMirrored: zero)
    }
    let top = generator.integers([rows], in: -shift..<down + shift + 1)
    let left = generator.integers([rows], in: -shift..<right + shift + 1)
    return Window(
      height: height, width: width, top: top, left: left,
      isMirrored: generator.bernoulli([rows], flip).int32())
  }

  /// Sets a square of each picture to 0, which is the mean where inputs are normalised.
  func cutOut(_ pictures: Flat, _ generator: Generator) -> Flat {
    guard cutout > 0, pictures.shape.rank == 3 else { return pictures }
    func isWithin(_ place: Tensor, _ size: Int) -> Tensor {
      let center = generator.integers([pictures.rows], in: 0..<size).indexSelect(pictures.sample)
      let distance = place.int32() - center + Double(cutout / 2)
      return (distance .>= 0).logicalAnd(distance .< Double(cutout))
    }
    let isCut = isWithin(pictures.line, pictures.shape[1])
      .logicalAnd(isWithin(pictures.column, pictures.shape[2]))
    return pictures.with(values: Tensor.where(isCut, 0, pictures.values))
  }
}
