import Recording
import Tensors
import Vulkan

/// Settings of the parameters whose names match a pattern: a parameter group of `torch.optim`.
public struct ParameterGroup: Sendable, Equatable, Codable {
  /// A glob over PyTorch's names, in which `*` crosses dots: `features.*`.
  public let pattern: String
  /// What the learning rate is multiplied by, 0 freezing the parameters; nil leaves it as it is.
  public let learningRateScale: Double?
  /// λ of weight decay; nil leaves it as it is.
  public let weightDecay: Double?

  /// Settings for what `pattern` matches.
  public init(_ pattern: String, learningRateScale: Double? = nil, weightDecay: Double? = nil) {
    self.pattern = pattern
    self.learningRateScale = learningRateScale
    self.weightDecay = weightDecay
  }
}

/// The learning rate's scale and the weight decay of each parameter of a network.
///
/// Each parameter begins at a multiple of 64 elements, so on the device they are one float for each 64, and nothing at all
/// where all parameters have the same.
public final class ParameterGroups: Sendable {
  /// Names of the parameters that no step changes.
  public let frozen: Set<String>
  let network: Network
  private let learningRateScale, weightDecay: Setting

  private enum Setting: Sendable {
    case same(Double)
    case table(Variable)
  }

  /// What optimizers may add to a denominator: never 0, because between parameters both sides of the quotient are.
  static let epsilons = 1e-30...1.0

  /// Elements that share an entry of a table.
  private static let block = Region.alignment / MemoryLayout<Float>.stride

  /// - Parameters:
  ///   - weightDecay: λ for parameters of two axes and more; biases and the weights of norms have none.
  ///   - rules: exceptions, of which later ones win.
  /// - Throws: `ConfigurationError` for a rule that matches no parameter or a number out of range, `VulkanError`.
  public init(_ network: Network, weightDecay: Double = 0, rules: [ParameterGroup] = []) throws {
    try ConfigurationError.check("weight-decay", weightDecay, in: 0...1e3)
    var scales = network.parameters.map { _ in 1.0 }
    var decays = network.parameters.map { $0.shape.rank >= 2 ? weightDecay : 0 }
    for rule in rules {
      let field = "parameter group \"\(rule.pattern)\""
      let matches = network.parameters.indices.filter {
        rule.pattern.matches(network.parameters[$0].name)
      }
      guard !matches.isEmpty else {
        let nearest = UnmatchedPattern(pattern: rule.pattern, network).nearest
        throw ConfigurationError(
          field: field, reason: "matches no parameter; the nearest are \(nearest.joined(separator: ", "))")
      }
      if let scale = rule.learningRateScale {
        try ConfigurationError.check("\(field): learning-rate-scale", scale, in: 0...1e6)
        for index in matches { scales[index] = scale }
      }
      if let decay = rule.weightDecay {
        try ConfigurationError.check("\(field): weight-decay", decay, in: 0...1e3)
        for index in matches { decays[index] = decay }
      }
    }
    self.network = network
    frozen = Set(zip(network.parameters, scales).filter { $0.1 == 0 }.map(\.0.name))
    learningRateScale = try Self.setting(scales, network, label: "learning_rate_scale")
    self.weightDecay = try Self.setting(decays, network, label: "weight_decay")
  }

  private static func setting(_ values: [Double], _ network: Network, label: String) throws -> Setting {
    guard let first = values.first, values.contains(where: { $0 != first }) else {
      return .same(values.first ?? 0)
    }
    var table = [Float](repeating: 0, count: (network.flat.type.shape.count + block - 1) / block)
    for (parameter, value) in zip(network.parameters, values) {
      let blocks = parameter.offset / block..<(parameter.offset + parameter.shape.count + block - 1) / block
      for index in blocks { table[index] = Float(value) }
    }
    return .table(try Variable([table.count], table, on: network.flat.device, label: label))
  }

  /// A setting at each element, or as one number; nil where it is `neutral` for all.
  private func value(_ setting: Setting, unless neutral: Double, in graph: Graph) -> Tensor? {
    switch setting {
    case .same(let value): return value == neutral ? nil : graph.constant(value, TensorType([]))
    case .table(let table):
      let element = graph.arange(network.flat.type.shape.count, .uint32)
      return graph.read(table).gather(element.shiftRight(Double(Self.block.trailingZeroBitCount)), axis: 0)
    }
  }
}

extension ParameterGroups {
  /// What the steps of all optimizers have in common.
  struct Update {
    /// The gradient with weight decay, unless that is decoupled; 0 for frozen parameters.
    let gradient: Tensor
    /// The step size of each element.
    let rate: Tensor
    fileprivate let flat: Variable
    /// The parameters, less decoupled weight decay.
    fileprivate let decayed: Tensor
    /// Where parameters aren't frozen; nil when none is.
    fileprivate let learns: Tensor?

    /// Takes `step` from the parameters.
    func descend(_ step: Tensor) {
      let result = decayed - step
      flat.assign(learns.map { .where($0, result, step.graph.read(flat)) } ?? result)
    }
  }

  /// Begins a step: decays weights by adding λp to the gradient, or p ← p − lr·λ·p where that is `decoupled`.
  func update(_ gradient: Tensor, learningRate: Tensor, decoupled: Bool = false) -> Update {
    let graph = gradient.graph
    let parameters = graph.read(network.flat)
    let scale = value(learningRateScale, unless: 1, in: graph)
    let decay = value(weightDecay, unless: 0, in: graph)
    let rate = scale.map { learningRate * $0 } ?? learningRate
    var (gradient, decayed) = (gradient, parameters)
    if let decay {
      if decoupled {
        decayed = parameters * (1 - rate * decay)
      } else {
        gradient = gradient + decay * parameters
      }
    }
    // Selected, not multiplied: what is frozen keeps its bits whatever its gradient is.
    let learns = frozen.isEmpty ? nil : scale.map { $0 .> 0 }
    if let learns { gradient = .where(learns, gradient, 0) }
    return Update(gradient: gradient, rate: rate, flat: network.flat, decayed: decayed, learns: learns)
  }
}

extension Network {
  /// A flat variable of an optimizer's state, under PyTorch's name.
  func state(_ name: String) throws(VulkanError) -> Variable {
    try Variable(flat.type.shape, on: flat.device, label: "optimizer.\(name)")
  }

  /// `groups`, which must be of this network, or one of all parameters.
  func groups(_ groups: ParameterGroups?) throws -> ParameterGroups {
    precondition(groups.map { $0.network === self } ?? true, "the parameter groups are of another network")
    return try groups ?? ParameterGroups(self)
  }
}
