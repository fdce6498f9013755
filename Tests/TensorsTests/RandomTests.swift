import Learning
import Recording
import TestSupport
import Testing

@testable import Tensors

/// Philox and the shuffle that is made of it: published answers, and the same integers on host and device.
struct RandomTests {
  @Test func knownAnswers() throws {
    let golden = try Golden.load("philox")
    let counters = try #require(golden.tensors["counter"]).elements(UInt32.self)
    let keys = try #require(golden.tensors["key"]).elements(UInt32.self)
    let outputs = try #require(golden.tensors["output"]).elements(UInt32.self)
    #expect(outputs.count == 27 * 4)
    for row in 0..<27 {
      let c = counters[4 * row..<4 * row + 4].map { $0 }
      let words = philox(counter: (c[0], c[1], c[2], c[3]), key: (keys[2 * row], keys[2 * row + 1]))
      #expect([words.0, words.1, words.2, words.3] == Array(outputs[4 * row..<4 * row + 4]), "row \(row)")
    }
    #expect(
      outputs[0..<4] == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8], "Random123's first answer")
  }

  /// The first `batches` minibatches on the device, in one plan that advances its cursor.
  func minibatches(count: Int, batch: Int, seed: UInt64, batches: Int, from start: UInt32 = 0) throws
    -> [[UInt32]]
  {
    let device = TestDevice.shared
    let cursor = try Variable([], .uint32, on: device, label: "cursor")
    try cursor.write([start])
    let rows = try Variable([batch], .uint32, on: device, label: "rows")
    let seeds = try Variable([1, 2], .uint32, on: device, label: "seeds")
    try seeds.write([UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)])
    let plan = try device.record("shuffle", options: .init()) { program in
      try program.pass("next") { graph in
        let value = graph.read(cursor)
        rows.assign(value.minibatchIndices(count: count, batch: batch, seeds: graph.read(seeds)))
        cursor.assign(value + 1)
      }
    }
    return try (0..<batches).map { _ in
      try plan.replay()
      return try rows.read(UInt32.self)
    }
  }

  @Test(arguments: [1, 2, 7, 31, 33, 1025, 8192])
  func theShuffleIsTheReferenceAndABijection(_ count: Int) throws {
    let batch = count == 1025 ? 205 : count == 8192 ? 2048 : count
    let perPass = count / batch
    var passes: [[UInt32]] = []
    for pass in 0..<2 {
      let start = UInt32(pass * perPass)
      let device = try minibatches(
        count: count, batch: batch, seed: 0x1234_5678_9ABC, batches: perPass, from: start
      )
      .flatMap { $0 }
      let host = (0..<UInt32(count)).map {
        permuted($0, count: UInt32(count), seed: 0x1234_5678_9ABC, pass: UInt32(pass))
      }
      #expect(device == host, "pass \(pass)")
      #expect(device.sorted() == Array(0..<UInt32(count)), "pass \(pass)")
      passes.append(device)
    }
    if count >= 7 { #expect(passes[0] != passes[1]) }
  }

  @Test func theCursorRollsIntoTheNextPass() throws {
    let rolled = try minibatches(count: 48, batch: 16, seed: 9, batches: 6)
    for pass in 0..<2 {
      #expect(rolled[3 * pass..<3 * pass + 3].flatMap { $0 }.sorted() == Array(0..<48))
    }
    #expect(rolled[0..<3] != rolled[3..<6])
    #expect(try rolled != minibatches(count: 48, batch: 16, seed: 10, batches: 6))
    #expect(
      try rolled != minibatches(count: 48, batch: 16, seed: 9 | 1 << 40, batches: 6), "the seed's high word")
    #expect(try rolled == minibatches(count: 48, batch: 16, seed: 9, batches: 6))
  }

  @Test func everyPlaceIsEquallyLikely() {
    // Where index 0 goes in 4000 passes over 10 rows: χ² with 9 degrees of freedom, 99.99 % below 33.7.
    for index in [0, 3, 9] as [UInt32] {
      var counts = [Double](repeating: 0, count: 10)
      for pass in 0..<4000 { counts[Int(permuted(index, count: 10, seed: 5, pass: UInt32(pass)))] += 1 }
      let chi = counts.reduce(0) { $0 + ($1 - 400) * ($1 - 400) / 400 }
      #expect(chi < 33.7, "\(counts)")
    }
  }
}
