import ArgumentParser

/// Which weights of a run are taken.
struct WeightsOptions: ParsableArguments {
  @Flag(help: "Take a policy's best.safetensors, which 'train --evaluate-every' keeps, not its last weights.")
  var best = false

  @Option(
    help: ArgumentHelp(
      "Take the weights of another file of the run, as one of the folder checkpoints/ that 'train --checkpoint-every' keeps. (default: of a policy the last, of others those that did best)",
      valueName: "file"))
  var checkpoint: String?

  func validate() throws {
    guard checkpoint == nil || !best else {
      throw ValidationError("--best and --checkpoint both say which weights")
    }
  }
}
