public import Datasets
public import Learning

/// Which data a supervised run learns from, and how it is split.
public struct DataConfiguration: Configurable, Codable, Equatable {
  /// A known name, a folder or a file, as `DataFiles.open` takes them.
  public var name: String
  /// The test split, where `name` holds none.
  public var test: String?
  /// Columns of a CSV file that are targets.
  public var targetColumns: [String] = []
  /// Targets that lie in files of their own.
  public var targetsFile, testTargetsFile: String?
  /// The numbers of the classes that are used; all when nil.
  public var classes: [Int]?
  /// Training samples of each class; all when nil.
  public var samplesPerClass: Int?
  /// The part of the training samples that is set aside to choose weights by; 0 sets none aside.
  public var validation = 0.1
  /// Whether samples of small classes are learnt more often, as often as those of the largest.
  public var isBalanced = false
  /// Height and width that pictures are resized to.
  public var resize: [Int]?

  /// No data yet.
  public init() { self.init("") }
  /// All of the data called `name`.
  public init(_ name: String) { self.name = name }

  enum CodingKeys: String, CodingKey {
    case name, test, classes, validation, resize
    case targetColumns = "target_columns"
    case targetsFile = "targets_file"
    case testTargetsFile = "test_targets_file"
    case samplesPerClass = "samples_per_class"
    case isBalanced = "balance"
  }

  /// All settings.
  public static var settings: [Setting<DataConfiguration>] {
    [
      .word("name", \.name, "A known name, a folder or a file.") { (name) throws(ConfigurationError) in
        guard name.isEmpty else { return }
        throw ConfigurationError(field: "data", reason: "is missing; a name, a folder or a file was expected")
      },
      .optional("test", \.test, "The test split, where the data holds none: a folder or a file."),
      .words("target_columns", \.targetColumns, "The CSV columns that are targets."),
      .optional(
        "targets_file", \.targetsFile, "An NPY or IDX file with the targets of an NPY or IDX file of inputs."),
      .optional("test_targets_file", \.testTargetsFile, "The same for the test split."),
      .optionals(
        "classes", \.classes, count: 0...1 << 20, in: 0...1 << 30,
        "The numbers of the classes to use; none for all."),
      .optional(
        "samples_per_class", \.samplesPerClass, in: 1...1 << 40,
        "Training samples to use of each class; none for all."),
      .number(
        "validation", \.validation, in: 0..<1,
        "The part of the training samples that is set aside to choose the best weights by; 0 sets none aside."
      ),
      .flag("balance", \.isBalanced, "Whether small classes are learnt as often as the largest."),
      .optionals(
        "resize", \.resize, count: 2...2, in: 1...1 << 16, "Height and width of pictures, in pixels."),
    ]
  }

  /// How its files are read for `task`.
  public func options(_ task: DataOptions.Task) -> DataOptions {
    var options = DataOptions(task)
    options.targetColumns = targetColumns
    options.targetsFile = targetsFile
    options.testFile = test
    options.testTargetsFile = testTargetsFile
    if let resize, resize.count == 2 { options.resize = (resize[0], resize[1]) }
    return options
  }

  /// The samples of `dataset` that are of the chosen classes.
  ///
  /// - Throws: `DataError` for a class that isn't there.
  func chosen(of dataset: Dataset) throws(DataError) -> Dataset {
    guard let classes else { return dataset }
    return try dataset.onlyClasses(classes)
  }
}

/// Data that was read and split.
public struct PreparedData: Sendable {
  /// The samples of the training and validation splits.
  public let dataset: Dataset
  /// Which of them are learnt, and which choose weights.
  public let split: Split
  /// The test split, if there is one.
  public let test: Dataset?
  /// The columns that inputs consist of, for a CSV file.
  public let columns: [String]?

  /// Reads and splits.
  ///
  /// - Parameter seed: decides the split.
  /// - Throws: `DataError`.
  public init(_ configuration: DataConfiguration, _ task: DataOptions.Task, seed: UInt64) throws(DataError) {
    let files = try DataFiles.open(configuration.name, options: configuration.options(task))
    let dataset = try configuration.chosen(of: files.training)
    var rows = dataset.rows
    if let count = configuration.samplesPerClass {
      rows = try dataset.samples(perClass: count, of: rows, seed: seed)
    }
    var split = Split(training: rows, validation: [])
    if configuration.validation != 0 {
      split = try dataset.split(rows, validation: configuration.validation, seed: seed)
    }
    if configuration.isBalanced {
      split = Split(training: dataset.balanced(split.training), validation: split.validation)
    }
    self.dataset = dataset
    self.split = split
    if let test = files.test { self.test = try configuration.chosen(of: test) } else { test = nil }
    columns = files.columns
  }
}
