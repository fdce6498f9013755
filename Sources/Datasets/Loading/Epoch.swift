public import Recording
public import Tensors
import Vulkan

/// An epoch over a loader's batches, recorded: one plan where the samples lie on the device.
public final class Epoch {
  /// What is replayed, in order; of a streamed data set, or with accumulated gradients, the second once an update.
  public var plans: [Plan] { replays.map(\.plan) }
  /// What replaying has cost so far, all plans together.
  public var profile: Replay.Profile { replays.reduce(Replay.Profile()) { $0 + $1.profile } }

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
        secondsPerSubmission: isCPU ? 10 : 0.1, isStrict: !isCPU)
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

  /// Runs the epoch and waits for its end.
  ///
  /// - Parameter watch: called about five times a second while the device works.
  /// - Throws: `RecordingError`, `VulkanError`.
  public func run(watch: (() -> Void)? = nil) throws {
    if let whole {
      try whole.run(times: 1, watch: watch)
      return
    }
    guard let stream = loader.stream else {
      try beginning?.run(times: 1)
      try update?.run(times: loader.fullBatches / batchesPerUpdate, watch: watch)
      try rest?.run(times: 1, watch: watch)
      try end?.run(times: 1)
      return
    }
    let rows = loader.rows(ofEpoch: try loader.epochCounter.read(UInt32.self)[0]).prefix(
      loader.samplesPerEpoch)
    // Whole updates in each part.
    let batches = max(1, stream.batchesPerHalf / batchesPerUpdate) * batchesPerUpdate
    let size = batches * loader.options.batchSize
    let parts = stride(from: 0, to: rows.count, by: size).map { rows[$0..<min($0 + size, rows.count)] }
    try beginning?.run(times: 1)
    var filling = stream.fill(half: 0, with: parts[0])
    for (number, part) in parts.enumerated() {
      try filling.finish()
      if number + 1 < parts.count { filling = stream.fill(half: (number + 1) % 2, with: parts[number + 1]) }
      try loader.position.write([UInt32(number % 2 * stream.batchesPerHalf)])
      let updates = part.count / loader.options.batchSize / batchesPerUpdate
      if updates > 0 { try update?.run(times: updates, watch: watch) }
      if number + 1 == parts.count { try rest?.run(times: 1, watch: watch) }
    }
    try end?.run(times: 1)
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
