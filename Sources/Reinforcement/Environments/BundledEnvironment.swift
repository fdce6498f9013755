public import Bundles
import Kernels
import Learning

/// An environment that someone wrote in GLSL and `reprise-glslc environment` compiled.
public struct BundledEnvironment: Environment {
  private let manifest: EnvironmentManifest
  /// Its kernels: `rollout`, `explore` and `step` of the bundle.
  public let kernels: EnvironmentKernels

  /// An environment from its parts.
  public init(_ manifest: EnvironmentManifest, kernels: EnvironmentKernels) {
    (self.manifest, self.kernels) = (manifest, kernels)
  }

  /// Reads a bundle.
  ///
  /// - Throws: `BundleError` where the file is none, is damaged, or is no environment that can be used.
  public init(contentsOf path: String) throws(BundleError) {
    try self.init(KernelBundle(contentsOf: path), file: path)
  }

  /// The environment that a bundle holds; `file` is its name in errors.
  ///
  /// - Throws: `BundleError`.
  public init(_ bundle: KernelBundle, file: String) throws(BundleError) {
    manifest = try bundle.contents(.environment, as: EnvironmentManifest.self)
    do throws(ConfigurationError) {
      try manifest.check()
    } catch {
      throw .malformed(file: file, offset: 0, found: "\(error)", expected: "an environment that can be used")
    }
    kernels = EnvironmentKernels(
      rollout: try bundle.kernel("rollout"), explore: try bundle.kernel("explore"),
      step: try bundle.kernel("step"))
  }

  /// The bundle of this environment.
  public var bundle: KernelBundle {
    KernelBundle(
      .environment,
      kernels: [("rollout", kernels.rollout), ("explore", kernels.explore), ("step", kernels.step)].map {
        Kernel(name: $0.0, words: $0.1.words)
      }, contents: manifest)
  }

  /// The name that its header gives.
  public var name: String { manifest.name }
  /// Its own name: Gymnasium doesn't know it.
  public var gymnasiumName: String { manifest.name }
  /// float32 numbers of state that a copy carries.
  public var stateSize: Int { manifest.stateSize }
  /// float32 numbers that the policy sees.
  public var observationSize: Int { manifest.observationSize }
  /// What it takes for an action.
  public var actionSpace: ActionSpace { manifest.actionSpace }
  /// What its dynamics are made of.
  public var parameters: [EnvironmentParameter] { manifest.parameters }
  /// Steps after which an episode is truncated.
  public var maximumSteps: Int { manifest.maximumSteps }
  /// The mean return from which it counts as solved.
  public var rewardThreshold: Double? { manifest.rewardThreshold }
  /// Nothing is drawn.
  public var viewport: Viewport { Viewport(x: -1...1, y: -1...1) }
  /// Nothing is drawn.
  public func frame(state: [Float]) -> [DrawingPrimitive] { [] }
}
