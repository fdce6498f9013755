import Tensors
public import Vulkan

/// A step after which a copy's state or reward was NaN or infinite, or in which an index was beyond its array.
///
/// The step counts as cut off where it began, without a reward, and a new episode begins; the other copies go on.
public struct EnvironmentFault: Sendable, Equatable {
  /// The copy, among those of its agent.
  public let copy: Int
  /// The number of the step, among those of the copy, from 0 on.
  public let step: Int
  /// The state before the step and after it, in the units of the environment.
  public let before, after: [Float]
  /// Whether an index was out of range; only environments of other people, which `reprise-glslc environment` made, are watched.
  public let isIndexOutOfRange: Bool
}

extension EnvironmentFault: CustomStringConvertible {
  /// Copy, step and states in words.
  public var description: String { "copy \(copy), step \(step), state \(before) → \(after)" }
}

/// A step went wrong, and a run was to stop then, or an evaluation had no whole episode.
public struct EnvironmentFaultError: Error, CustomStringConvertible {
  /// The environment.
  public let environment: String
  /// What happened last.
  public let fault: EnvironmentFault

  /// An error of a fault.
  public init(environment: String, fault: EnvironmentFault) {
    (self.environment, self.fault) = (environment, fault)
  }

  /// A sentence for people.
  public var description: String {
    "\(environment) \(fault.isIndexOutOfRange ? "used an index beyond its array" : "gave what is no finite number"): \(fault)"
  }
}

extension VectorEnvironment {
  /// The last fault of an agent's copies; nil when none had any. Waits for the device.
  public func lastFault(of agent: Int) throws(VulkanError) -> EnvironmentFault? {
    let (words, all, size) = (try faults.read(UInt32.self), agents * copies, environment.stateSize)
    let own = agent * copies..<(agent + 1) * copies
    guard let at = own.max(by: { words[$0] < words[$1] }), words[at] > 0 else { return nil }
    let states = (0..<2 * size).map { Float(bitPattern: words[(1 + $0) * all + at]) }
    return EnvironmentFault(
      copy: at - own.lowerBound, step: Int(words[at]) - 1, before: Array(states[..<size]),
      after: Array(states[size...]), isIndexOutOfRange: words[(1 + 2 * size) * all + at] != 0)
  }
}
