public import Bundles
import KernelParameters
import Kernels
import Learning
import SPIRV

/// An environment that someone wrote in GLSL and `reprise-glslc environment` compiled.
public struct BundledEnvironment: Environment {
  private let manifest: EnvironmentManifest
  /// nil where there is no picture.
  private let drawings: [Drawing]?
  /// Its kernels: `rollout`, `explore` and `step` of the bundle.
  public let kernels: EnvironmentKernels

  /// An environment from its parts.
  public init(_ manifest: EnvironmentManifest, kernels: EnvironmentKernels) {
    (self.manifest, self.kernels) = (manifest, kernels)
    drawings = Self.drawings(of: manifest)
  }

  /// The shapes of a manifest; none where `check` refuses them.
  private static func drawings(of manifest: EnvironmentManifest) -> [Drawing]? {
    try? manifest.picture?.drawings(stateNames: manifest.stateNames ?? [])
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
    drawings = Self.drawings(of: manifest)
    func kernel<Parameters>(_ name: String, bindings: Int, _: Parameters.Type) throws(BundleError) -> Kernel {
      try Self.kernel(name, bindings: bindings, MemoryLayout<Parameters>.size, of: bundle, file: file)
    }
    kernels = EnvironmentKernels(
      rollout: try kernel("rollout", bindings: 16, RolloutParameters.self),
      explore: try kernel("explore", bindings: 6, ExplorationParameters.self),
      step: try kernel("step", bindings: 13, StepParameters.self))
  }

  /// Lanes, and what makes the kernels largest: episodes of their own parameters, 8 weights handed round, 4 copies a lane, a normaliser.
  private static let specialization: [UInt32] = [8, 1, 1, 8, 4, 1]

  /// A kernel that asks for no more than it gets: a hash is no signature, and drivers trust SPIR-V.
  private static func kernel(
    _ name: String, bindings: Int, _ pushConstantBytes: Int, of bundle: KernelBundle, file: String
  ) throws(BundleError) -> Kernel {
    let kernel = try bundle.kernel(name)
    func refusal(_ found: String, _ expected: String) -> BundleError {
      .malformed(file: file, offset: 0, found: "the kernel \"\(name)\" with \(found)", expected: expected)
    }
    let demands: KernelDemands
    do throws(ModuleError) {
      demands = try KernelDemands(kernel.words, specialization: Self.specialization)
    } catch {
      throw refusal("SPIR-V that can't be used: \(error)", "a kernel of buffers in set 0")
    }
    // Shader, GroupNonUniform, GroupNonUniformBallot.
    let known: [UInt32] = [1, 61, 64]
    if let other = demands.capabilities.first(where: { !known.contains($0) }) {
      throw refusal("capability \(other)", "no more than \(known)")
    }
    if let other = demands.bindings.first(where: { $0 >= bindings }) {
      throw refusal("set 0, binding \(other)", "bindings below \(bindings)")
    }
    guard demands.pushConstantBytes <= pushConstantBytes else {
      throw refusal("\(demands.pushConstantBytes) bytes of push constants", "at most \(pushConstantBytes)")
    }
    guard demands.shared.isEmpty else {
      throw refusal("shared memory (\(demands.shared.largest))", "none")
    }
    guard demands.ownBytes <= KernelDemands.mostOwnBytes else {
      throw refusal(
        "\(demands.ownBytes) bytes of variables a lane (the largest is \(demands.own.largest))",
        "at most \(KernelDemands.mostOwnBytes)")
    }
    guard demands.compiledSize <= KernelDemands.mostInstructions else {
      throw refusal(
        "\(demands.compiledSize) instructions once its loops are unrolled",
        "at most \(KernelDemands.mostInstructions)")
    }
    return kernel
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
  /// What its header says; a square where that says nothing.
  public var viewport: Viewport {
    guard drawings != nil, let picture = manifest.picture else { return Viewport(x: -1...1, y: -1...1) }
    return picture.viewport
  }
  /// The shapes that its header lists; none where that has none.
  public func frame(state: [Float]) -> [DrawingPrimitive] {
    let values = state.map(Double.init)
    return (drawings ?? []).map { $0.primitive(values) }
  }
}
