public import Recording
public import Tensors
import Vulkan

/// An epoch over a loader's batches, recorded: one plan where the samples lie on the device.
public final class Epoch {
  /// What is replayed, in order; of a streamed data set, or with accumulated gradients, the second once an update.
  public var plans: [Plan] { replays.map(\.plan) }
  /// What replaying has cost so far, all plans together.
  public var profile: Replay.Profile { replays.reduce(Replay.Profile()) { $0 + $1.profile } }

  /// Batches done of an epoch that was cut; nil between epochs.
  public private(set) var cut: Int?

  private let loader: DataLoader
  private let batchesPerUpdate: Int
  /// The whole epoch in one, or its beginning, an update, the last and smaller update if there is one, and its end.
  private let whole: Replay?
  private let beginning, update, rest, end: Replay?
  private var replays: [Replay] { [whole, beginning, update, rest, end].compactMap(\.self) }

  init(
    _ loader: DataLoader, _ label: String, options: PlanOptions, batchesPerUpdate: Int,
    begin: (Graph) throws -> Void, end: (Graph) throws -> Void, body: (Graph, Batch) throws -> Void
  ) throws {
    let device = loader.dataset.device
    let (full, tail, size) = (loader.fullBatches, loader.tail, loader.options.batchSize)
    self.loader = loader
    self.batchesPerUpdate = batchesPerUpdate

    func add(_ count: Int = size, repeats: Int, endsUpdate: Bool, to program: inout Program) throws {
      guard count > 0, repeats > 0 else { return }
      try program.pass(count == size ? "batch" : "last batch", repeats: repeats) { graph in
        try body(graph, loader.batch(count, endsUpdate: endsUpdate, in: graph))
        loader.advance(in: graph)
      }
    }
    func replay(_ name: String, _ passes: (inout Program) throws -> Void) throws -> Replay {
      let isCPU = device.physical.kind == .cpu
      return try Replay(
        device.record("\(label)\(name)", options: options, passes),
        secondsPerSubmission: options.secondsPerSubmission ?? (isCPU ? 1 : 0.1), isStrict: !isCPU)
    }
    func beginning(_ graph: Graph) throws {
      loader.begin(in: graph)
      try begin(graph)
    }

    guard loader.stream != nil || batchesPerUpdate > 1 else {
      whole = try replay("") { program in
        try program.pass("begin", beginning)
        try add(repeats: full, endsUpdate: true, to: &program)
        try add(tail, repeats: 1, endsUpdate: true, to: &program)
        try program.pass("end", end)
      }
      (self.beginning, update, rest, self.end) = (nil, nil, nil, nil)
      return
    }
    whole = nil
    self.beginning = try replay(": begin") { try $0.pass("begin", beginning) }
    update =
      full < batchesPerUpdate
      ? nil
      : try replay(": update") { program in
        try add(repeats: batchesPerUpdate - 1, endsUpdate: false, to: &program)
        try add(repeats: 1, endsUpdate: true, to: &program)
      }
    let left = full % batchesPerUpdate
    rest =
      left == 0 && tail == 0
      ? nil
      : try replay(": last update") { program in
        try add(repeats: tail > 0 ? left : left - 1, endsUpdate: false, to: &program)
        try add(tail > 0 ? tail : size, repeats: 1, endsUpdate: true, to: &program)
      }
    self.end = try replay(": end") { try $0.pass("end", end) }
  }

