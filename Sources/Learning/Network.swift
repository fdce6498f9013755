import Recording
import Synchronization
public import Tensors
public import Vulkan

/// Modules with their parameters on a device, all in one flat variable, so that an optimizer is one kernel.
public final class Network: Sendable {
  /// A parameter's place in the flat variable.
  public struct Parameter: Sendable, Equatable {
    /// PyTorch's key, as in `policy.0.weight`.
    public let name: String
    /// Sizes of its axes.
    public let shape: Shape
    /// Its first element in `flat`.
    public let offset: Int
    /// Its elements there: those of `shape`, for each member of an ensemble.
    public let count: Int
  }

  /// All parameters in the order of declaration.
  public let parameters: [Parameter]
  /// Their values, one after the other.
  public let flat: Variable
  /// Running statistics and their like, each labelled with PyTorch's key.
  public let buffers: [Variable]
  /// How many networks of the same modules this is, each with parameters of its own; nil for one that is no ensemble.
  ///
  /// Parameters of an ensemble have a first axis more in passes, and so have inputs and outputs (`torch.func.stack_module_state`).
  public let members: Int?
  private let modules: [String: any Module]
  private let places: [String: Int]
  private let bufferPlaces: [String: Int]
  let frozenNames = Mutex<Set<String>>([])

  /// Allocates and initialises the parameters of `modules`, whose names prefix their parameters' names.
  ///
  /// - Throws: `VulkanError` when the device has no room.
  public convenience init(
    _ modules: KeyValuePairs<String, any Module>, on device: Device, seed: UInt64
  ) throws(VulkanError) {
    try self.init(modules.map { ($0.key, $0.value) }, on: device, seeds: [seed], isEnsemble: false)
  }

  /// Allocates and initialises a network for each of `seeds`, equal to the one that the seed alone would give.
  ///
  /// - Throws: `VulkanError` when the device has no room.
  public convenience init(
    ensemble modules: KeyValuePairs<String, any Module>, on device: Device, seeds: [UInt64]
  ) throws(VulkanError) {
    try self.init(modules.map { ($0.key, $0.value) }, on: device, seeds: seeds, isEnsemble: true)
  }

  /// Allocates and initialises the parameters of `module`, which keep its names for them.
  ///
  /// - Throws: `VulkanError` when the device has no room.
  public convenience init(_ module: any Module, on device: Device, seed: UInt64) throws(VulkanError) {
    try self.init([(Self.whole, module)], on: device, seeds: [seed], isEnsemble: false)
  }

  /// The name of a network's only module, which prefixes nothing.
  private static let whole = ""

  private init(
    _ modules: [Container.Part], on device: Device, seeds: [UInt64], isEnsemble: Bool
  ) throws(VulkanError) {
    var parameters: [Parameter] = []
    var values: [Float] = []
    var buffers: [Variable] = []
    for (name, module) in modules {
      let prefix = name == Self.whole ? "" : "\(name)."
      for declaration in module.parameters {
        // Each begins where a binding may begin, so that gradients written side by side share no binding.
        let alignment = Region.alignment / MemoryLayout<Float>.stride
        values += [Float](repeating: 0, count: (alignment - values.count % alignment) % alignment)
        parameters.append(
          Parameter(
            name: prefix + declaration.name, shape: declaration.shape, offset: values.count,
            count: declaration.shape.count * seeds.count))
        for seed in seeds {
          values += declaration.initializer.values(
            declaration.shape, seed: seed, stream: UInt32(parameters.count))
        }
      }
      precondition(!isEnsemble || module.buffers.isEmpty, "members of an ensemble keep no running statistics")
      for declaration in module.buffers {
        let start = [Float](repeating: Float(declaration.value), count: declaration.shape.count)
        buffers.append(
          try Variable(declaration.shape, start, on: device, label: prefix + declaration.name))
      }
    }
    self.parameters = parameters
    self.buffers = buffers
    members = isEnsemble ? seeds.count : nil
    self.modules = Dictionary(uniqueKeysWithValues: modules.map { ($0.name, $0.module) })
    places = Dictionary(uniqueKeysWithValues: parameters.enumerated().map { ($0.element.name, $0.offset) })
    bufferPlaces = Dictionary(
      uniqueKeysWithValues: buffers.enumerated().map { ($0.element.label, $0.offset) })
    flat = try Variable([values.count], values, on: device, label: "parameters")
  }

