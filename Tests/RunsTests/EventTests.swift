import Foundation
import Runs
import TestSupport
import Testing

/// Files of events, read by TensorBoard's own package.
@Suite struct EventTests {
  private let folder: TemporaryFolder
  private let run: RunDirectory

  init() throws {
    folder = try TemporaryFolder()
    run = RunDirectory(folder.path)
  }

  /// RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
  private static let checksums: [(bytes: [UInt8], checksum: UInt32)] = [
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    ([UInt8](0..<32), 0x46DD_794E), ([UInt8](0..<32).reversed(), 0x113F_DB5C),
    ([UInt8]("123456789".utf8), 0xE306_9283),
  ]

  @Test(arguments: checksums)
  func checksumsAreCastagnolis(_ bytes: [UInt8], _ checksum: UInt32) {
    #expect(CRC32C.checksum(bytes) == checksum)
  }

  @Test func scalarsHaveTheirStepsAndEveryBit() throws {
    let values: [Float] = [
      2.5e-8, 3, 1, -1.5, .pi, .leastNonzeroMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude,
      1e-20,
      16_777_215,
    ]
    // Two bytes and more as varints.
    let steps = [0, 1, 127, 128, 300, 65_536, 1 << 31, 1 << 40, (1 << 53) - 1, 1 << 60]
    let before = Date.now.timeIntervalSince1970
    do {
      let file = try EventFile(in: run)
      for (step, value) in zip(steps, values) {
        try file.append(scalars: [("train/loss", Double(value)), ("größe", Double(-value))], step: step)
      }
    }
    let found = try TensorBoard.read(run.path)
    #expect(found.value("scalars")?.keys == ["train/loss", "größe"])
    for (tag, sign) in [("train/loss", Float(1)), ("größe", -1)] {
      let scalars = found.scalars(tag)
      #expect(scalars.map(\.step) == steps)
      #expect(scalars.map { Float($0.value).bitPattern } == values.map { (sign * $0).bitPattern })
    }
    let times =
      found.value("scalars")?.value("train/loss")?.elements.compactMap { $0.elements[2].double } ?? []
    #expect(times.count == steps.count && times.allSatisfy { before <= $0 && $0 < before + 600 })
  }

  @Test func histogramsAreNumPys() throws {
    var random = SeededRandom(3)
    let elements = (0..<5000).map { _ in Float.random(in: -3...2, using: &random) }
    let file = try folder.write(elements.withUnsafeBytes { Array($0) }, to: "numbers.f32")
    do {
      let events = try EventFile(in: run)
      let tensors: KeyValuePairs<String, [Float]> = [
        "weights": elements, "constant": [2, 2, 2], "partly": [.nan, 1, 3, -.infinity],
      ]
      try events.append(
        histograms: tensors.map { ($0, try #require(TensorHistogram($1))) }, step: 7)
    }
    #expect(TensorHistogram([]) == nil && TensorHistogram([.nan, .infinity]) == nil)
    let found = try TensorBoard.read(run.path, numbers: file)
    let histograms = try #require(found.value("histograms"))
    #expect(histograms.keys == ["weights", "constant", "partly"])
    let entry: JSON = try #require(histograms.value("weights")?.elements.first)
    #expect(entry.elements[0].double == 7)
    let mine: JSON = entry.elements[1]
    let numpy: JSON = try #require(found.value("numpy"))
    func numbers(_ json: JSON, _ key: String) -> [Double] {
      (json.value(key)?.elements ?? []).compactMap { $0.double }
    }
    for key in ["min", "max", "num", "sum", "sum_squares"] {
      let value: Double = try #require(mine.value(key)?.double)
      let expected: Double = try #require(numpy.value(key)?.double)
      #expect(abs(value - expected) <= 1e-9 * abs(expected), "\(key)")
    }
    let limits = numbers(mine, "bucket_limit")
    let expected = numbers(numpy, "bucket_limit")
    #expect(limits.count == 30)
    #expect(zip(limits, expected).allSatisfy { abs($0 - $1) <= 1e-12 })
    #expect(numbers(mine, "bucket") == numbers(numpy, "bucket"))
    let constant: JSON = try #require(histograms.value("constant")?.elements.first?.elements[1])
    #expect(constant["num"]?.double == 3 && constant["min"]?.double == 2 && constant["max"]?.double == 2)
    #expect(histograms.value("partly")?.elements.first?.elements[1]["num"]?.double == 2)
  }

  @Test func aRunThatGoesOnReplacesWhatItDoesAgain() throws {
    func write(_ steps: ClosedRange<Int>, _ value: Double, from step: Int? = nil) throws {
      let file = try EventFile(in: run, from: step)
      for step in steps { try file.append(scalars: [("loss", value)], step: step) }
    }
    try write(1...10, 1)
    try write(6...8, 2, from: 6)
    try write(9...12, 3, from: 9)
    #expect(run.eventFiles.count == 3)
    let scalars = try TensorBoard.read(run.path).scalars("loss")
    #expect(scalars.map(\.step) == Array(1...12))
    #expect(scalars.map(\.value) == [1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3])
  }

  @Test func whatWasCutIsReadUpToThere() throws {
    do {
      let file = try EventFile(in: run)
      for step in 1...3 { try file.append(scalars: [("loss", 1)], step: step) }
    }
    let name = try #require(run.eventFiles.first)
    let bytes = try folder.bytes(of: name)
    for cut in [1, bytes.count / 3] {
      try folder.write(Array(bytes.dropLast(cut)), to: name)
      let steps = try TensorBoard.read(run.path).scalars("loss").map(\.step)
      #expect(steps == Array(1...3).prefix(steps.count).map(\.self) && steps.count == (cut > 5 ? 1 : 2))
    }
  }

  @Test func hyperparametersAreThePlugins() throws {
    try folder.write(
      """
      format: 2
      version: 0.1.0
      algorithm: ppo
      environment: cartpole
      gamma: 0.98
      hidden: [64, 64]
      normalize_observations: false
      seed: 3
      """, to: "config.yaml")
    do {
      let events = try RunEvents(of: run)
      try events.end(.finished)
    }
    let found = try TensorBoard.read(run.path)
    let types: [String: JSON] = [
      "algorithm": .integer(1), "environment": .integer(1), "gamma": .integer(3), "hidden": .integer(1),
      "normalize_observations": .integer(2), "seed": .integer(3),
    ]
    #expect(found["experiment.hparams"] == .object(types))
    #expect(found["experiment.metrics"]?.elements.count == 2)
    let values: JSON = try #require(found["start.hparams"])
    #expect(values["gamma"]?.double == 0.98 && values["seed"]?.double == 3)
    #expect(values["environment"] == .text("cartpole") && values["hidden"] == .text("64,64"))
    #expect(values["normalize_observations"] == .flag(false))
    #expect(found["end.status"]?.double == 1)
    let start: Double = try #require(found["start.time"]?.double)
    let end: Double = try #require(found["end.time"]?.double)
    #expect(start <= end && start > 1.7e9)
  }
}
