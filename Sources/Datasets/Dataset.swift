public import Tensors

/// Samples and what is to be learnt of them (`torch.utils.data.Dataset`).
public struct Dataset: Sendable {
  /// What is to be learnt.
  public enum Targets: Sendable, Equatable {
    /// A class a sample, 0..<names.count, and the classes' names.
    case classes([Int32], names: [String])
    /// `shape.count` numbers a sample, sample after sample.
    case values([Float], shape: Shape)
    /// Nothing is known: data to predict.
    case unknown
  }

  /// The file or folder, for errors.
  public let source: String
  /// The inputs.
  public let inputs: Samples
  /// The targets, as many as there are samples.
  public let targets: Targets

  /// A data set of samples and as many targets.
  ///
  /// - Throws: `DataError.unusable` where the numbers of samples and targets differ, or a class is none of the names.
  public init(_ inputs: Samples, _ targets: Targets, source: String) throws(DataError) {
    (self.inputs, self.targets, self.source) = (inputs, targets, source)
    guard inputs.count <= UInt32.max else {
      throw .unusable(
        source: source, found: "\(inputs.count) samples", expected: "at most \(UInt32.max), which rows count")
    }
    let count: Int? =
      switch targets {
      case .classes(let classes, _): classes.count
      case .values(let values, let shape): values.count / max(1, shape.count)
      case .unknown: nil
      }
    if let count, count != inputs.count {
      throw .unusable(
        source: source, found: "\(count) targets", expected: "one for each of \(inputs.count) samples")
    }
    if case .classes(let classes, let names) = targets,
      let index = classes.firstIndex(where: { !names.indices.contains(Int($0)) })
    {
      throw .unusable(
        source: source, found: "label \(classes[index]) of sample \(index)",
        expected: "0 to \(names.count - 1)")
    }
  }

  /// How many samples there are.
  public var count: Int { inputs.count }
}
