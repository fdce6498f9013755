import Tensors

extension Dataset {
  /// Reads a folder with a folder of PNG and JPEG pictures for each class (`torchvision.datasets.ImageFolder`).
  ///
  /// - Throws: `DataError.unusable` without folders or for one that is no known class, and what `Samples(pictures:)` throws.
  init(imageFolder path: String, _ options: DataOptions) throws(DataError) {
    let names = try Folder.names(in: path).filter { Folder.exists("\(path)/\($0)") }
    guard !names.isEmpty else {
      throw .unusable(source: path, found: "no folders", expected: "one with pictures for each class")
    }
    var table = ClassTable(known: options.classes)
    var (files, labels) = ([String](), [Int32]())
    for name in names {
      let folder = "\(path)/\(name)"
      guard let label = table.index(of: name) else {
        throw .unusable(source: folder, found: "a folder '\(name)'", expected: table.expected)
      }
      let pictures = try Folder.names(in: folder).map { "\(folder)/\($0)" }
      guard !pictures.isEmpty else {
        throw .unusable(source: folder, found: "no pictures of class '\(name)'", expected: "one or more")
      }
      files += pictures
      labels += Array(repeating: label, count: pictures.count)
    }
    try self.init(Samples(pictures: files, options), table.targets(labels), source: path)
  }
}

extension Samples {
  /// Reads pictures of one size, as [1, height, width] where all are grey and [3, height, width] otherwise; or as
  /// `options.shape` says.
  ///
  /// - Throws: What `Picture` throws, and `DataError.unusable` for one of another size than the first, unless
  ///   `options.resize` is given.
  convenience init(pictures paths: [String], _ options: DataOptions) throws(DataError) {
    var (height, width) = options.resize ?? (0, 0)
    var channels = 1
    // Headers first, so that nothing is decoded, nor memory taken, for a folder that can't be read.
    for path in paths {
      let picture = try Picture(path)
      if !picture.isGrey { channels = 3 }
      if height == 0 { (height, width) = (picture.height, picture.width) }
      guard options.resize != nil || (picture.height, picture.width) == (height, width) else {
        throw .unusable(
          source: path, found: "a picture of \(picture.height)×\(picture.width)",
          expected: "\(height)×\(width) as \(paths[0]), or a size to resize all to")
      }
    }
    if let shape = options.shape, shape.rank == 3, [1, 3].contains(shape[0]) { channels = shape[0] }
    let shape = Shape([channels, height, width])
    let (size, overflows) = shape.count.multipliedReportingOverflow(by: paths.count)
    guard height > 0, width > 0, !overflows, size <= inflationLimit else {
      throw .unusable(
        source: paths.first ?? "pictures", found: "\(paths.count) pictures of \(height)×\(width)",
        expected: "1 to \(inflationLimit) bytes")
    }
    var bytes = [UInt8](repeating: 0, count: size)
    for (index, path) in paths.enumerated() {
      let picture = try Picture(path)
      let pixels = Pixels.resized(
        try picture.pixels(channels: channels), channels: channels, from: (picture.height, picture.width),
        to: (height, width))
      guard pixels.count == shape.count else {
        throw .unreadable(file: path, reason: "it changed while it was read")
      }
      bytes.withUnsafeMutableBufferPointer { planes in
        pixels.withUnsafeBytes {
          Pixels.separate(
            $0, channels: channels,
            into: UnsafeMutableBufferPointer(rebasing: planes[(index * shape.count)...]))
        }
      }
    }
    self.init(bytes, shape: shape)
  }
}
