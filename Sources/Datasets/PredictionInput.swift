/// Samples to predict, and a name for each.
public struct PredictionInput: Sendable {
  /// The samples.
  public let samples: Samples
  /// The names of the files they come from, or the numbers of their rows, from 0.
  public let names: [String]

  /// Opens a PNG or JPEG picture, a folder of pictures, an NPY, NPZ (`x` or `inputs`), CSV or IDX file.
  ///
  /// - Parameter options: `shape` and `inputColumns` are what the model was trained on; `resize` as then.
  /// - Throws: `DataError`, for a shape other than the expected one too.
  public static func open(_ path: String, options: DataOptions) throws(DataError) -> PredictionInput {
    var options = options
    options.task = .prediction
    if Folder.exists(path) {
      let names = try Folder.names(in: path)
      guard !names.isEmpty else { throw .unusable(source: path, found: "no files", expected: "pictures") }
      let samples = try Samples(pictures: names.map { "\(path)/\($0)" }, options)
      try samples.check(options.shape, path)
      return PredictionInput(samples: samples, names: names)
    }
    let source = try Source(path)
    let samples = try source.read(.test, options).data.inputs
    if case .picture = source { return PredictionInput(samples: samples, names: [path]) }
    return PredictionInput(samples: samples, names: (0..<samples.count).map(String.init))
  }
}
