import Learning
import Tensors
import TestSupport
import Testing

@testable import Datasets

/// Names, folders and files as data sets, and the sentences for those that aren't.
@Suite struct DataFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func mnistsFourFiles() throws {
    let files = try DataFiles.open(file("mnist"))
    for (data, name) in [(files.training, "train"), (try #require(files.test), "t10k")] {
      let images = try golden("mnist/\(name)/images")
      #expect(data.inputs.shape == [1, 5, 4] && data.count == images.shape[0])
      #expect(data.inputs.numbers == images.numbers)
      #expect(data.classes?.labels.map { Float($0) } == (try golden("mnist/\(name)/labels").numbers))
      #expect(data.classes?.names == ["0", "1", "2", "3"])
    }
  }

  @Test(.enabled(if: Folder.exists("/usr/share/datasets/fashion-mnist")))
  func fashionMNIST() throws {
    let files = try DataFiles.open("fashion-mnist")
    for (data, name, count) in [
      (files.training, "train", 60_000), (try #require(files.test), "t10k", 10_000),
    ] {
      #expect(data.count == count)
      #expect(data.inputs.shape == [1, 28, 28] && data.inputs.element == .uint8)
      let (labels, names) = try #require(data.classes)
      #expect(names == DataFiles.fashionClasses)
      var counts = [Float](repeating: 0, count: 10)
      for label in labels { counts[Int(label)] += 1 }
      #expect(counts == (try golden("fashion/\(name)/counts").numbers))
      #expect(labels.prefix(20).map { Float($0) } == (try golden("fashion/\(name)/first").numbers))
      let sum = data.inputs.withBytes(0..<count) { bytes in
        stride(from: 0, to: bytes.count, by: 97).reduce(0) { $0 + Int(bytes[$1]) * ($1 % 251) }
      }
      let expected = try #require(try Golden.load("datasets").tensors["fashion/\(name)/sum"])
      #expect(Int32(sum % (1 << 31)) == expected.elements(Int32.self)[0])
    }
    #expect(files.training.classes?.labels.first == 9)
    var options = DataOptions()
    options.classes = ["Bag", "Coat"]
    expectError("fashion-mnist", "the classes T-shirt/top, Trouser", "expected Bag, Coat") {
      _ = try DataFiles.open("fashion-mnist", options: options)
    }
  }

  @Test func whatIsMissingIsNamed() throws {
    expectError("/nowhere: can't be read: No such file") { _ = try DataFiles.open("/nowhere") }
    expectError("no /a and no /b", "dataset-fashion-mnist") { _ = try DataFiles.fashionFolder(["/a", "/b"]) }
    try folder.write(
      try bytes(of: file("mnist/train-images-idx3-ubyte.gz")), to: "train-images-idx3-ubyte.gz")
    expectError("\(folder.path)/train-labels-idx1-ubyte", "missing") { _ = try DataFiles.open(folder.path) }
    let text = try folder.write("a,b\n1,2\n", to: "table.txt")
    expectError("at byte 0", "61 2c 62", "ends in .csv") { _ = try DataFiles.open(text) }
  }

  @Test func labelsOutsideTheClassesHaveAPlace() throws {
    var options = DataOptions()
    options.classes = ["0", "1", "2"]
    expectError("train-labels-idx1-ubyte", "at byte 9", "label 3 of sample 1", "a class: 0, 1, 2") {
      _ = try DataFiles.open(file("mnist"), options: options)
    }
    options.targetsFile = file("f4.npy")
    expectError("labels of shape [3, 4]", "one label a sample") {
      _ = try DataFiles.open(file("f4.npy"), options: options)
    }
    options.classes = nil
    options.targetsFile = try npy(
      "<f4", [3], ([0, 1, 0.5] as [Float]).flatMap { little($0.bitPattern) }, "y.npy")
    expectError("y.npy", "0.5 in row 2", "a whole number") {
      _ = try DataFiles.open(file("f4.npy"), options: options)
    }
    options.targetsFile = try npy("|u1", [2], [0, 1], "y.npy")
    expectError("f4.npy", "2 targets", "each of 3 samples") {
      _ = try DataFiles.open(file("f4.npy"), options: options)
    }
  }

  @Test func numbersThatAreNotFiniteHaveAPlace() throws {
    let floats: [Float] = [1, 2, 3, .nan, 5, 6]
    let doubles: [Double] = [1, 2, 3, 1e300, 5, 6]
    let cases: [(String, [UInt8])] = [
      ("<f4", floats.flatMap { little($0.bitPattern) }), ("<f8", doubles.flatMap { little($0.bitPattern) }),
      (">f4", floats.flatMap { little($0.bitPattern.byteSwapped) }),
    ]
    for (type, elements) in cases {
      let path = try npy(type, [2, 3], elements, "x.npy")
      expectError("x.npy: at byte", "NaN or a number", "row 1, column 0", "finite") { _ = try read(path) }
    }
    let idx = try folder.write(
      [0, 0, 0x0d, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0x7f, 0xc0, 0, 0] as [UInt8], to: "x.idx")
    expectError("x.idx: at byte 16", "row 0, column 1") { _ = try read(idx) }
  }

  @Test func idxFilesAreHeldToTheirHeaders() throws {
    for (bytes, facts) in [
      ([0, 0, 7, 1, 0, 0, 0, 1, 9], ["at byte 0", "00 00 07 01", "08, 09"]),
      ([0, 0, 8, 2, 0, 0, 0, 1], ["at byte 8", "the end", "the size of axis 1"]),
      ([0, 0, 8, 1, 0, 0, 0, 3, 1, 2], ["at byte 8", "found 2 bytes", "expected 3 of uint8[3]"]),
      ([0, 0, 8, 1, 0, 0, 0, 1, 1, 2], ["at byte 8", "found 2 bytes", "expected 1"]),
      (
        [0, 0, 14, 2, 255, 255, 255, 255, 255, 255, 255, 255],
        ["found 0 bytes", "at least 4611686018427387904"]
      ),
      ([0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 4], ["shape [0, 4]", "one sample or more"]),
      ([0, 0, 8, 0, 1], ["shape []", "one sample or more"]),
    ] as [([UInt8], [String])] {
      let path = try folder.write(bytes, to: "x.idx")
      for fact in facts { expectError(path, fact) { _ = try read(path) } }
    }
  }

  @Test func theSplitsAgree() throws {
    var options = DataOptions(.regression)
    options.targetsFile = file("f8.npy")
    options.testFile = file("u1.npy")
    options.testTargetsFile = file("i4.npy")
    expectError("u1.npy", "uint8 samples", "float32 as in") {
      _ = try DataFiles.open(file("f4.npy"), options: options)
    }
    options.testFile = try npy("<f4", [3, 2], [UInt8](repeating: 0, count: 24), "x.npy")
    expectError("x.npy", "samples of shape [2]", "expected [4]") {
      _ = try DataFiles.open(file("f4.npy"), options: options)
    }
    options.testFile = file("f4.npy")
    options.testTargetsFile = try npy("|u1", [3], [1, 2, 3], "y.npy")
    expectError("targets of shape [1]", "[4] as in") {
      _ = try DataFiles.open(file("f4.npy"), options: options)
    }
    expectError("f4.npy", "samples of shape [4]", "expected [5]") { _ = try read(file("f4.npy"), shape: [5]) }
  }

  /// The bytes of a number, the lowest first.
  private func little(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  private func npy(_ type: String, _ shape: [Int], _ elements: [UInt8], _ name: String) throws -> String {
    let sizes = shape.map { "\($0)," }.joined()
    let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes))}".utf8)
    return try folder.write(
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + elements, to: name)
  }
}
