import Bundles
public import Kernels
public import Learning

/// An environment that lives on the device: sizes and limits here, dynamics in one GLSL file of three functions.
public protocol Environment: Sendable {
  /// The name on the command line.
  var name: String { get }
  /// Gymnasium's identifier.
  var gymnasiumName: String { get }
  /// float32 numbers of state that a copy carries.
  var stateSize: Int { get }
  /// float32 numbers that the policy sees.
  var observationSize: Int { get }
  /// What it takes for an action.
  var actionSpace: ActionSpace { get }
  /// What its dynamics are made of, in the order of its GLSL file.
  var parameters: [EnvironmentParameter] { get }
  /// Steps after which an episode is truncated.
  var maximumSteps: Int { get }
  /// The mean return from which Gymnasium calls it solved; nil where it names none.
  var rewardThreshold: Double? { get }
  /// Kernels made from its GLSL file.
  var kernels: EnvironmentKernels { get }
  /// What its frames show, in units of its own.
  var viewport: Viewport { get }
  /// The picture of a state with the parameters as they are in Gymnasium, in the order of drawing.
  func frame(state: [Float]) -> [DrawingPrimitive]
}

extension Environment {
  /// Throws `ConfigurationError` for ranges of parameters that the environment doesn't have, or that are no float32 numbers.
  func check(_ ranges: [String: ClosedRange<Double>]) throws(ConfigurationError) {
    for (key, range) in ranges.sorted(by: { $0.key < $1.key }) {
      guard parameters.contains(where: { $0.name == key }) else {
        let nearest = parameters.map(\.name).nearest(to: key).prefix(3).joined(separator: ", ")
        throw ConfigurationError(
          field: "parameters", reason: "\(name) has no \"\(key)\"; the nearest are: \(nearest)")
      }
      for bound in [range.lowerBound, range.upperBound] where !Float(bound).isFinite {
        throw ConfigurationError(
          field: "parameters", reason: "\(key) is \(bound); it must be a finite float32 number")
      }
    }
  }
}

/// A number of an environment's dynamics, which may differ from episode to episode.
public struct EnvironmentParameter: Sendable, Equatable, Codable {
  /// Gymnasium's name.
  public let name: String
  /// Its value in Gymnasium, which is that of the GLSL file.
  public let value: Double
  /// Its unit; empty for a plain number.
  public let unit: String

  /// A parameter with its value in Gymnasium.
  public init(_ name: String, _ value: Double, unit: String = "") {
    self.name = name
    self.value = value
    self.unit = unit
  }
}

/// The kernels of an environment, each a few lines in `Shaders/` that include its GLSL file.
public struct EnvironmentKernels: Sendable {
  /// Steps copies under a policy and stores the trajectory.
  public let rollout: Kernel
  /// Steps copies under random actions.
  public let explore: Kernel
  /// One step with given actions.
  public let step: Kernel

  /// The three kernels that an environment's GLSL file makes.
  public init(rollout: Kernel, explore: Kernel, step: Kernel) {
    (self.rollout, self.explore, self.step) = (rollout, explore, step)
  }
}

/// The environments that Reprise brings.
public enum Environments {
  /// All of them.
  public static let all: [any Environment] = [
    CartPole(), Acrobot(), MountainCar(), ContinuousMountainCar(), Pendulum(),
  ]
  /// Their names on the command line.
  public static var names: [String] { all.map(\.name) }
  /// The ending of files that `reprise-glslc environment` writes.
  public static let fileEnding = ".reprise"
  /// The environment called `name`, or the one of a file, where `name` ends as those do.
  ///
  /// - Throws: `ConfigurationError` with the names that there are, or what is wrong with the file.
  public static func named(_ name: String) throws(ConfigurationError) -> any Environment {
    if name.hasSuffix(fileEnding) {
      do throws(BundleError) {
        return try BundledEnvironment(contentsOf: name)
      } catch {
        throw ConfigurationError(field: "environment", reason: "can't be used: \(error)")
      }
    }
    guard let environment = all.first(where: { $0.name == name }) else {
      throw ConfigurationError(
        field: "environment",
        reason:
          "\"\(name)\" is not known; there are: \(names.joined(separator: ", ")), and files of reprise-glslc, which end in \(fileEnding)"
      )
    }
    return environment
  }
}
