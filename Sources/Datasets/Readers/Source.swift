import Tensors

/// What a name stands for, told by what is there.
enum Source {
  /// One of the two splits, as NPZ files call it.
  enum Part: String { case training = "train", test }
  /// Samples with their targets, and the columns they come from.
  typealias Table = (data: Dataset, columns: [String]?)

  case idxFolder(String, names: [String]?)
  case imageFolder(String)
  case splitFolders(training: String, test: String?)
  case archive(ZipArchive, String)
  case array(StoredArray)
  case table(MappedFile)
  case picture(String)

  /// Finds out what `name` is.
  ///
  /// - Throws: `DataError.malformed` for a file of no known kind.
  init(_ name: String) throws(DataError) {
    if name == "fashion-mnist" {
      self = .idxFolder(
        try DataFiles.fashionFolder(DataFiles.fashionFolders), names: DataFiles.fashionClasses)
    } else if Folder.exists(name) {
      if Folder.first(idxNames("train-images-idx3-ubyte"), in: name) != nil {
        self = .idxFolder(name, names: nil)
      } else if let training = Folder.first(["train"], in: name) {
        self = .splitFolders(training: training, test: Folder.first(["test", "val"], in: name))
      } else {
        self = .imageFolder(name)
      }
    } else {
      let file = try MappedFile.contents(of: name)
      if file.begins(with: Array("PK".utf8)) {
        self = .archive(try ZipArchive(file), name)
      } else if Picture.isPicture(file) {
        self = .picture(name)
      } else if [".csv", ".csv.gz"].contains(where: name.lowercased().hasSuffix) {
        self = .table(file)
      } else {
        self = .array(try StoredArray(file))
      }
    }
  }

  /// Whether samples are files of pictures, which have sizes of their own.
  var holdsPictures: Bool {
    switch self {
    case .imageFolder, .splitFolders, .picture: true
    case .idxFolder, .archive, .array, .table: false
    }
  }

  /// Reads one of the splits.
  ///
  /// - Throws: `DataError`.
  func read(_ part: Part, _ options: DataOptions) throws(DataError) -> Table {
    var columns: [String]?
    let data: Dataset
    switch self {
    case .idxFolder(let folder, let names):
      if let names, let classes = options.classes, names != classes {
        throw .unusable(
          source: folder, found: "the classes \(names.joined(separator: ", "))",
          expected: classes.joined(separator: ", "))
      }
      let prefix = part == .training ? "train" : "t10k"
      data = try Dataset(
        try Self.idx("\(prefix)-images-idx3-ubyte", in: folder),
        targets: options.task == .prediction ? nil : try Self.idx("\(prefix)-labels-idx1-ubyte", in: folder),
        names: names, options)
    case .imageFolder(let folder):
      data = try Dataset(imageFolder: folder, options)
    case .splitFolders(let training, let test):
      data = try Dataset(imageFolder: part == .training ? training : test ?? training, options)
    case .archive(let archive, let path):
      let (inputs, targets) = try Self.arrays(part, in: archive, path, options)
      data = try Dataset(inputs, targets: targets, options)
    case .array(let inputs):
      var targets: StoredArray?
      if options.task != .prediction {
        guard let file = options.targetsFile else {
          throw .unusable(
            source: inputs.file.path, found: "inputs alone", expected: "a second file with their targets")
        }
        targets = try StoredArray(try MappedFile.contents(of: file))
      }
      data = try Dataset(inputs, targets: targets, options)
    case .table(let file):
      let table = try CSVTable(file, options)
      (data, columns) = (table.data, table.columns)
    case .picture(let path):
      guard options.task == .prediction else {
        throw .unusable(source: path, found: "one picture", expected: "a folder with pictures for each class")
      }
      data = try Dataset(Samples(pictures: [path], options), .unknown, source: path)
    }
    try data.inputs.check(options.shape, data.source)
    return (data, columns)
  }

  /// Reads the test split, where there is one.
  ///
  /// - Throws: `DataError`.
  func readTest(_ options: DataOptions) throws(DataError) -> Dataset? {
    let exists =
      switch self {
      case .idxFolder(let folder, _): Folder.first(idxNames("t10k-images-idx3-ubyte"), in: folder) != nil
      case .splitFolders(_, let test): test != nil
      case .archive(let archive, _): archive.names.contains { $0 == "x_test.npy" }
      case .imageFolder, .array, .table, .picture: false
      }
    return exists ? try read(.test, options).data : nil
  }

  private static func idx(_ name: String, in folder: String) throws(DataError) -> StoredArray {
    guard let path = Folder.first(idxNames(name), in: folder) else {
      throw .unreadable(file: "\(folder)/\(name)", reason: "it is missing, and so is \(name).gz")
    }
    return try StoredArray(idx: try MappedFile.contents(of: path))
  }

  /// The inputs and targets of an NPZ file by the names that people give them.
  private static func arrays(
    _ part: Part, in archive: ZipArchive, _ path: String, _ options: DataOptions
  ) throws(DataError) -> (inputs: StoredArray, targets: StoredArray?) {
    let suffix = part.rawValue
    let isTest = part == .test && options.task != .prediction
    let pairs = [("x_\(suffix)", "y_\(suffix)"), ("x", "y"), ("inputs", "targets")]
    for (inputs, targets) in isTest ? Array(pairs.prefix(1)) : pairs {
      guard let file = try archive.contents(of: "\(inputs).npy") else { continue }
      if options.task == .prediction { return (try StoredArray(npy: file), nil) }
      guard let targetsFile = try archive.contents(of: "\(targets).npy") else { continue }
      return (try StoredArray(npy: file), try StoredArray(npy: targetsFile))
    }
    throw .unusable(
      source: path, found: "the arrays \(archive.names.joined(separator: ", "))",
      expected: "x_\(suffix) and y_\(suffix), x and y, or inputs and targets")
  }
}

/// The names that an IDX file may have.
private func idxNames(_ name: String) -> [String] { [name, "\(name).gz"] }

extension StoredArray {
  /// Reads an NPY or IDX file.
  fileprivate init(_ file: MappedFile) throws(DataError) {
    if file.begins(with: npyMagic) {
      try self.init(npy: file)
    } else if file.begins(with: [0, 0]) {
      try self.init(idx: file)
    } else {
      throw .malformed(
        file: file.path, offset: 0, found: file.opening(8),
        expected: "NPY, NPZ, IDX, PNG or JPEG, or a name that ends in .csv")
    }
  }
}

extension Dataset {
  /// A data set of two arrays.
  fileprivate init(
    _ inputs: StoredArray, targets: StoredArray?, names: [String]? = nil, _ options: DataOptions
  ) throws(DataError) {
    try self.init(
      try inputs.samples(),
      try targets?.targets(options.task, classes: options.classes, names: names) ?? .unknown,
      source: inputs.file.path)
  }
}

extension Samples {
  /// Throws `DataError.unusable` where samples have another shape than the expected one.
  func check(_ expected: Shape?, _ source: String) throws(DataError) {
    guard let expected, expected != shape else { return }
    throw .unusable(source: source, found: "samples of shape \(shape)", expected: "\(expected)")
  }
}
