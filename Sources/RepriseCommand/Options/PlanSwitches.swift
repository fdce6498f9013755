import ArgumentParser
import Recording

/// Switches of a plan for debugging. None may change a result, but for the rounding of fused code.
struct PlanSwitches: ParsableArguments {
  @Flag(help: "Give each elementwise operation a kernel of its own.")
  var noFusion = false

  @Flag(help: "Put a barrier before each dispatch.")
  var serialBarriers = false

  @Flag(help: "Use no byte of the plan's memory twice.")
  var noAliasing = false

  @Flag(
    help:
      "Look for NaN and infinity after each dispatch; the first ends training with its iteration and tensor.")
  var checkFinite = false

  /// What defines the result as well, rounded otherwise.
  var given: [SettingArgument] {
    .given(("no_fusion", PlanOptions.environment.noFusion || noFusion ? true : nil))
  }

  /// The switches, those of the environment included.
  var options: PlanOptions {
    var options = PlanOptions.environment
    if noFusion { options.noFusion = true }
    if serialBarriers { options.serialBarriers = true }
    if noAliasing { options.noAliasing = true }
    if checkFinite { options.checksFinite = true }
    return options
  }
}
