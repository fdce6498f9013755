public import CReprise
import Glibc
import Learning
import Recording
import Reinforcement
import Synchronization
import Vulkan

/// A run of any algorithm.
final class TrainingObject: @unchecked Sendable {
  private let algorithm: any Algorithm
  private var hasRun = false
  /// It does one thing at a time.
  private let turn = Mutex<Void>(())

  init(_ name: String, environment: String, settings: [String], on device: Device) throws {
    guard let kind = Algorithms.all.first(where: { $0.name == name }) else {
      throw ConfigurationError(
        field: "algorithm",
        reason: "\"\(name)\" is not known; there are: \(Algorithms.names.joined(separator: ", "))")
    }
    algorithm = try Self.make(kind, environment, settings, device)
  }

  private static func make<Chosen: Algorithm>(
    _: Chosen.Type, _ environment: String, _ settings: [String], _ device: Device
  ) throws -> any Algorithm {
    var configuration = Chosen.Configuration()
    configuration.environment = environment
    if let named = Recipes.named(Chosen.name, environment) {
      try named.recipe.apply(to: &configuration, file: named.file)
    }
    for setting in settings {
      guard let equals = setting.firstIndex(of: "=") else {
        throw ArgumentError(description: "the setting \"\(setting)\" has no '='; expected name=value")
      }
      try configuration.set(String(setting[..<equals]), to: String(setting[setting.index(after: equals)...]))
    }
    try configuration.validate()
    return try Chosen(configuration, seeds: nil, on: device, options: .environment)
  }

  /// Calls `body`, unless a call is under way: its callback may come here, and would wait for itself.
  private func alone(_ body: () throws -> Void) throws {
    guard try turn.withLockIfAvailable({ _ in try body() }) != nil else {
      throw ArgumentError(description: "the training is under way; wait for its end")
    }
  }

  func run(_ progress: (TrainingProgress) -> Bool) throws {
    try alone {
      guard !hasRun else { throw ArgumentError(description: "the training has run already; make another") }
      hasRun = true
      try algorithm.train { progress($0) }
    }
  }

  func save(_ path: String) throws {
    try alone { try algorithm.checkpoint(agent: 0).write(to: path) }
  }
}

/// The header says what it does.
@c @implementation
public func reprise_training_make(
  _ device: OpaquePointer, _ algorithm: UnsafePointer<CChar>, _ environment: UnsafePointer<CChar>,
  _ settings: UnsafePointer<UnsafePointer<CChar>>?, _ setting_count: UInt32,
  _ training: UnsafeMutablePointer<OpaquePointer?>
) -> reprise_result {
  attempt {
    let given = (0..<Int(setting_count)).compactMap { string(settings?[$0]) }
    training.pointee = retained(
      try TrainingObject(
        String(cString: algorithm), environment: String(cString: environment), settings: given,
        on: object(DeviceObject.self, device).device))
  }
}

/// The header says what it does.
@c @implementation
public func reprise_training_run(
  _ training: OpaquePointer, _ progress: reprise_progress_callback?, _ context: UnsafeMutableRawPointer?
) -> reprise_result {
  attempt {
    try object(TrainingObject.self, training).run { row in
      guard let progress else { return true }
      return row.withCProgress { progress(context, $0) } != 0
    }
  }
}

extension TrainingProgress {
  /// Calls `body` with what C reads.
  fileprivate func withCProgress<Result>(_ body: (UnsafePointer<reprise_progress>) -> Result) -> Result {
    let names = metrics.map { UnsafePointer(cString($0.name)) }
    defer { for name in names { free(UnsafeMutableRawPointer(mutating: name)) } }
    return names.withUnsafeBufferPointer { names in
      metrics.map(\.value).withUnsafeBufferPointer { values in
        var progress = reprise_progress()
        (progress.iteration, progress.iterations) = (UInt64(iteration), UInt64(iterations))
        (progress.steps, progress.episodes) = (UInt64(steps), UInt64(episodes))
        (progress.seconds, progress.steps_per_second) = (seconds, stepsPerSecond)
        (progress.return_mean, progress.length_mean) = (returnMean ?? .nan, lengthMean ?? .nan)
        progress.metric_count = UInt32(names.count)
        (progress.metric_names, progress.metric_values) = (names.baseAddress, values.baseAddress)
        return body(&progress)
      }
    }
  }
}

/// The header says what it does.
@c @implementation
public func reprise_training_save(_ training: OpaquePointer, _ path: UnsafePointer<CChar>) -> reprise_result {
  attempt { try object(TrainingObject.self, training).save(String(cString: path)) }
}

/// The header says what it does.
@c @implementation
public func reprise_training_free(_ training: OpaquePointer?) { release(training) }
