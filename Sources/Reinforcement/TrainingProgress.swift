/// What an iteration gave an agent.
public struct TrainingProgress: Encodable, Sendable {
  /// The seed of the agent.
  public let seed: UInt64
  /// Iterations done, and those of the whole run.
  public let iteration, iterations: Int
  /// Environment steps done, over all copies of the agent.
  public let steps: Int
  /// Seconds since training began.
  public let seconds: Double
  /// Steps a second, over all agents, since the first iteration ended; 0 until the second has.
  public let stepsPerSecond: Double
  /// Mean return and length of the episodes that ended in this iteration; nil when none did.
  public let returnMean, lengthMean: Double?
  /// Episodes that ended in this iteration.
  public let episodes: Int
  /// Steps of this iteration that gave what is no finite number; see `EnvironmentFault`.
  public let faults: Int
  /// What the algorithm says of its updates, in its order: means over the iteration, step sizes.
  public let metrics: [(name: String, value: Double)]

  /// A metric by its name.
  public subscript(name: String) -> Double? { metrics.first { $0.name == name }?.value }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }

  /// An object in which the metrics stand beside the rest.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(seed, forKey: Key("seed"))
    try container.encode(iteration, forKey: Key("iteration"))
    try container.encode(iterations, forKey: Key("iterations"))
    try container.encode(steps, forKey: Key("steps"))
    try container.encode(seconds, forKey: Key("seconds"))
    try container.encode(stepsPerSecond, forKey: Key("steps_per_second"))
    try container.encodeIfPresent(returnMean, forKey: Key("return_mean"))
    try container.encodeIfPresent(lengthMean, forKey: Key("length_mean"))
    try container.encode(episodes, forKey: Key("episodes"))
    try container.encode(faults, forKey: Key("faults"))
    for metric in metrics { try container.encode(metric.value, forKey: Key(metric.name)) }
  }
}

/// Training went wrong: a metric is infinite or no number, and so are the weights.
public struct DivergenceError: Error, CustomStringConvertible {
  /// The agent, and where it was seen.
  public let seed: UInt64, iteration: Int, steps: Int
  /// The metrics that are no finite numbers.
  public let metrics: [(name: String, value: Double)]

  /// A sentence for people.
  public var description: String {
    "training of seed \(seed) diverged in iteration \(iteration), after \(steps) steps: "
      + metrics.map { "\($0.name) is \($0.value)" }.joined(separator: ", ")
      + "; a smaller learning rate may help, and the last checkpoint is from before"
  }
}
