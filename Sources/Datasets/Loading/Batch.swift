public import Tensors

/// A batch in a pass: what a loader hands to a training or evaluation step.
public struct Batch {
  /// The samples, float32 [n, …], preprocessed.
  public let inputs: Tensor
  /// Their targets: int32 classes [n], or float32 values [n, …]; zeros where the data set has none.
  public let targets: Tensor
  /// Mixed samples have targets between two classes: float32 probabilities [n, classes], else nil.
  public let mixedTargets: Tensor?
  /// Their numbers in the data set, uint32 [n]; in a streamed one, their places in the ring.
  public let rows: Tensor
  /// Random numbers of this batch, for dropout and the like: other ones for each batch of a run.
  public let generator: Generator
  /// Whether the gradients that were accumulated so far become an update now.
  public let endsUpdate: Bool

  /// How many samples it has.
  public var count: Int { rows.shape.count }
}
