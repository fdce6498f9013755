public import Learning
import Tensors

/// Stopping and going on, to the bit.
extension Algorithm {
  /// Everything that the run of an agent is made of: weights under PyTorch's names and what travels with the policy, and,
  /// where there is one agent, what `restore` needs. Waits for the device.
  public func checkpoint(agent: Int = 0) throws -> Safetensors {
    var file = try weights(agent: agent)
    guard agents == 1 else { return file }
    for variable in state { try file.add(variable) }
    return file
  }

  /// All that training needs to go on, of all agents together: of one agent its checkpoint; of several the weights of each
  /// lie under `agent.<number>.`. Waits for the device.
  public func checkpointOfAll() throws -> Safetensors {
    guard agents > 1 else { return try checkpoint() }
    var file = Safetensors()
    for agent in 0..<agents {
      for (name, entry) in try weights(agent: agent).tensors {
        file.tensors["\(Self.prefix(agent))\(name)"] = entry
      }
    }
    for variable in state { try file.add(variable) }
    return file
  }

  /// Goes on from what `checkpointOfAll` gave, of the same settings and seeds: on the same device and driver, what follows is
  /// what would have followed, to the bit.
  ///
  /// - Parameter file: its name in errors.
  /// - Throws: `CheckpointError` for what is missing, or of another shape or type, `VulkanError`; the run can't be used then.
  public func restore(from checkpoint: Safetensors, named file: String) throws {
    for variable in state { _ = try checkpoint.entry(variable.label, variable.type, file: file) }
    for agent in 0..<agents {
      var part = checkpoint
      if agents > 1 {
        let prefix = Self.prefix(agent)
        part.tensors = [:]
        for (name, entry) in checkpoint.tensors where name.hasPrefix(prefix) {
          part.tensors[String(name.dropFirst(prefix.count))] = entry
        }
      }
      try load(weights: part, named: file, agent: agent)
    }
    for variable in state { try checkpoint.restore(variable, file: file) }
  }

  private static func prefix(_ agent: Int) -> String { "agent.\(agent)." }
}
