import Recording
import Tensors
import Vulkan

/// Settings of the parameters whose names match a pattern: a parameter group of `torch.optim`.
public struct ParameterGroup: Configurable, Equatable, Codable {
  /// A glob over PyTorch's names, in which `*` crosses dots: `features.*`.
  public private(set) var pattern: String
  /// What the learning rate is multiplied by, 0 freezing the parameters; nil leaves it as it is.
  public private(set) var learningRateScale: Double?
  /// λ of weight decay; nil leaves it as it is.
  public private(set) var weightDecay: Double?

  /// All parameters as they are.
  public init() { self.init("*") }

  /// What a line of `groups` says; names are as `Codable` writes them.
  public static var settings: [Setting<ParameterGroup>] {
    [
      .word("pattern", \.pattern, "Parameters: 'features.*'.") { _ in },
      .optional(
        "learningRateScale", \.learningRateScale, in: 0...1e6,
        "What the learning rate is multiplied by; 0 freezes them."),
      .optional("weightDecay", \.weightDecay, in: 0...1e6, "λ of weight decay."),
    ]
  }

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
  let network: Network
  /// Names of the parameters that are frozen here, not in the network.
  private let still: Set<String>
  private let learningRateScale, weightDecay: Setting

  private enum Setting: Sendable {
    case same(Double)
    case table(Variable)
  }

  /// Elements that share an entry of a table.
  private static let block = Region.alignment / MemoryLayout<Float>.stride

  /// - Parameters:
  ///   - weightDecay: λ for parameters of two axes and more; biases and the weights of norms have none.
  ///   - rules: exceptions, of which later ones win.
  /// - Throws: `UnmatchedPattern` for a rule without parameters, `ConfigurationError` for a number out of range,
  ///   `VulkanError`.
  public init(_ network: Network, weightDecay: Double = 0, rules: [ParameterGroup] = []) throws {
    try ConfigurationError.check("weight-decay", weightDecay, in: Self.decays)
    var scales = network.parameters.map { _ in 1.0 }
    var decays = network.parameters.map { $0.shape.rank >= 2 ? weightDecay : 0 }
    for rule in rules {
      let matched = Set(try network.parameters(matching: [rule.pattern]).map(\.name))
      let indices = network.parameters.indices.filter { matched.contains(network.parameters[$0].name) }
      if let scale = rule.learningRateScale {
        try ConfigurationError.check("\(rule.pattern): learning-rate-scale", scale, in: 0...1e6)
        for index in indices { scales[index] = scale }
      }
      if let decay = rule.weightDecay {
        try ConfigurationError.check("\(rule.pattern): weight-decay", decay, in: Self.decays)
        for index in indices { decays[index] = decay }
      }
    }
    self.network = network
    still = Set(zip(network.parameters, scales).filter { $0.1 == 0 }.map(\.0.name))
    // What is frozen needs no scale, so those that only freeze make no table.
    let moving = scales.first { $0 != 0 } ?? 1
    learningRateScale = try Self.setting(
      scales.map { $0 == 0 ? moving : $0 }, network, label: "learning_rate_scale")
    self.weightDecay = try Self.setting(decays, network, label: "weight_decay")
  }

  private static let decays = 0...1e3

  /// Names of the parameters that steps traced from now on leave as they are: those of scale 0, and the network's.
  public var frozen: Set<String> { still.union(network.frozen) }

  private static func setting(_ values: [Double], _ network: Network, label: String) throws -> Setting {
    guard let first = values.first, values.contains(where: { $0 != first }) else {
      return .same(values.first ?? 0)
    }
    var table = [Float](repeating: 0, count: (network.flat.type.shape.count + block - 1) / block)
    for (parameter, value) in zip(network.parameters, values) {
      let blocks = parameter.offset / block..<(parameter.offset + parameter.count + block - 1) / block
      for index in blocks { table[index] = Float(value) }
    }
    return .table(try Variable([table.count], table, on: network.flat.device, label: label))
  }

  /// What each element's learning rate is multiplied by; nil for 1.
  func learningRateScale(in graph: Graph) -> Tensor? { value(learningRateScale, unless: 1, in: graph) }

  /// λ of each element; nil for 0.
  func weightDecay(in graph: Graph) -> Tensor? { value(weightDecay, unless: 0, in: graph) }

  private func value(_ setting: Setting, unless neutral: Double, in graph: Graph) -> Tensor? {
    switch setting {
    case .same(let value): return value == neutral ? nil : graph.constant(value, TensorType([]))
    case .table(let table):
      let element = graph.arange(network.flat.type.shape.count, .uint32)
      return graph.read(table).gather(element.shiftRight(Double(Self.block.trailingZeroBitCount)), axis: 0)
    }
  }
}
