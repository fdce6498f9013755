import Foundation
import Recording
import TestSupport
import Testing
import Vulkan

@testable import Tensors

/// Tuned tiles: kept whole or not at all, used where they were measured, right at every size.
struct TileTableTests {
  private static let large = ShapeClass(rows: .large, depth: .medium, columns: .small)
  private static let small = ShapeClass(rows: .small, depth: .small, columns: .small)

  /// The defaults of the device with other numbers.
  private static func settings(_ device: Device, _ change: (inout TileSettings) -> Void) -> TileSettings {
    var settings = TileSettings(for: device.physical)
    change(&settings)
    return settings
  }

  /// A device whose folder of caches goes with it.
  private func device(_ body: (Device, String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("reprise-tiles-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let device = try TestDevice.make(cacheDirectory: folder.path)
    try body(device, try #require(TileFile.path(device)))
  }

  private static func product(
    _ rows: Int, _ depth: Int, _ columns: Int, into recorder: inout Recorder, tiles: TileSettings? = nil
  ) -> RecordedProduct {
    func operand(_ rows: Int, _ columns: Int) -> Operand {
      Operand(recorder.scratch(TensorType([rows, columns]), label: "unused"))
    }
    return RecordedProduct(
      a: operand(rows, depth), b: operand(depth, columns), c: operand(rows, columns), epilogue: .none,
      tiles: tiles)
  }

  /// Few columns have narrow blocks where those compile faster; GPUs hold none.
  @Test func blocksAreWideWhereThereAreManyColumns() {
    let device = TestDevice.shared
    var recorder = Recorder(on: device, label: "unused")
    for (columns, fours) in [(64, 1), (127, 1), (128, 2), (512, 2)] {
      let tiles = MatrixTiles(Self.product(256, 1000, columns, into: &recorder), device: device)
      let expected = device.physical.kind != .cpu ? 1 : device.physical.branchesAtDescriptors ? 2 : fours
      #expect(tiles.specialization[11] == UInt32(expected), "\(columns)")
    }
  }

  @Test func aFileComesBackAsItWasWritten() throws {
    try device { device, path in
      #expect(TileFile.read(device) == nil)
      let tuned = [
        Self.large: Self.settings(device) { ($0.depth, $0.heldRows, $0.workgroups) = (32, 512, 1) },
        Self.small: Self.settings(device) { ($0.holdsB, $0.tileRows, $0.fours) = (0, 4, 1) },
      ]
      try TileFile.write(tuned, for: device)
      #expect(TileFile.read(device) == tuned)
      #expect(try FileManager.default.contentsOfDirectory(atPath: device.cacheDirectory ?? "").count == 1)
      #expect(try TileFile.remove(device))
      #expect(try !TileFile.remove(device))
      #expect(TileFile.read(device) == nil)
      try TileFile.write([:], for: device)
      #expect(TileFile.read(device) == [:])
    }
  }

  @Test func aDamagedFileIsIgnored() throws {
    try device { device, path in
      let tuned = [
        Self.small: Self.settings(device) { $0.depth = 16 },
        Self.large: Self.settings(device) { $0.fours = 1 },
      ]
      let bytes = TileFile.encode(tuned, for: device.physical)
      #expect(TileFile.decode(bytes, for: device.physical) == tuned)
      for index in bytes.indices {
        for flip: UInt8 in [0x01, 0x10, 0x80] {
          var changed = bytes
          changed[index] ^= flip
          if TileFile.decode(changed, for: device.physical) != nil { Issue.record("byte \(index) changed") }
        }
        if TileFile.decode(Array(bytes[..<index]), for: device.physical) != nil {
          Issue.record("cut to \(index)")
        }
      }
      #expect(TileFile.decode(bytes + [0x0A], for: device.physical) == nil)
      #expect(TileFile.decode([UInt8](repeating: 0xFF, count: 64), for: device.physical) == nil)
      // On disk as well: products are cut by the defaults then, and nothing fails.
      try Data(bytes.dropLast()).write(to: URL(fileURLWithPath: path))
      #expect(TileFile.read(device) == nil)
      #expect(TileTable.of(device).tuned.isEmpty)
      try Data(repeating: 0x20, count: 1 << 17).write(to: URL(fileURLWithPath: path))
      #expect(TileFile.read(device) == nil)
    }
  }

  /// Each with a checksum that is right.
  @Test func nonsenseIsIgnored() throws {
    try device { device, _ in
      let physical = device.physical
      func comesBack(_ change: (inout TileSettings) -> Void) -> Bool {
        let bytes = TileFile.encode([Self.small: Self.settings(device, change)], for: physical)
        return TileFile.decode(bytes, for: physical) != nil
      }
      #expect(comesBack { _ in })
      for field in TileSettings.fields {
        let values = [0, -1, 3, 1 << 20, .max, .min].filter { !field.values.contains($0) }
        for value in values {
          #expect(!comesBack { $0[keyPath: field.path] = value }, "\(field.name) \(value)")
        }
      }
      // Each for itself would do.
      #expect(!comesBack { ($0.depth, $0.fours) = (128, 4) })

      // A class twice, a field too many, another order: written by nobody.
      let text = String(
        decoding: TileFile.encode([Self.small: Self.settings(device) { _ in }], for: physical), as: UTF8.self)
      var lines = text.split(separator: "\n").dropLast().map(String.init)
      func isRefused(_ lines: [String]) -> Bool {
        var text = lines.map { $0 + "\n" }.joined()
        text += "checksum \(hexadecimal(text.withUTF8 { fnv1a(UnsafeRawBufferPointer($0)) }))\n"
        return TileFile.decode(Array(text.utf8), for: physical) == nil
      }
      #expect(!isRefused(lines))
      #expect(isRefused(lines + [lines[lines.count - 1]]))
      lines[lines.count - 1] += " fours 1"
      #expect(isRefused(lines))
      lines[lines.count - 1] = "small small: depth 64"
      #expect(isRefused(lines))
      lines[lines.count - 1] = ""
      #expect(!isRefused(lines))
    }
  }

  @Test func anotherDeviceOrDriverIsIgnored() throws {
    try device { device, _ in
      let other = PhysicalDevice(index: 0, name: "other", kind: .cpu)
      let bytes = TileFile.encode([:], for: other)
      #expect(TileFile.decode(bytes, for: other) != nil)
      #expect(TileFile.decode(bytes, for: device.physical) == nil)
      for line in 0..<4 {
        var lines = String(decoding: TileFile.encode([:], for: device.physical), as: UTF8.self)
          .split(separator: "\n").dropLast().map(String.init)
        lines[line] += "1"
        var text = lines.map { $0 + "\n" }.joined()
        text += "checksum \(hexadecimal(text.withUTF8 { fnv1a(UnsafeRawBufferPointer($0)) }))\n"
        #expect(TileFile.decode(Array(text.utf8), for: device.physical) == nil, "\(lines[line])")
      }
    }
  }

  @Test(.disabled(if: environmentSwitch("REPRISE_NO_TUNING")))
  func tunedTilesAreUsedWhereTheyWereMeasured() throws {
    try device { device, _ in
      let tuned = Self.settings(device) {
        ($0.holdsB, $0.tileRows, $0.workgroups, $0.shortestPart) = (0, 4, 128, 32)
      }
      try TileFile.write([Self.small: tuned], for: device)
      var recorder = Recorder(on: device, label: "unused")
      let inside = Self.product(33, 100, 65, into: &recorder)
      #expect(MatrixTiles(inside, device: device).specialization[2] == 4)
      #expect(MatrixTiles(inside, device: device).parts > 1)
      let defaults = TileSettings(for: device.physical).usual(for: inside.shapeClass, on: device.physical)
      let plain = TestDevice.shared
      for outside in [
        Self.product(33, 128, 65, into: &recorder), Self.product(15, 100, 65, into: &recorder),
        Self.product(33, 100, 128, into: &recorder),
      ] {
        #expect(MatrixTiles(outside, device: device) == MatrixTiles(outside, device: plain))
      }
      var summed = inside
      summed.terms = 2
      #expect(TileTable.of(device).settings(summed, on: device.physical) == defaults)
      summed.terms = 1
      summed.batch = [2]
      #expect(TileTable.of(device).settings(summed, on: device.physical) == defaults)
      #expect(MatrixTiles(inside, device: plain).parts == 1)

      // What is recorded shows it.
      func plan(_ device: Device) throws -> String {
        let (a, b) = (
          try Variable([33, 100], on: device, label: "a"), try Variable([100, 65], on: device, label: "b")
        )
        let c = try Variable([33, 65], on: device, label: "c")
        return try device.record("tuned") { program in
          try program.pass("tuned") { graph in c.assign(graph.read(a).matmul(graph.read(b))) }
        }.description
      }
      #expect(try plan(device).contains("parts"))
      #expect(try !plan(plain).contains("parts"))
    }
  }

  /// All values of each number, and some together, against double precision.
  @Test(arguments: [[1, 1, 1], [17, 33, 5], [31, 129, 67], [16, 600, 130], [5, 64, 129], [130, 7, 3]])
  func anyTilesGiveRightProducts(_ size: [Int]) throws {
    let device = TestDevice.shared
    let (m, k, n) = (size[0], size[1], size[2])
    var random = SeededRandom(UInt64(m * 7 + k))
    let (a, b) = (HostTensor([m, k], &random), HostTensor([k, n], &random))
    let expected = MatrixProductTests.product(a, b)
    let (x, y) = (
      try Variable([m, k], on: device, label: "a"), try Variable([k, n], on: device, label: "b")
    )
    try x.write(a)
    try y.write(b)
    let c = try Variable([m, n], on: device, label: "c")
    let candidates = [
      Self.settings(device) { ($0.holdsB, $0.depth, $0.fours) = (1, 64, 3) },
      Self.settings(device) { ($0.holdsB, $0.depth, $0.heldRows) = (1, 16, 32) },
      Self.settings(device) { ($0.holdsB, $0.depth, $0.fours, $0.heldRows) = (1, 32, 4, 16) },
      Self.settings(device) { ($0.holdsB, $0.depth, $0.workgroups, $0.shortestPart) = (1, 8, 512, 32) },
      Self.settings(device) { ($0.holdsB, $0.depth, $0.fours, $0.heldRows) = (1, 128, 1, 512) },
      Self.settings(device) { ($0.holdsB, $0.depth, $0.subgroups, $0.fours) = (1, 16, 4, 2) },
      Self.settings(device) { ($0.holdsB, $0.tileRows, $0.subgroups, $0.workgroups) = (0, 2, 16, 1) },
      Self.settings(device) { ($0.holdsB, $0.tileRows, $0.workgroups, $0.shortestPart) = (0, 16, 2048, 32) },
    ]
    var seen: [MatrixTiles] = []
    for settings in candidates where settings.isUsable(on: device.physical) {
      func operand(_ variable: Variable) -> Operand {
        Operand(Value(region: variable.region, layout: .contiguous(variable.type.shape), type: variable.type))
      }
      let product = RecordedProduct(
        a: operand(x), b: operand(y), c: operand(c), epilogue: .none, tiles: settings)
      let tiles = MatrixTiles(product.turned, device: device)
      if seen.contains(tiles) { continue }
      seen.append(tiles)
      var recorder = Recorder(on: device, label: "tiles")
      product.record(into: &recorder)
      try device.fill(c.buffer, with: Float.nan.bitPattern)
      try recorder.finish().replay()
      let values = try c.read().map { Double($0 as Float) }
      #expect(normalizedError(values, expected) < 1e-11, "\(size) \(settings)")
    }
    #expect(seen.count > 1 || m * n == 1)
  }

  @Test func tuningMeasuresAndVerifies() throws {
    let device = TestDevice.shared
    var told = 0
    let shape = try #require(ProductShape(64, 48, 40))
    let finding = try ProductTuner(on: device, seconds: 2).tune(shape) { count, ratio in
      told = count
      #expect(ratio >= 1)
    }
    // The default counts as the first; on a slow device the time is over before a second.
    #expect(finding.tried == max(told, 1))
    #expect(finding.wrong == 0)
    #expect(finding.settings.isUsable(on: device.physical))
    #expect(finding.defaultSeconds > 0 && finding.ratio >= 1)
    #expect(finding.isBetter == (finding.ratio >= ProductTuner.worthwhile))
    #expect(finding.shapeClass == Self.small)
    #expect(ProductShape(0, 1, 1) == nil && ProductShape(.max, .max, .max) == nil)
    #expect(ProductShape(16_384, 16_384, 17) == nil)
  }
}
