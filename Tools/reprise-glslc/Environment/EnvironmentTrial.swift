import Recording
import Reinforcement
import Tensors
import Vulkan

/// Steps of a new environment under random actions: what no compiler sees.
struct EnvironmentTrial {
  /// Copies that are stepped.
  static let copies = 256
  /// How long it may take; a loop without end would take for ever.
  private static let seconds = 60.0

  /// Mean return and length of the episodes that ended; nil where none did.
  let returnMean, lengthMean: Double?
  /// Steps of each copy, and episodes that ended.
  let steps, episodes: Int

  /// Why an environment is not fit to be trained on.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Steps `environment`, two episodes at most, 2000 steps at most.
  ///
  /// - Throws: ``Failure`` for the first number that isn't finite, and for an index beyond an array.
  init(_ environment: BundledEnvironment, on device: Device, stuck: @escaping () -> Void) throws {
    steps = min(2000, 2 * environment.maximumSteps)
    let target = try VectorEnvironment(environment, seeds: [1], copies: Self.copies, on: device)
    let unseen = try Variable([], on: device, label: "observations that are not finite")
    let start = ContinuousClock.now
    func watch() { if (ContinuousClock.now - start).seconds > Self.seconds { stuck() } }
    let reset = try device.record("first reset") { program in
      try program.pass("reset") { target.reset(in: $0) }
    }
    try Replay(reset).run(times: 1, watch: watch)
    let plan = try device.record("trial of \(environment.name)") { program in
      try program.pass("step", repeats: 20) { graph in
        target.step(target.sampleActions(in: graph))
        let seen = graph.read(target.observations).isFinite()
        unseen.assign(graph.read(unseen) + (1 - seen.float()).sum())
      }
    }
    try Replay(plan).run(times: (steps + 19) / 20) { _ in
      if let fault = try target.lastFault(of: 0) {
        throw Failure(
          description: EnvironmentFaultError(environment: environment.name, fault: fault).description)
      }
      if try unseen.read()[0] > 0 {
        throw Failure(
          description: "\(environment.name) observed what is no finite number, in a state that is")
      }
      return true
    } watch: {
      watch()
    }
    let values: [Float] = try target.statistics.read()
    func sum(_ row: Int) -> Double {
      values[row * Self.copies..<(row + 1) * Self.copies].reduce(0) { $0 + Double($1) }
    }
    episodes = Int(sum(2))
    returnMean = episodes > 0 ? sum(0) / sum(2) : nil
    lengthMean = episodes > 0 ? sum(1) / sum(2) : nil
  }
}
