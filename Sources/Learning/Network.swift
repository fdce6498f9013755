import Recording
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
  }

  /// All parameters in the order of declaration.
  public let parameters: [Parameter]
  /// Their values, one after the other.
  public let flat: Variable
  private let modules: [String: any Module]
  private let places: [String: Int]

  /// Allocates and initialises the parameters of `modules`, whose names prefix their parameters' names.
  ///
  /// - Throws: `VulkanError` when the device has no room.
  public init(
    _ modules: KeyValuePairs<String, any Module>, on device: Device, seed: UInt64
  ) throws(VulkanError) {
    var parameters: [Parameter] = []
    var values: [Float] = []
    for (name, module) in modules {
      for declaration in module.parameters {
        // Each begins where a binding may begin, so that gradients written side by side share no binding.
        let alignment = Region.alignment / MemoryLayout<Float>.stride
        values += [Float](repeating: 0, count: (alignment - values.count % alignment) % alignment)
        parameters.append(
          Parameter(name: "\(name).\(declaration.name)", shape: declaration.shape, offset: values.count))
        values += declaration.initializer.values(
          declaration.shape, seed: seed, stream: UInt32(parameters.count))
      }
    }
    self.parameters = parameters
    self.modules = Dictionary(uniqueKeysWithValues: modules.map { ($0.key, $0.value) })
    places = Dictionary(uniqueKeysWithValues: parameters.enumerated().map { ($0.element.name, $0.offset) })
    flat = try Variable([values.count], values, on: device, label: "parameters")
  }

  /// The value of parameter `name` in a pass: a view of the flat variable, so the same tensor each time.
  public func parameter(_ name: String, in graph: Graph) -> Tensor {
    guard let index = places[name] else { preconditionFailure("no parameter is named \"\(name)\"") }
    let parameter = parameters[index]
    return graph.read(flat).slice(axis: 0, parameter.offset..<parameter.offset + parameter.shape.count)
      .reshape(parameter.shape)
  }

  /// Applies module `name`.
  public func callAsFunction(_ name: String, _ input: Tensor) -> Tensor {
    guard let module = modules[name] else { preconditionFailure("no module is named \"\(name)\"") }
    return module(input, Weights { self.parameter("\(name).\($0)", in: input.graph) })
  }

  /// The gradients of `loss` with respect to all parameters, as they lie in `flat`; zero between them.
  public func gradient(of loss: Tensor) -> Tensor {
    let graph = loss.graph
    let gradients = graph.gradients(
      of: loss, withRespectTo: parameters.map { parameter($0.name, in: graph) })
    var parts: [Tensor] = []
    var end = 0
    for (parameter, gradient) in zip(parameters, gradients) {
      if parameter.offset > end { parts.append(graph.constant(0, TensorType([parameter.offset - end]))) }
      parts.append(gradient)
      end = parameter.offset + parameter.shape.count
    }
    return .pack(parts)
  }

  /// Copies the parameters into a checkpoint. Waits for the device.
  public func save(into file: inout Safetensors) throws(VulkanError) {
    let values: [Float] = try flat.read()
    for parameter in parameters {
      let range = parameter.offset..<parameter.offset + parameter.shape.count
      file.tensors[parameter.name] = Safetensors.Entry(TensorType(parameter.shape), Array(values[range]))
    }
  }

  /// Takes the parameters from a checkpoint; nothing is changed unless all of them fit.
  ///
  /// - Throws: `CheckpointError` naming the first parameter that is missing or different; `VulkanError`.
  public func load(from file: Safetensors, named path: String) throws {
    var values = [Float](repeating: 0, count: flat.type.shape.count)
    for parameter in parameters {
      let entry = try file.entry(parameter.name, TensorType(parameter.shape), file: path)
      values.replaceSubrange(
        parameter.offset..<parameter.offset + parameter.shape.count, with: entry.elements(Float.self))
    }
    try flat.write(values)
  }
}

extension Safetensors {
  /// The tensor `name`, which must have the type `type`; `file` is the file's name in errors.
  public func entry(_ name: String, _ type: TensorType, file: String) throws(CheckpointError) -> Entry {
    guard let entry = tensors[name] else { throw .missing(file: file, name: name) }
    guard entry.type == type.stored else {
      throw .different(
        file: file, name: name, found: entry.type.description, expected: type.stored.description)
    }
    return entry
  }

  /// Copies a variable into the file under its label. Waits for the device.
  public mutating func add(_ variable: Variable) throws(VulkanError) {
    let words: [UInt32] = try variable.read(UInt32.self)
    tensors[variable.label] = Entry(variable.type.stored, words)
  }

  /// Copies the tensor with a variable's label into the variable.
  public func restore(_ variable: Variable, file: String) throws {
    try variable.write(entry(variable.label, variable.type, file: file).elements(UInt32.self))
  }
}

extension TensorType {
  /// The type in a file, where a bool is a word as on the device.
  fileprivate var stored: TensorType { dataType == .bool ? TensorType(shape, .uint32) : self }
}
