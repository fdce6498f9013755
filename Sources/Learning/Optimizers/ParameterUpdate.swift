import Tensors
import Vulkan

/// What the steps of all optimizers have in common: weight decay, step sizes by parameter, and what is frozen.
struct ParameterUpdate {
  /// The gradient with weight decay, unless that is decoupled; 0 for frozen parameters.
  let gradient: Tensor
  /// The step size of each element.
  let rate: Tensor
  private let flat: Variable
  /// The parameters, less decoupled weight decay.
  private let decayed: Tensor
  /// Where parameters aren't frozen; nil when none is.
  private let learns: Tensor?

  /// What optimizers may add to a denominator: never 0, because between parameters both sides of the quotient are.
  static let epsilons = 1e-30...1.0

  /// Begins a step: decays weights by adding λp to the gradient, or p ← p − lr·λ·p where that is `decoupled`.
  init(_ groups: ParameterGroups, _ gradient: Tensor, learningRate: Tensor, decoupled: Bool = false) {
    let graph = gradient.graph
    flat = groups.network.flat
    let parameters = graph.read(flat)
    let rate = groups.learningRateScale(in: graph).map { learningRate * $0 } ?? learningRate
    var (gradient, decayed) = (gradient, parameters)
    if let decay = groups.weightDecay(in: graph) {
      if decoupled {
        decayed = parameters * (1 - rate * decay)
      } else {
        gradient = gradient + decay * parameters
      }
    }
    learns = groups.learns(in: graph)
    // Selected, not multiplied: what is frozen keeps its bits whatever its gradient is.
    if let learns { gradient = .where(learns, gradient, 0) }
    (self.gradient, self.rate, self.decayed) = (gradient, rate, decayed)
  }

  /// Takes `step` from the parameters.
  func descend(_ step: Tensor) {
    let result = decayed - step
    flat.assign(learns.map { .where($0, result, step.graph.read(flat)) } ?? result)
  }
}

extension ParameterGroups {
  /// Where parameters aren't frozen, by comparing places: frozen ones mostly lie side by side. Nil when none is.
  fileprivate func learns(in graph: Graph) -> Tensor? {
    let frozen = frozen
    guard !frozen.isEmpty else { return nil }
    let element = graph.arange(network.flat.type.shape.count, .uint32)
    var learns: Tensor?
    for run in network.parameters.split(whereSeparator: { !frozen.contains($0.name) }) {
      guard let first = run.first, let last = run.last else { continue }
      let end = last.offset + last.count
      let outside = (element .< Double(first.offset)).logicalOr(element .>= Double(end))
      learns = learns.map { $0.logicalAnd(outside) } ?? outside
    }
    return learns
  }
}

extension Network {
  /// A flat variable of an optimizer's state, under PyTorch's name.
  func state(_ name: String, of optimizer: String = "optimizer") throws(VulkanError) -> Variable {
    try Variable(flat.type.shape, on: flat.device, label: "\(optimizer).\(name)")
  }

  /// `groups`, which must be of this network, or one of all parameters.
  func groups(_ groups: ParameterGroups?) throws -> ParameterGroups {
    precondition(groups.map { $0.network === self } ?? true, "the parameter groups are of another network")
    return try groups ?? ParameterGroups(self)
  }
}
