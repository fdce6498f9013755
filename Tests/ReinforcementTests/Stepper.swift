import Learning
import Recording
import Tensors
import Vulkan

@testable import Reinforcement

/// Steps copies of an environment with given states and actions.
struct Stepper {
  let environment: VectorEnvironment
  private let actions: Variable
  private let starts, single, running: Plan

  /// What a step gave; states are [copies, state], observations those before any reset.
  struct Outcome: Equatable {
    let states, observations, rewards: [Float]
    let terminated, truncated: [Bool]
  }

  init(
    _ kind: any Environment, seeds: [UInt64] = [0], copies: Int,
    parameters: [String: ClosedRange<Double>] = [:],
    actionRepeat: Int = 1, frameStack: Int = 1, on device: Device
  ) throws {
    let target = try VectorEnvironment(
      kind, seeds: seeds, copies: copies, parameters: parameters, actionRepeat: actionRepeat,
      frameStack: frameStack, on: device)
    let actions = try Variable(
      target.actionType.shape, target.actionType.dataType, on: device, label: "actions")
    (environment, self.actions) = (target, actions)
    starts = try device.record("reset") { program in try program.pass("reset") { target.reset(in: $0) } }
    single = try device.record("step alone") { program in
      try program.pass("step") { target.stepAlone($0.read(actions)) }
    }
    running = try device.record("step") { program in
      try program.pass("step") { target.step($0.read(actions)) }
    }
  }

  /// Copies of all agents.
  var count: Int { environment.agents * environment.copies }

  /// Begins the first episodes.
  func reset() throws { try starts.replay() }

  /// Puts all copies into states [copies, state], at the beginning of an episode.
  func set(_ states: [Float]) throws {
    try environment.states.write(transposed(states, count, environment.environment.stateSize))
    try set(lengths: 0)
  }

  /// The steps that the running episodes are long.
  func set(lengths: Int) throws {
    try environment.episodes.write(
      [Float](repeating: 0, count: count) + [Float](repeating: Float(lengths), count: count))
  }

  /// Gives all copies parameters of their own [copies, parameters]; the environment must vary some.
  func set(parameters: [Float]) throws {
    let kind = environment.environment
    try environment.states.write(
      transposed(parameters, count, kind.parameters.count), at: kind.stateSize * count)
  }

  /// The parameters of all copies [copies, parameters].
  func parameters() throws -> [Float] {
    let kind = environment.environment
    let rows = try environment.states.read(Float.self).dropFirst(kind.stateSize * count)
    return transposed(Array(rows), kind.parameters.count, count)
  }

  /// One step without resets; actions are int32 or float32.
  func stepAlone<Action: BitwiseCopyable>(_ chosen: [Action]) throws -> Outcome {
    try actions.write(chosen)
    try single.replay()
    return try outcome()
  }

  /// `times` steps with resets.
  func step<Action: BitwiseCopyable>(_ chosen: [Action], times: Int = 1) throws -> Outcome {
    try actions.write(chosen)
    try running.replay(times: times)
    return try outcome()
  }

  /// One step from states [copies, state] without resets.
  func step<Action: BitwiseCopyable>(states: [Float], actions chosen: [Action]) throws -> Outcome {
    try set(states)
    return try stepAlone(chosen)
  }

  private func outcome() throws -> Outcome {
    let size = environment.environment.stateSize
    let states = try environment.states.read(Float.self).prefix(size * count)
    return Outcome(
      states: transposed(Array(states), size, count), observations: try environment.finalObservations.read(),
      rewards: try environment.rewards.read(),
      terminated: try environment.terminated.read(UInt32.self).map { $0 != 0 },
      truncated: try environment.truncated.read(UInt32.self).map { $0 != 0 })
  }
}

private func transposed(_ values: [Float], _ rows: Int, _ columns: Int) -> [Float] {
  (0..<rows * columns).map { values[$0 % rows * columns + $0 / rows] }
}

extension Environment {
  /// The first part of its goldens' names.
  var goldenName: String { name.replacing("-", with: "_") }

  /// An action that does least, for each of `count` copies: int32, or the bits of float32.
  func idle(_ count: Int) -> [UInt32] {
    let action = actionSpace.counts?.map { UInt32($0 / 2) } ?? [UInt32](repeating: 0, count: actionSpace.size)
    return (0..<count).flatMap { _ in action }
  }

  /// Random actions, those of a box up to half more than its bounds: int32, or the bits of float32.
  func actions(_ count: Int, _ random: inout some RandomNumberGenerator) -> [UInt32] {
    (0..<count * actionSpace.size).map { index in
      let component = index % actionSpace.size
      guard case .box(let low, let high) = actionSpace else {
        return UInt32.random(in: 0..<UInt32(actionSpace.counts?[component] ?? 1), using: &random)
      }
      return Float.random(in: Float(1.5 * low[component])...Float(1.5 * high[component]), using: &random)
        .bitPattern
    }
  }
}

extension Safetensors {
  func floats(_ name: String) -> [Float] { tensors[name]?.elements(Float.self) ?? [] }
  /// 32 bits each, of float32 as of integers.
  func words(_ name: String) -> [UInt32] { tensors[name]?.elements(UInt32.self) ?? [] }
}

func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}
