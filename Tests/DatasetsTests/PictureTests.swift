import Datasets
import Tensors
import TestSupport
import Testing

/// PNG and JPEG against Pillow, and folders of them.
@Suite struct PictureTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Copies a golden picture into the folder.
  private func copy(_ picture: String, to name: String) throws {
    try folder.write(try bytes(of: file(picture)), to: name)
  }

  @Test(
    arguments: [
      ("grey.png", 0), ("rgb.png", 0), ("rgba.png", 0), ("grey_alpha.png", 0), ("palette.png", 0),
      ("bilevel.png", 0), ("grey16.png", 0), ("interlaced.png", 0), ("grey.jpg", 2), ("rgb.jpg", 2),
      ("progressive.jpg", 2),
    ] as [(String, Float)])
  func pixelsAsPillowReadsThem(_ name: String, _ tolerance: Float) throws {
    let expected = try golden(name)
    let samples = try read(file(name))
    #expect(samples.element == .uint8)
    #expect(samples.count == 1 && samples.shape == expected.shape)
    #expect(zip(samples.numbers, expected.numbers).allSatisfy { abs($0 - $1) <= tolerance })
  }

  @Test(arguments: ["grey.png", "rgb.png"], [(5, 7), (26, 40), (13, 8), (6, 17)])
  func resizedAsPillowDoes(_ name: String, _ size: (height: Int, width: Int)) throws {
    var options = DataOptions(.prediction)
    options.resize = size
    let samples = try PredictionInput.open(file(name), options: options).samples
    let expected = try golden("\(name)/\(size.height)x\(size.width)")
    #expect(samples.shape == expected.shape)
    #expect(samples.numbers == expected.numbers)
  }

  @Test func foldersAreClasses() throws {
    for name in ["cat/2.png", "cat/10.jpg", "cat/.hidden", "ant/a.png"] {
      // The extension says nothing.
      try copy("grey.png", to: "train/\(name)")
    }
    try copy("grey.png", to: "test/cat/1.png")
    let grey = try DataFiles.open(folder.path)
    #expect(grey.training.inputs.shape == [1, 13, 17])
    #expect(grey.training.classes?.names == ["ant", "cat"])
    #expect(grey.training.classes?.labels == [0, 1, 1])
    // The test split's classes are those of the training split.
    #expect(grey.test?.classes?.names == ["ant", "cat"])
    #expect(grey.test?.classes?.labels == [1])

    try copy("rgb.png", to: "train/ant/b.png")
    let coloured = try DataFiles.open(folder.path)
    #expect(coloured.training.inputs.shape == [3, 13, 17])
    #expect(coloured.test?.inputs.shape == [3, 13, 17])
    let planes = try golden("grey.png").numbers
    #expect(coloured.test?.inputs.numbers == planes + planes + planes)

    try copy("grey.png", to: "test/bee/1.png")
    expectError("test/bee", "a folder 'bee'", "ant, cat") { _ = try DataFiles.open(folder.path) }
  }

  @Test func flatFoldersAreInput() throws {
    try copy("grey.png", to: "flat/b.png")
    try copy("rgb.png", to: "flat/a.png")
    var options = DataOptions(.prediction)
    options.shape = [3, 13, 17]
    let input = try PredictionInput.open("\(folder.path)/flat", options: options)
    #expect(input.names == ["a.png", "b.png"])
    #expect(input.samples.shape == [3, 13, 17])
    options.shape = [1, 13, 17]
    expectError("a.png", "a coloured picture") {
      _ = try PredictionInput.open("\(folder.path)/flat", options: options)
    }
    options.shape = [3, 28, 28]
    expectError("flat", "[3, 13, 17]", "[3, 28, 28]") {
      _ = try PredictionInput.open("\(folder.path)/flat", options: options)
    }
  }

  @Test func whatIsNoPictureIsNamed() throws {
    try copy("grey.png", to: "a/1.png")
    try folder.write("hello", to: "a/notes.txt")
    expectError("a/notes.txt", "at byte 0", "68 65 6c 6c 6f", "a PNG or JPEG") {
      _ = try DataFiles.open(folder.path)
    }
    try folder.write("", to: "a/empty.png")
    expectError("a/empty.png", "an empty file") { _ = try DataFiles.open(folder.path) }
    try copy("cmyk.jpg", to: "a/cmyk.jpg")
    expectError("a/cmyk.jpg", "CMYK") { _ = try DataFiles.open(folder.path) }
    try folder.write("", to: "0/.hidden")
    expectError("/0: found no pictures of class '0'") { _ = try DataFiles.open(folder.path) }
    expectError("found no folders", "for each class") { _ = try DataFiles.open("\(folder.path)/0") }
    expectError("grey.png", "one picture", "a folder") { _ = try DataFiles.open(file("grey.png")) }
  }

  @Test func picturesAreOfOneSizeOrResized() throws {
    try copy("grey.png", to: "a/1.png")
    try folder.write(Self.tinyPNG, to: "a/2.png")
    expectError("a/2.png", "1×1", "13×17", "a/1.png", "resize") { _ = try DataFiles.open(folder.path) }
    var options = DataOptions()
    options.resize = (4, 4)
    let files = try DataFiles.open(folder.path, options: options)
    #expect(files.training.inputs.shape == [1, 4, 4])
    #expect(files.training.inputs.numbers.suffix(16) == ArraySlice([Float](repeating: 255, count: 16)))
    options.resize = (0, 4)
    expectError("0×4", "1 to 16384") { _ = try DataFiles.open(folder.path, options: options) }
  }

  @Test func brokenPicturesAreRefused() throws {
    var png = try bytes(of: file("grey.png"))
    let cut = try folder.write(Array(png.prefix(60)), to: "cut.png")
    expectError(cut, "at byte 60", "the end", "PNG chunk") { _ = try read(cut) }
    png[45] ^= 1
    let flipped = try folder.write(png, to: "flipped.png")
    expectError(flipped, "at byte", "checksum") { _ = try read(flipped) }
    let jpeg = try bytes(of: file("rgb.jpg"))
    let short = try folder.write(Array(jpeg.prefix(jpeg.count - 40)), to: "short.jpg")
    expectError(short, "TurboJPEG", "Premature end") { _ = try read(short) }
    // A header that claims 65 024 × 65 024 pixels.
    var bomb = jpeg
    let frame = try #require(
      jpeg.indices.dropLast(9).first { (index: Int) -> Bool in
        jpeg[index] == 0xff && jpeg[index + 1] == 0xc0
      })
    bomb.replaceSubrange(frame + 5..<frame + 9, with: [0xfe, 0, 0xfe, 0])
    let huge = try folder.write(bomb, to: "huge.jpg")
    expectError(huge, "65024×65024", "749 bytes") { _ = try read(huge) }
  }

  /// One white pixel, by Pillow.
  private static let tinyPNG: [UInt8] = [
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 58,
    126, 155, 85, 0, 0, 0, 10, 73, 68, 65, 84, 120, 156, 99, 248, 15, 0, 1, 1, 1, 0, 177, 56, 246, 20, 0, 0,
    0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
  ]
}