  /// Runs the epoch, or what is left of one that was cut, and waits for its end.
  ///
  /// - Parameters:
  ///   - watch: called about five times a second while the device works.
  ///   - isCut: asked about once a second on a CPU, more often elsewhere; true ends this between two batches, or updates where
  ///     gradients are accumulated.
  /// - Returns: whether the epoch has ended.
  /// - Throws: `RecordingError`, `VulkanError`.
  @discardableResult
  public func run(watch: (() -> Void)? = nil, isCut: () -> Bool = { false }) throws -> Bool {
    if let whole {
      let hasEnded = try whole.run(times: 1, watch: watch, isCut: isCut) == 1
      // Its first run is that of the beginning.
      cut = whole.runsWithinReplay > 0 ? whole.runsWithinReplay - 1 : nil
      return hasEnded
    }
    if cut == nil {
      if isCut() { return false }
      try beginning?.run(times: 1)
    }
    var done = cut ?? 0
    cut = done
    func learn(_ times: Int) throws -> Bool {
      guard times > 0, let update else { return true }
      // Within an update gradients are accumulated.
      let updates = try update.run(
        times: times, watch: watch, isCut: { update.runsWithinReplay == 0 && isCut() })
      done += updates * batchesPerUpdate
      cut = done
      return updates == times
    }
    if let stream = loader.stream {
      guard try runParts(of: stream, after: done, learn) else { return false }
    } else {
      guard try learn((loader.fullBatches - done) / batchesPerUpdate) else { return false }
    }
    try rest?.run(times: 1, watch: watch)
    try end?.run(times: 1)
    cut = nil
    return true
  }

  /// Goes on within an epoch of which so many batches are done, as one in which another object was cut, when all of the
  /// loader's counters are as they were then.
  public func enter(after batches: Int) throws {
    precondition((0...loader.batchesPerEpoch).contains(batches), "an epoch has no batch \(batches)")
    cut = batches
    whole?.enter(after: 1 + batches)
    if loader.stream == nil { try loader.order.write(loader.rows(ofEpoch: try number())) }
  }

  /// The number of the epoch that has begun, counted from 0.
  private func number() throws -> UInt32 { try loader.epochCounter.read(UInt32.self)[0] - 1 }

  /// Runs the whole updates of a streamed epoch after `done` batches, part by part; false when it was cut.
  private func runParts(of stream: SampleStream, after done: Int, _ update: (Int) throws -> Bool) throws
    -> Bool
  {
    let rows = loader.rows(ofEpoch: try number()).prefix(loader.samplesPerEpoch)
    // Whole updates in each part.
    let batches = max(1, stream.batchesPerHalf / batchesPerUpdate) * batchesPerUpdate
    let size = batches * loader.options.batchSize
    let parts = stride(from: 0, to: rows.count, by: size).map { rows[$0..<min($0 + size, rows.count)] }
    let first = done / batches
    var filling = stream.fill(half: first % 2, with: parts[first])
    for (number, part) in parts.enumerated().dropFirst(first) {
      try filling.finish()
      if number + 1 < parts.count { filling = stream.fill(half: (number + 1) % 2, with: parts[number + 1]) }
      let begun = max(0, done - number * batches)
      try loader.position.write([UInt32(number % 2 * stream.batchesPerHalf + begun)])
      guard try update((part.count / loader.options.batchSize - begun) / batchesPerUpdate) else {
        if number + 1 < parts.count { try filling.finish() }
        return false
      }
    }
    return true
  }
}

extension DataLoader {
  /// Records an epoch: `body` is traced for a full batch and for the smaller last one, and replayed for each batch.
  ///
  /// - Parameters:
  ///   - batchesPerUpdate: batches whose gradients are accumulated; `Batch.endsUpdate` says at which they are used.
  ///   - begin, end: passes before the first batch and after the last.
  /// - Throws: `GraphError`, `RecordingError`, `VulkanError`, and what the closures throw.
  public func record(
    _ label: String, options: PlanOptions = .environment, batchesPerUpdate: Int = 1,
    begin: (Graph) throws -> Void = { _ in }, end: (Graph) throws -> Void = { _ in },
    _ body: (Graph, Batch) throws -> Void
  ) throws -> Epoch {
    try Epoch(
      self, label, options: options, batchesPerUpdate: batchesPerUpdate, begin: begin, end: end, body: body)
  }
}
