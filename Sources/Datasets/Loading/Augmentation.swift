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

  /// The part of pictures [n, c, h, w] that evaluation looks at; without a crop all of samples [n, …].
  package func evaluated(_ samples: Tensor) -> Tensor {
    guard let crop else { return samples }
    return [2, 3].reduce(samples) { part, axis in
      let start = (samples.shape[axis] - crop) / 2
      return part.slice(axis: axis, start..<start + crop)
    }
  }

  /// Which part of each picture of `shape`, [c, h, w], is looked at; nil for all of all.
  func window(_ shape: Shape, rows: Int, _ generator: Generator?, in graph: Graph) -> PictureWindow? {
    let isRandom = generator != nil && (shift > 0 || flip > 0 || crop != nil)
    guard isRandom || crop != nil else { return nil }
    let (height, width) = (crop ?? shape[1], crop ?? shape[2])
    let (down, right) = (shape[1] - height, shape[2] - width)
    guard let generator else {
      let zero = graph.full([rows], 0, .int32)
      return PictureWindow(
        height: height, width: width, top: zero + Double(down / 2), left: zero + Double(right / 2),
        isMirrored: zero)
    }
    let top = generator.integers([rows], in: -shift..<down + shift + 1)
    let left = generator.integers([rows], in: -shift..<right + shift + 1)
    return PictureWindow(
      height: height, width: width, top: top, left: left,
      isMirrored: generator.bernoulli([rows], flip).int32())
  }

  /// Sets a square of each picture, [n, c, h, w], to 0, which is the mean where inputs are normalised.
  func cutOut(_ pictures: Tensor, _ generator: Generator) -> Tensor {
    guard cutout > 0, pictures.shape.rank == 4 else { return pictures }
    func isWithin(_ axis: Int) -> Tensor {
      let size = pictures.shape[axis]
      let center = generator.integers([pictures.shape[0], 1, 1, 1], in: 0..<size)
      let place = pictures.graph.arange(size).reshape(axis == 2 ? [1, 1, size, 1] : [1, 1, 1, size])
      let distance = place - center + Double(cutout / 2)
      return (distance .>= 0).logicalAnd(distance .< Double(cutout))
    }
    return Tensor.where(isWithin(2).logicalAnd(isWithin(3)), 0, pictures)
  }
}
