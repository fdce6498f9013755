public import CReprise
import Learning
import Recording
import Reinforcement
import Synchronization
import Tensors
import Vulkan

/// Copies of an environment, with the plan of a step.
final class EnvironmentObject: @unchecked Sendable {
  let environment: VectorEnvironment
  private let actions: Variable
  private let resetting, step: Replay
  /// Calls take turns: a replay is one thread's at a time.
  private let turn = Mutex<Void>(())

  init(_ name: String, copies: Int, seed: UInt64, on device: Device) throws {
    try ConfigurationError.check("copies", copies, in: 1...1 << 24)
    let environment = try VectorEnvironment(
      Environments.named(name), seeds: [seed], copies: copies, on: device)
    let space = environment.environment.actionSpace
    let actions = try Variable(
      [1, copies, space.size], space.counts == nil ? .float32 : .int32, on: device, label: "actions")
    resetting = try Replay(
      device.record("reset \(name)") { program in
        try program.pass("reset") { graph in
          environment.clock.assign(graph.constant(0, environment.clock.type))
          environment.reset(instead: graph.read(actions))
        }
      })
    step = try Replay(
      device.record("step \(name)") { program in
        try program.pass("step") { graph in environment.step(graph.read(actions)) }
      })
    (self.environment, self.actions) = (environment, actions)
  }

  func reset(_ observations: UnsafeMutablePointer<Float>) throws {
    try turn.withLock { _ in
      try resetting.run(times: 1)
      try environment.observations.copy(to: observations)
    }
  }

  /// Where the results of a step go.
  struct Outcome {
    let observations: UnsafeMutablePointer<Float>
    let finalObservations, rewards: UnsafeMutablePointer<Float>?
    let terminated, truncated: UnsafeMutablePointer<UInt8>?
  }

  func step(_ given: UnsafeRawPointer, _ outcome: Outcome) throws {
    try turn.withLock { _ in
      let words = UnsafeRawBufferPointer(start: given, count: 4 * actions.type.shape.count)
      switch environment.environment.actionSpace {
      case .box(let low, let high): try actions.write(bounded(words, low, high))
      case .discrete, .multiDiscrete: try actions.write(checked(words))
      }
      try step.run(times: 1)
      try environment.observations.copy(to: outcome.observations)
      if let place = outcome.finalObservations { try environment.finalObservations.copy(to: place) }
      if let place = outcome.rewards { try environment.rewards.copy(to: place) }
      if let place = outcome.terminated { try environment.terminated.copy(to: place) }
      if let place = outcome.truncated { try environment.truncated.copy(to: place) }
    }
  }

  private func bounded(_ words: UnsafeRawBufferPointer, _ low: [Double], _ high: [Double]) throws -> [Float] {
    try words.bindMemory(to: Float.self).enumerated().map { place, value in
      guard value.isFinite else {
        throw ArgumentError(description: "action \(place / low.count) has \(value); expected a finite number")
      }
      return min(max(value, Float(low[place % low.count])), Float(high[place % low.count]))
    }
  }

  private func checked(_ words: UnsafeRawBufferPointer) throws -> [Int32] {
    let counts = environment.environment.actionSpace.counts ?? []
    return try words.bindMemory(to: Int32.self).enumerated().map { place, value in
      let count = counts[place % counts.count]
      guard 0..<count ~= Int(value) else {
        throw ArgumentError(
          description: "action \(place / counts.count) has \(value); expected 0 to \(count - 1)")
      }
      return value
    }
  }
}

extension Variable {
  /// Copies the elements to memory of the host. Waits for the device.
  fileprivate func copy(to place: UnsafeMutablePointer<Float>) throws {
    let values: [Float] = try read()
    place.update(from: values, count: values.count)
  }

  /// Copies bools to bytes.
  fileprivate func copy(to place: UnsafeMutablePointer<UInt8>) throws {
    for (index, value) in try read(UInt32.self).enumerated() { place[index] = value == 0 ? 0 : 1 }
  }
}

/// The header says what it does.
@c @implementation
public func reprise_environment_make(
  _ device: OpaquePointer, _ name: UnsafePointer<CChar>, _ copies: UInt32, _ seed: UInt64,
  _ environment: UnsafeMutablePointer<OpaquePointer?>
) -> reprise_result {
  attempt {
    environment.pointee = retained(
      try EnvironmentObject(
        String(cString: name), copies: Int(copies), seed: seed, on: object(DeviceObject.self, device).device))
  }
}

/// The header says what it does.
@c @implementation
public func reprise_environment_describe(
  _ environment: OpaquePointer, _ info: UnsafeMutablePointer<reprise_environment_info>
) {
  let kind = object(EnvironmentObject.self, environment).environment.environment
  var described = reprise_environment_info()
  copy(kind.name, to: &described.name)
  described.observation_size = UInt32(kind.observationSize)
  described.action_size = UInt32(kind.actionSpace.size)
  described.maximum_steps = UInt32(kind.maximumSteps)
  switch kind.actionSpace {
  case .box(let low, let high):
    described.is_box = 1
    fill(&described.action_low, low.map { Float($0) })
    fill(&described.action_high, high.map { Float($0) })
  case .discrete, .multiDiscrete:
    fill(&described.action_counts, (kind.actionSpace.counts ?? []).map { UInt32($0) })
  }
  info.pointee = described
}

/// The header says what it does.
@c @implementation
public func reprise_environment_reset(
  _ environment: OpaquePointer, _ observations: UnsafeMutablePointer<Float>
) -> reprise_result {
  attempt { try object(EnvironmentObject.self, environment).reset(observations) }
}

/// The header says what it does.
@c @implementation
public func reprise_environment_step(
  _ environment: OpaquePointer, _ actions: UnsafeRawPointer, _ observations: UnsafeMutablePointer<Float>,
  _ final_observations: UnsafeMutablePointer<Float>?, _ rewards: UnsafeMutablePointer<Float>?,
  _ terminated: UnsafeMutablePointer<UInt8>?, _ truncated: UnsafeMutablePointer<UInt8>?
) -> reprise_result {
  attempt {
    try object(EnvironmentObject.self, environment).step(
      actions,
      EnvironmentObject.Outcome(
        observations: observations, finalObservations: final_observations, rewards: rewards,
        terminated: terminated, truncated: truncated))
  }
}

/// The header says what it does.
@c @implementation
public func reprise_environment_free(_ environment: OpaquePointer?) { release(environment) }
