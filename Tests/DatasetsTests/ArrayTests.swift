import Datasets
import Tensors
import TestSupport
import Testing

/// NPY, NPZ and IDX against NumPy.
@Suite struct ArrayTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [
    "b1", "i1", "u2", "u2_big", "i2", "u4", "i4", "i4_big", "u8", "i8", "f2", "f2_big", "f4", "f4_big", "f8",
    "f8_big", "version2", "version3",
  ])
  func numbersBecomeFloats(_ name: String) throws {
    let expected = try golden("\(name).npy")
    let samples = try read(file("\(name).npy"))
    #expect(samples.element == .float32)
    #expect(samples.count == expected.shape[0] && samples.shape == [expected.shape[1]])
    #expect(samples.numbers == expected.numbers)
  }

  @Test(arguments: ["grey", "hwc1", "hwc3", "chw"]) func bytesArePictures(_ name: String) throws {
    let expected = try golden("\(name).npy")
    let samples = try read(file("\(name).npy"))
    #expect(samples.element == .uint8)
    #expect(samples.shape == Shape(Array(expected.shape.dimensions.dropFirst())))
    #expect(samples.numbers == expected.numbers)
  }

  @Test(arguments: ["u1", "i1", "i2", "i4", "f4", "f8"]) func idxOfEachType(_ name: String) throws {
    let samples = try read(file("\(name).idx"))
    #expect(samples.element == (name == "u1" ? .uint8 : .float32))
    #expect(samples.shape == [4])
    #expect(samples.numbers == (try golden("\(name).idx").numbers))
  }

  @Test(arguments: ["stored", "deflated"]) func archivesHoldBothSplits(_ name: String) throws {
    let files = try DataFiles.open(file("\(name).npz"))
    #expect(files.training.inputs.numbers == (try golden("npz/x_train").numbers))
    #expect(files.training.classes?.labels.map { Float($0) } == (try golden("npz/y_train").numbers))
    #expect(files.training.classes?.names == ["0", "1", "2"])
    #expect(files.test?.inputs.numbers == (try golden("npz/x_test").numbers))
    #expect(files.test?.classes?.labels == [1, 2])
    #expect(files.test?.classes?.names == ["0", "1", "2"])
  }

  @Test func anArrayHasItsTargetsInAnother() throws {
    var options = DataOptions(.regression)
    options.targetsFile = file("f8.npy")
    options.testFile = file("f4.npy")
    options.testTargetsFile = file("i4.npy")
    let files = try DataFiles.open(file("f4.npy"), options: options)
    #expect(files.training.targets == .values(try golden("f8.npy").numbers, shape: [4]))
    #expect(files.test?.targets == .values(try golden("i4.npy").numbers, shape: [4]))
    options.targetsFile = nil
    expectError("f4.npy", "inputs alone", "second file") {
      _ = try DataFiles.open(file("f4.npy"), options: options)
    }
  }

  @Test func headersAreHeldToTheFormat() throws {
    func npy(_ header: String, _ elements: Int = 12, version: UInt8 = 1) throws -> String {
      var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(header.utf8.count), 0]
      if version > 1 { bytes += [0, 0] }
      return try folder.write(
        bytes + Array(header.utf8) + [UInt8](repeating: 0, count: elements), to: "x.npy")
    }
    let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1), }"
    #expect(try read(npy(good)).shape == [1])
    #expect(try read(npy(good, version: 3)).shape == [1])
    #expect(try read(npy("{\"shape\":(3,),'fortran_order':False,'descr':'<f4'}\n")).shape == [1])
    for (header, facts) in [
      (good.replacing("<f4", with: "<c8"), ["type '<c8'", "f2, f4 or f8"]),
      (good.replacing("'<f4'", with: "[('a', '<f4')]"), ["at byte 20", "found '[('a', '"]),
      (good.replacing("False", with: "True"), ["Fortran's order"]),
      (good.replacing("'shape'", with: "'form'"), ["key 'form'"]),
      ("{'descr': '<f4', 'shape': (3, 1)}", ["lacks a key"]),
      (good.replacing("(3, 1)", with: "(3, -1)"), ["found '-1), }'", "a size"]),
      (good.replacing("(3, 1)", with: "(3, 1"), ["found '}'", "a size"]),
      (good.replacing("(3, 1)", with: "(99999999999999999999,)"), ["below 2⁶³"]),
      (
        good.replacing("(3, 1)", with: "(9999999999, 9999999999)"),
        ["found 12 bytes", "at least", "float32[9999999999, 9999999999]"]
      ),
      (good.replacing("(3, 1)", with: "(4, 1)"), ["found 12 bytes", "expected 16 of float32[4, 1]"]),
      (good.replacing("(3, 1)", with: "(2, 1)"), ["found 12 bytes", "expected 8 of float32[2, 1]"]),
      (good + "x", ["expected the end of the header"]), ("", ["expected {"]),
      ("{'descr", ["a closing quote"]),
    ] {
      let path = try npy(header)
      for fact in facts { expectError(path, fact) { _ = try read(path) } }
    }
    expectError("shape [0, 1]", "one sample or more") {
      _ = try read(npy(good.replacing("(3, 1)", with: "(0, 1)"), 0))
    }
  }
}
