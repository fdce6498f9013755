import Kernels
import TestSupport
import Testing
import Vulkan

@testable import Recording

/// Barriers stand where byte ranges conflict, and a missing one is found.
struct HazardTests {
  final class Memory: Sendable {}
  static let memory = Memory()
  static let other = Memory()

  static func read(_ bytes: Range<Int>, _ buffer: Memory = memory) -> ByteAccess {
    ByteAccess(buffer: ObjectIdentifier(buffer), bytes: bytes, writes: false)
  }
  static func write(_ bytes: Range<Int>, _ buffer: Memory = memory) -> ByteAccess {
    ByteAccess(buffer: ObjectIdentifier(buffer), bytes: bytes, writes: true)
  }

  /// Two accesses in a row, and whether they need a barrier between them.
  static let cases: [(name: String, first: ByteAccess, second: ByteAccess, conflict: Bool)] = [
    ("read after write", write(0..<16), read(8..<24), true),
    ("write after read", read(0..<16), write(15..<20), true),
    ("write after write", write(4..<8), write(0..<100), true),
    ("read after read", read(0..<16), read(0..<16), false),
    ("disjoint writes", write(0..<16), write(16..<32), false),
    ("disjoint read", write(16..<32), read(0..<16), false),
    ("another buffer", write(0..<16), write(0..<16, other), false),
  ]

  /// Where the planner wants barriers before each of `dispatches`.
  func barriers(_ dispatches: [ByteAccess]...) -> [Bool] {
    var planner = BarrierPlanner()
    return dispatches.map { planner.needsBarrier(before: $0) }
  }

  /// What the checker finds in a log.
  func hazard(_ log: [EncodedCommand]) -> RecordingError? {
    do throws(RecordingError) {
      try HazardChecker.check(log, plan: "p")
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: cases.indices)
  func plannerAndCheckerAgree(_ index: Int) {
    let (name, first, second, conflict) = Self.cases[index]
    #expect(barriers([first], [second]) == [false, conflict], "\(name)")
    let (a, b) = (
      EncodedCommand.dispatch(label: "a", accesses: [first]),
      EncodedCommand.dispatch(label: "b", accesses: [second])
    )
    #expect((hazard([a, b]) != nil) == conflict, "\(name)")
    #expect(hazard([a, .barrier, b]) == nil, "\(name)")
  }

  @Test func aBarrierOrdersEverythingBefore() {
    let planned = barriers(
      [Self.write(0..<8), Self.write(8..<16)], [Self.read(0..<8)], [Self.read(8..<16)], [Self.write(0..<8)])
    #expect(planned == [false, true, false, true])
  }

  @Test func theHazardIsNamed() {
    let log: [EncodedCommand] = [
      .barrier, .dispatch(label: "product", accesses: [Self.write(0..<64)]),
      .dispatch(label: "bias", accesses: [Self.write(64..<96)]),
      .dispatch(label: "sum", accesses: [Self.read(32..<80)]),
    ]
    #expect(hazard(log) == .hazard(plan: "p", first: "product", second: "sum", bytes: 32..<64))
  }

  @Test(arguments: 0..<UInt64(100))
  func whatThePlannerOrdersTheCheckerPasses(_ seed: UInt64) {
    var random = SeededRandom(seed)
    var planner = BarrierPlanner()
    var log: [EncodedCommand] = []
    for number in 0..<30 {
      let accesses = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        let start = Int.random(in: 0..<64, using: &random)
        let bytes = start..<start + Int.random(in: 1...8, using: &random)
        return Bool.random(using: &random) ? Self.read(bytes) : Self.write(bytes)
      }
      if planner.needsBarrier(before: accesses) { log.append(.barrier) }
      log.append(.dispatch(label: "\(number)", accesses: accesses))
    }
    #expect(hazard(log) == nil)
    // Every one of the planner's barriers is needed: without it the checker objects.
    for index in log.indices {
      guard case .barrier = log[index] else { continue }
      var without = log
      without.remove(at: index)
      #expect(hazard(without) != nil)
    }
  }

  @Test func theValidationLayerSeesAMissingBarrier() throws {
    let device = TestDevice.shared
    let x = try buffer(device, [Float](repeating: 1, count: 64))
    let y = try buffer(device, [Float](repeating: 0, count: 64))
    func run(barrier: Bool) throws -> [ValidationMessage] {
      try TestDevice.expectingMessages {
        let commands = try CommandBuffer(device, label: "conflict")
        let pool = try DescriptorPool(device, sets: 2, bindings: 4)
        try commands.begin()
        for (number, pair) in [(x, y), (y, x)].enumerated() {
          let dispatch = Dispatch.scale("scale", Region(pair.0), to: Region(pair.1), by: 2, count: 64)
          if number == 1, barrier { commands.barrier() }
          let pipeline = try device.pipeline(
            words: dispatch.kernel.words, name: dispatch.kernel.name, bindings: 2,
            pushConstantBytes: dispatch.parameters.count, specialization: dispatch.specialization)
          commands.bind(pipeline)
          commands.bind(try pool.allocate(pipeline, [(pair.0, 0, 256), (pair.1, 0, 256)], label: "set"))
          dispatch.parameters.withUnsafeBytes { commands.push(constants: $0) }
          commands.dispatch(1)
        }
        commands.barrier()
        try commands.end()
        let timeline = try Timeline(device, label: "conflict")
        try device.submit([commands], signal: 1, on: timeline)
        try timeline.wait(until: 1)
      }
    }
    #expect(try run(barrier: true) == [])
    let messages = try run(barrier: false)
    let hazard = try #require(messages.first { $0.identifier.hasPrefix("SYNC-HAZARD") }, "\(messages)")
    // RenderDoc would show the same names.
    #expect(hazard.objects == ["device block"], "\(hazard)")
    for name in ["device block", "set", "scale", "conflict"] {
      #expect(hazard.text.contains("[\(name)]"), "\(name): \(hazard.text)")
    }
  }
}
