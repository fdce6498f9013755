public import Tensors

/// How data is read, and what it must agree with.
public struct DataOptions: Sendable {
  /// What the data is for.
  public enum Task: Sendable {
    /// Targets are labels.
    case classification
    /// Targets are numbers.
    case regression
    /// There are no targets, or they are passed over.
    case prediction
  }

  /// What the data is for.
  public var task: Task
  /// The columns of a CSV file that are targets.
  public var targetColumns: [String] = []
  /// An NPY or IDX file with the targets of a file that holds inputs alone.
  public var targetsFile: String?
  /// A file or folder with the test split, read as the training split is.
  public var testFile: String?
  /// The targets of `testFile`, as `targetsFile`.
  public var testTargetsFile: String?
  /// The size that pictures are resized to.
  public var resize: (height: Int, width: Int)?

  /// The classes in their order, where a model or another split has settled them; any other label is an error.
  public var classes: [String]?
  /// The columns of a CSV file that are inputs, in their order, where they are settled; else all but the targets.
  public var inputColumns: [String]?
  /// The shape of a sample, where it is settled.
  public var shape: Shape?

  /// Options for `task`, with nothing settled.
  public init(_ task: Task = .classification) { self.task = task }
}