  /// The names of the parameters that passes traced from now on leave as they are.
  public var frozen: Set<String> { frozenNames.withLock { $0 } }

  /// The value of parameter `name` in a pass, taken from `weights`, a variable laid out as `flat`, which is the default: a
  /// view, so the same tensor each time.
  public func parameter(_ name: String, in graph: Graph, of weights: Variable? = nil) -> Tensor {
    guard let index = places[name] else { preconditionFailure("no parameter is named \"\(name)\"") }
    let parameter = parameters[index]
    return graph.read(weights ?? flat)
      .slice(axis: 0, parameter.offset..<parameter.offset + parameter.count)
      .reshape(Shape((members.map { [$0] } ?? []) + parameter.shape.dimensions))
  }

  /// The first element of parameter `name` in `flat`; nil where there is none.
  public func offset(of name: String) -> Int? { places[name].map { parameters[$0].offset } }

  /// The variable of buffer `name`.
  func buffer(_ name: String) -> Variable {
    guard let index = bufferPlaces[name] else { preconditionFailure("no buffer is named \"\(name)\"") }
    return buffers[index]
  }

  /// Applies the network's only module.
  ///
  /// - Parameter weights: a variable laid out as `flat` that stands for it, as an average of it.
  public func callAsFunction(_ input: Tensor, mode: Mode = .evaluation, weights: Variable? = nil) -> Tensor {
    apply(Self.whole, input, Scope(self, input.graph, weights ?? flat, mode))
  }

  /// Applies module `name`.
  ///
  /// - Parameter weights: a variable laid out as `flat` that stands for it, as an average of it.
  public func callAsFunction(
    _ name: String, _ input: Tensor, mode: Mode = .evaluation, weights: Variable? = nil
  ) -> Tensor {
    apply(name, input, Scope(self, input.graph, weights ?? flat, mode))
  }

  /// What module `name` sees of the network in a pass, to apply modules that take more than one tensor.
  ///
  /// - Parameter weights: a variable laid out as `flat` that stands for it, as an average of it.
  public func scope(
    _ name: String, in graph: Graph, mode: Mode = .evaluation, weights: Variable? = nil
  ) -> Scope {
    Scope(self, graph, weights ?? flat, mode, prefix: "\(name).")
  }

  /// Applies a module in the scope of the whole network.
  private func apply(_ name: String, _ input: Tensor, _ scope: Scope) -> Tensor {
    guard let module = modules[name] else { preconditionFailure("no module is named \"\(name)\"") }
    return name == Self.whole ? module(input, scope) : scope.apply(name, module, input)
  }

  /// What the parts of the network's only module, or of module `name`, make of an input of `shape`, and what they cost.
  ///
  /// Nothing runs. Throws `GraphError` naming the layer that the shape does not fit.
  public func summary(
    _ name: String? = nil, input shape: Shape, _ dataType: DataType = .float32
  ) throws(GraphError) -> ModelSummary {
    let notes = SummaryNotes()
    try Graph.trace(on: flat.device) { graph in
      let input = graph.constant(0, TensorType(shape, dataType))
      _ = apply(name ?? Self.whole, input, Scope(self, graph, flat, .evaluation, notes: notes))
    }
    return ModelSummary(self, module: name, input: shape, notes.rows)
  }

  /// The gradients of `loss` with respect to all parameters, as they lie in `flat`; zero between them and for frozen ones.
  public func gradient(of loss: Tensor) -> Tensor {
    let graph = loss.graph
    let frozen = frozen
    let learning = parameters.filter { !frozen.contains($0.name) }
    let gradients = graph.gradients(
      of: loss, withRespectTo: learning.map { parameter($0.name, in: graph) })
    let values = Dictionary(uniqueKeysWithValues: zip(learning.map(\.name), gradients))
    return packed(parameters.map { values[$0.name] }, in: graph)
  }

  /// A value for each parameter, laid out as `flat`; zero between them and where there is none.
  func packed(_ values: [Tensor?], in graph: Graph) -> Tensor {
    var parts: [Tensor] = []
    var end = 0
    func fill(upTo offset: Int) {
      if offset > end { parts.append(graph.constant(0, TensorType([offset - end]))) }
    }
    for (parameter, value) in zip(parameters, values) {
      guard let value else { continue }
      fill(upTo: parameter.offset)
      parts.append(value)
      end = parameter.offset + parameter.count
    }
    fill(upTo: flat.type.shape.count)
    return .pack(parts)
  }
}
