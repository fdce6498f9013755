import Vulkan

/// Switches that must not change any result beyond the rounding of fused code.
public struct PlanOptions: Sendable {
  /// Every elementwise operation in a kernel of its own.
  public var noFusion: Bool
  /// A barrier before every dispatch.
  public var serialBarriers: Bool
  /// Every transient at an address of its own.
  public var noAliasing: Bool
  /// A look for NaN and infinity at each tensor of floats after the dispatch that wrote it.
  public var checksFinite: Bool
  /// A device timestamp after each dispatch.
  public var timestamps: Bool
  /// How long a submission should keep the device busy; nil leaves that to what replays the plan.
  package var secondsPerSubmission: Double?

  /// All switches off unless named.
  public init(
    noFusion: Bool = false, serialBarriers: Bool = false, noAliasing: Bool = false,
    checksFinite: Bool = false, timestamps: Bool = false
  ) {
    self.noFusion = noFusion
    self.serialBarriers = serialBarriers
    self.noAliasing = noAliasing
    self.checksFinite = checksFinite
    self.timestamps = timestamps
  }

  /// `REPRISE_NO_FUSION=1`, `REPRISE_SERIAL_BARRIERS=1`, `REPRISE_NO_ALIASING=1` and `REPRISE_CHECK_FINITE=1` switch on what
  /// they say.
  public static var environment: PlanOptions {
    PlanOptions(
      noFusion: environmentSwitch("REPRISE_NO_FUSION"),
      serialBarriers: environmentSwitch("REPRISE_SERIAL_BARRIERS"),
      noAliasing: environmentSwitch("REPRISE_NO_ALIASING"),
      checksFinite: environmentSwitch("REPRISE_CHECK_FINITE"))
  }
}
