public import Recording
public import Tensors
import Vulkan

/// Gradients as an update would take them, computed by a plan of their own: nothing that training reads is changed.
public final class GradientProbe {
  /// A network whose gradients are looked at.
  public struct Part: Sendable {
    fileprivate let network: Network
    fileprivate let membersOfAgent: Int
    fileprivate let name: @Sendable (String, Int) -> String

    /// - Parameters:
    ///   - membersOfAgent: how many members of an ensemble are an agent's.
    ///   - name: what parameter `$0` of member `$1` of an agent is called.
    public init(
      _ network: Network, membersOfAgent: Int = 1,
      name: @escaping @Sendable (String, Int) -> String = { name, _ in name }
    ) {
      (self.network, self.membersOfAgent, self.name) = (network, membersOfAgent, name)
    }
  }

  /// A parameter and its gradient; nil where it is frozen.
  public struct Values: Sendable {
    /// PyTorch's key, as in `policy.0.weight`.
    public let name: String
    /// Elements in row-major order.
    public let weights: [Float]
    /// The gradient of each element.
    public let gradients: [Float]?
  }

  private let parts: [(part: Part, gradient: Variable)]
  private let plan: Plan

  /// Records what `gradients` traces, which gives the gradients of each part, laid out as its network's parameters.
  ///
  /// - Throws: `GraphError`, `RecordingError`, `VulkanError`, and what the closure throws.
  public init(
    _ parts: [Part], _ label: String, options: PlanOptions = .environment,
    gradients: (Graph) throws -> [Tensor]
  ) throws {
    let device = parts[0].network.flat.device
    let variables = try parts.map {
      try Variable($0.network.flat.type.shape, on: device, label: "\(label) of parameters")
    }
    // Training moves running statistics, which are put back.
    let kept = try parts.flatMap(\.network.buffers).map {
      ($0, try Variable($0.type.shape, $0.type.dataType, on: device, label: "kept \($0.label)"))
    }
    plan = try device.record(label, options: options) { program in
      if !kept.isEmpty {
        try program.pass("keep") { graph in
          for (buffer, copy) in kept { copy.assign(graph.read(buffer)) }
        }
      }
      try program.pass("gradients") { graph in
        for (variable, gradient) in zip(variables, try gradients(graph)) { variable.assign(gradient) }
      }
      if !kept.isEmpty {
        try program.pass("put back") { graph in
          for (buffer, copy) in kept { buffer.assign(graph.read(copy)) }
        }
      }
    }
    self.parts = Array(zip(parts, variables))
  }

  /// Computes the gradients anew, and reads them with the parameters of each of the first `agents` agents. Waits for the device.
  ///
  /// - Throws: `RecordingError`, `VulkanError`.
  public func read(agents: Int = 1) throws -> [[Values]] {
    try plan.replay()
    var values = [[Values]](repeating: [], count: agents)
    for (part, gradient) in parts {
      let network = part.network
      let frozen = network.frozen
      let (weights, gradients): ([Float], [Float]) = (try network.flat.read(), try gradient.read())
      for agent in 0..<agents {
        for member in 0..<part.membersOfAgent {
          for parameter in network.parameters {
            let range = network.range(of: parameter, agent * part.membersOfAgent + member)
            values[agent].append(
              Values(
                name: part.name(parameter.name, member), weights: Array(weights[range]),
                gradients: frozen.contains(parameter.name) ? nil : Array(gradients[range])))
          }
        }
      }
    }
    return values
  }
}
