import Learning
import Tensors
import Vulkan

/// Two action-value functions for each agent, the lesser of which is believed (Fujimoto et al. 2018), and targets that follow
/// them slowly. Both are one ensemble, so that a layer of all is one product.
struct TwinCritics: Sendable {
  /// Members 2a and 2a + 1 are the critics of agent a.
  let network: Network
  /// The targets, laid out as `network.flat`.
  let target: Variable
  private let agents: Int

  /// Critics of `hidden` layers, and targets that equal them.
  init(_ environment: VectorEnvironment, hidden: [Int], seeds: [UInt64], on device: Device)
    throws(VulkanError)
  {
    agents = seeds.count
    let inputs = environment.observationSize + environment.environment.actionSpace.size
    // Seeds of their own, or their first weights would be the actor's.
    network = try Network(
      ensemble: ["critic": .perceptron(inputs, hidden, 1)], on: device,
      seeds: seeds.flatMap { [$0 &+ 0x9E37_79B9_7F4A_7C15, $0 &+ 0x3C6E_F372_FE94_F82A] })
    target = try Variable(network.flat.type.shape, network.flat.read(), on: device, label: "target")
  }

  /// Both values of each action: [agents, 2, batch].
  ///
  /// - Parameters:
  ///   - observations: [agents, batch, observation]; `actions` within ±1 [agents, batch, action].
  ///   - weights: the critics' own, or the targets'.
  func callAsFunction(_ observations: Tensor, _ actions: Tensor, weights: Variable? = nil) -> Tensor {
    let inputs = Tensor.concatenate([observations, actions], axis: 2)
    let (batch, size) = (inputs.shape[1], inputs.shape[2])
    let twice = inputs.unsqueeze(1).expand([agents, 2, batch, size]).reshape([2 * agents, batch, size])
    return network("critic", twice, weights: weights).reshape([agents, 2, batch])
  }

  /// The critics under the names that a checkpoint has.
  var probed: GradientProbe.Part {
    GradientProbe.Part(network, membersOfAgent: 2) { "critic\($1 + 1)\($0.dropFirst("critic".count))" }
  }

  /// The lesser of both values [agents, 2, batch] → [agents, batch].
  static func lesser(_ values: Tensor) -> Tensor {
    Tensor.minimum(values.select(axis: 1, 0), values.select(axis: 1, 1))
  }

  /// ½ Σ over both critics of the mean squared error against `targets` [agents, batch] → [agents].
  static func loss(_ values: Tensor, _ targets: Tensor) -> Tensor {
    0.5 * (values - targets.unsqueeze(1)).square().mean(axes: [2]).sum(axes: [1])
  }

  /// Copies the critics of an agent into a checkpoint as `critic1` and `critic2`, their targets as `target_critic1` and
  /// `target_critic2`. Waits for the device.
  func save(into file: inout Safetensors, agent: Int) throws(VulkanError) {
    for (name, weights, member) in parts(agent) {
      var part = Safetensors()
      try network.save(into: &part, weights: weights, member: member)
      for (key, entry) in part.tensors { file.tensors["\(name)\(key.dropFirst("critic".count))"] = entry }
    }
  }

  /// Takes what `save` wrote; `path` is the file's name in errors.
  func load(from file: Safetensors, named path: String, agent: Int) throws {
    for (name, weights, member) in parts(agent) {
      var part = Safetensors()
      for (key, entry) in file.modules([name]).tensors {
        part.tensors["critic\(key.dropFirst(name.count))"] = entry
      }
      try network.load(from: part, named: path, into: weights, member: member)
    }
  }

  /// Names in a checkpoint, where those weights lie, and which member's they are.
  private func parts(_ agent: Int) -> [(name: String, weights: Variable, member: Int)] {
    [("", network.flat), ("target_", target)].flatMap { prefix, weights in
      (1...2).map { ("\(prefix)critic\($0)", weights, 2 * agent + $0 - 1) }
    }
  }
}

extension Module where Self == Sequential {
  /// Dense layers with relu between, which start as PyTorch's do.
  static func perceptron(_ inputs: Int, _ hidden: [Int], _ outputs: Int) -> Sequential {
    Sequential {
      Sequential.hiddenLayers(inputs, hidden)
      Linear(hidden.last ?? inputs, outputs)
    }
  }
}

extension Sequential {
  /// Dense layers, each followed by relu.
  static func hiddenLayers(_ inputs: Int, _ hidden: [Int]) -> [any Module] {
    zip([inputs] + hidden, hidden).flatMap { [Linear($0, $1), ReLU()] as [any Module] }
  }
}
