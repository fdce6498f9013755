/// How the gradients of a run were spread when they were last looked at: gradients.json.
package struct GradientHistograms: Codable {
  /// The environment steps of the agent, or the epochs, that were done then.
  package let step: Int
  /// By the names of parameters.
  package let gradients: [String: TensorHistogram]

  package init(step: Int, _ gradients: [String: TensorHistogram]) {
    (self.step, self.gradients) = (step, gradients)
  }

  /// Those of a run; nil where nobody has looked yet.
  ///
  /// - Throws: `CommandFailure` for a file that is damaged.
  package init?(of run: RunDirectory) throws(CommandFailure) {
    guard RunDirectory.hasFile(run.gradients) else { return nil }
    let text = try readText(run.gradients)
    do {
      self = try decodedJSON(Self.self, text)
    } catch {
      throw CommandFailure("\(run.gradients) can't be read as histograms of gradients: \(error)")
    }
  }

  /// Replaces the file whole.
  func write(to run: RunDirectory) throws { try writeText(jsonText(self) + "\n", to: run.gradients) }
}
