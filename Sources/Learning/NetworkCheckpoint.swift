public import Tensors
public import Vulkan

/// What a file of tensors has for a network.
public struct LoadReport: Sendable, Equatable, CustomStringConvertible {
  /// A tensor that is not as the network's.
  public struct Difference: Sendable, Equatable {
    /// Its key.
    public let name: String
    /// Its types in the file and in the network.
    public let found, expected: TensorType
  }

  /// Parameters and buffers that the file has.
  public internal(set) var loaded: [String] = []
  /// Those that it lacks.
  public internal(set) var missing: [String] = []
  /// Keys of the file that the network has not.
  public internal(set) var unexpected: [String] = []
  /// Those of another shape or element type.
  public internal(set) var different: [Difference] = []

  /// Whether file and network have the same keys and shapes.
  public var isComplete: Bool { missing.isEmpty && unexpected.isEmpty && different.isEmpty }

  /// What does not agree, each key of it.
  public var description: String {
    func list(_ names: [String]) -> String { names.map { "\"\($0)\"" }.joined(separator: ", ") }
    var parts = different.map { "\"\($0.name)\" is \($0.found), the model's is \($0.expected)" }
    if !missing.isEmpty { parts.append("missing \(list(missing))") }
    if !unexpected.isEmpty { parts.append("unexpected \(list(unexpected))") }
    return parts.isEmpty ? "all keys agree" : parts.joined(separator: "; ")
  }
}

extension Network {
  /// Copies the parameters and buffers into a checkpoint. Waits for the device.
  ///
  /// - Parameters:
  ///   - weights: a variable laid out as `flat` that stands for it, as an average of it.
  ///   - member: which network of an ensemble.
  public func save(into file: inout Safetensors, weights: Variable? = nil, member: Int = 0)
    throws(VulkanError)
  {
    let values: [Float] = try (weights ?? flat).read()
    for parameter in parameters {
      let range = range(of: parameter, member)
      file.tensors[parameter.name] = Safetensors.Entry(TensorType(parameter.shape), Array(values[range]))
    }
    for buffer in buffers { try file.add(buffer) }
  }

  /// Takes the parameters and buffers from a checkpoint; nothing is changed unless all of them fit and no key is left over.
  ///
  /// - Parameters:
  ///   - weights: a variable laid out as `flat` that takes the parameters in its place.
  ///   - member: which network of an ensemble takes them; all take the same when nil.
  /// - Throws: `CheckpointError` naming every key that is missing, unexpected or different; `VulkanError`.
  public func load(
    from file: Safetensors, named path: String, into weights: Variable? = nil, member: Int? = nil
  ) throws {
    let report = report(on: file, parameters.map(\.name) + buffers.map(\.label))
    guard report.isComplete else { throw CheckpointError.doesNotFit(file: path, report) }
    try take(report.loaded, from: file, into: weights ?? flat, member: member)
  }

  /// Takes those parameters and buffers from a checkpoint that it has, of the same shape, and whose names match `patterns`,
  /// as in `features.*`; the others stay as they are.
  ///
  /// - Throws: `CheckpointError` when nothing fits, `UnmatchedPattern`, `VulkanError`; nothing is changed then.
  @discardableResult
  public func loadMatching(
    from file: Safetensors, named path: String, _ patterns: [String] = ["*"]
  ) throws -> LoadReport {
    let chosen = try parameters(matching: patterns).map(\.name)
    let kept = buffers.map(\.label).filter { label in patterns.contains { $0.matches(label) } }
    let report = report(on: file, chosen + kept)
    guard !report.loaded.isEmpty else { throw CheckpointError.doesNotFit(file: path, report) }
    try take(report.loaded, from: file, into: flat)
    return report
  }

  /// Where a member's part of a parameter lies in `flat`.
  func range(of parameter: Parameter, _ member: Int) -> Range<Int> {
    let start = parameter.offset + member * parameter.shape.count
    return start..<start + parameter.shape.count
  }

  private func report(on file: Safetensors, _ names: [String]) -> LoadReport {
    var types: [String: TensorType] = [:]
    for parameter in parameters { types[parameter.name] = TensorType(parameter.shape) }
    for buffer in buffers { types[buffer.label] = buffer.type }
    var report = LoadReport()
    for name in names {
      guard let entry = file.tensors[name], let type = types[name] else {
        report.missing.append(name)
        continue
      }
      if entry.type == type {
        report.loaded.append(name)
      } else {
        report.different.append(.init(name: name, found: entry.type, expected: type))
      }
    }
    let hasPaths = types.keys.contains { $0.contains(".") }
    report.unexpected = file.tensors.keys.filter { types[$0] == nil && $0.isModelKey(hasPaths: hasPaths) }
      .sorted()
    return report
  }

  private func take(_ names: [String], from file: Safetensors, into weights: Variable, member: Int? = nil)
    throws(VulkanError)
  {
    let names = Set(names)
    var values: [Float] = try weights.read()
    for parameter in parameters where names.contains(parameter.name) {
      guard let entry = file.tensors[parameter.name] else { continue }
      for member in member.map({ $0..<$0 + 1 }) ?? 0..<(members ?? 1) {
        values.replaceSubrange(range(of: parameter, member), with: entry.elements(Float.self))
      }
    }
    try weights.write(values)
    for buffer in buffers where names.contains(buffer.label) {
      if let entry = file.tensors[buffer.label] { try buffer.write(entry.elements(Float.self)) }
    }
  }
}

extension String {
  /// Whether a key of a file belongs to a model: not PyTorch's count of batches, and not the state of training, which lies
  /// under names of its own or, as counters do, under none.
  fileprivate func isModelKey(hasPaths: Bool) -> Bool {
    let components = split(separator: ".")
    guard let first = components.first, let last = components.last, last != "num_batches_tracked" else {
      return false
    }
    return components.count > 1 ? !Safetensors.stateNames.contains(String(first)) : !hasPaths
  }
}

extension Safetensors {
  /// First components of keys that hold the state of training, not of a model.
  public static let stateNames: Set = [
    "optimizer", "ema", "training", "rollout", "environment", "replay", "exploration", "normalizer",
  ]

  /// The tensor `name`, which must have the type `type`; `file` is the file's name in errors.
  public func entry(_ name: String, _ type: TensorType, file: String) throws(CheckpointError) -> Entry {
    guard let entry = tensors[name] else { throw .missing(file: file, name: name) }
    guard entry.type == type.stored else {
      throw .different(
        file: file, name: name, found: entry.type.description, expected: type.stored.description)
    }
    return entry
  }

  /// Copies a variable into the file under its label, which no tensor of the file may have. Waits for the device.
  public mutating func add(_ variable: Variable) throws(VulkanError) {
    precondition(tensors[variable.label] == nil, "two variables of a checkpoint are \"\(variable.label)\"")
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
