import Glibc
import Tensors

/// The splits that a name, a folder or a file stands for.
public struct DataFiles: Sendable {
  /// What to learn from.
  public let training: Dataset
  /// What to be measured by, where there is a test split; its classes and shapes are those of `training`.
  public let test: Dataset?
  /// The columns that the inputs consist of, for a CSV file.
  public let columns: [String]?

  /// Opens data by name:
  ///
  /// - `fashion-mnist`, from `$REPRISE_DATA/fashion-mnist` or where Debian's package puts it;
  /// - a folder with MNIST's four IDX files, or with a folder of pictures for each class, or with `train` and `test` (or
  ///   `val`) folders of such;
  /// - an NPZ file with `x_train`, `y_train`, `x_test`, `y_test`, or with `x` and `y`, or `inputs` and `targets`;
  /// - an NPY or IDX file with `options.targetsFile`; a CSV file with `options.targetColumns`. Any of them may be
  ///   compressed by gzip.
  ///
  /// - Throws: `DataError` with the file and place, what was found and what was expected.
  public static func open(_ name: String, options: DataOptions = DataOptions()) throws(DataError) -> DataFiles
  {
    if let resize = options.resize, !(1...16_384 ~= resize.height && 1...16_384 ~= resize.width) {
      throw .unusable(
        source: name, found: "a size of \(resize.height)×\(resize.width)", expected: "1 to 16384 each way")
    }
    let source = try Source(name)
    guard options.resize == nil || source.holdsPictures else {
      throw .unusable(
        source: name, found: "no pictures to resize", expected: "a folder of PNG or JPEG pictures")
    }
    let training = try source.read(.training, options)
    var agreed = options
    agreed.shape = training.data.inputs.shape
    agreed.inputColumns = training.columns
    if case .classes(_, let names) = training.data.targets { agreed.classes = names }
    let test: Dataset?
    if let file = options.testFile {
      agreed.targetsFile = options.testTargetsFile
      test = try Source(file).read(.training, agreed).data
    } else {
      test = try source.readTest(agreed)
    }
    if let test { try test.check(against: training.data) }
    return DataFiles(training: training.data, test: test, columns: training.columns)
  }

  /// The classes of Fashion-MNIST (Xiao et al., 2017) in the order of their labels.
  static let fashionClasses = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
  ]

  /// The first of `folders` that is there.
  static func fashionFolder(_ folders: [String]) throws(DataError) -> String {
    guard let folder = folders.first(where: Folder.exists) else {
      throw .unusable(
        source: "fashion-mnist", found: "no \(folders.joined(separator: " and no "))",
        expected: "one of them; Debian's package dataset-fashion-mnist has it")
    }
    return folder
  }

  /// Where Fashion-MNIST may lie.
  static var fashionFolders: [String] {
    let own = getenv("REPRISE_DATA").map { "\(String(cString: $0))/fashion-mnist" }
    return (own.map { [$0] } ?? []) + ["/usr/share/datasets/fashion-mnist"]
  }
}

extension Dataset {
  /// Throws `DataError.unusable` where the data can't be what `training` is a split of.
  fileprivate func check(against training: Dataset) throws(DataError) {
    guard inputs.element == training.inputs.element else {
      throw .unusable(
        source: source, found: "\(inputs.element) samples",
        expected: "\(training.inputs.element) as in \(training.source)")
    }
    if case .values(_, let shape) = targets, case .values(_, let expected) = training.targets,
      shape != expected
    {
      throw .unusable(
        source: source, found: "targets of shape \(shape)", expected: "\(expected) as in \(training.source)")
    }
  }
}
