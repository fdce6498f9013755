import ArgumentParser

/// Which checkpoints are kept for good, beside the last.
struct CheckpointOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Keep a checkpoint in the folder checkpoints/ after so many environment steps of an agent, rounded up to whole iterations; of a classifier or regressor after so many epochs. (default: the last alone)",
      valueName: "steps|epochs"))
  var checkpointEvery: Int?

  /// What is said here.
  var given: [SettingArgument] { .given(("checkpoint_every", checkpointEvery)) }
}

/// A number as text with zeros before it, so that names sort as numbers do.
func padded(_ number: Int, to digits: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}
