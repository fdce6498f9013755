import Tensors

/// Operators of ONNX on rows [n, width], to be written as a file that ONNX Runtime and its like run (onnx.ai, `onnx.proto`).
public final class ONNXGraph {
  /// What an operator takes or gives.
  public struct Value: Sendable, Equatable {
    let name: String
  }

  /// A setting of an operator.
  public enum Attribute: Sendable {
    /// A whole number.
    case integer(Int)
    /// Several of them.
    case integers([Int])
  }

  /// Elements of an output, with their number in `TensorProto.DataType`.
  public enum Element: Int, Sendable {
    /// IEEE single precision.
    case float32 = 1
    /// Integers of 64 bits, as `ArgMax` gives them.
    case int64 = 7
  }

  private struct Node {
    let operation: String
    let inputs, outputs: [Value]
    let attributes: KeyValuePairs<String, Attribute>
  }

  private struct Constant {
    let name: String
    let shape: [Int]
    let element: Element
    let bytes: [UInt8]
  }

  /// The rows that the graph is given.
  public let input: Value
  private let width: Int
  private let weights: Safetensors
  private let file: String
  private var nodes: [Node] = []
  private var constants: [Constant] = []

  /// The format of the file, and the operators in it.
  private static let (formatVersion, operatorVersion) = (8, 17)
  /// What protocol buffers allow a message.
  private static let maximumByteCount = 1 << 31 - 1

  /// A graph of rows called `input`, of `width` numbers each.
  ///
  /// - Parameter weights: where layers find theirs; `file` is its name in errors.
  public init(input: String, width: Int, weights: Safetensors, file: String) {
    self.input = Value(name: input)
    (self.width, self.weights, self.file) = (width, weights, file)
  }

  /// An operator with several outputs.
  public func apply(
    _ operation: String, _ inputs: [Value], outputs: Int, _ attributes: KeyValuePairs<String, Attribute> = [:]
  ) -> [Value] {
    let number = nodes.count
    let results = (0..<outputs).map { index in
      Value(name: "\(operation.lowercased())_\(number)" + (outputs > 1 ? "_\(index)" : ""))
    }
    nodes.append(Node(operation: operation, inputs: inputs, outputs: results, attributes: attributes))
    return results
  }

  /// An operator with one output.
  public func apply(
    _ operation: String, _ inputs: Value..., attributes: KeyValuePairs<String, Attribute> = [:]
  ) -> Value {
    apply(operation, inputs, outputs: 1, attributes)[0]
  }

  /// Columns of `value`, so many in each part.
  public func split(_ value: Value, _ sizes: [Int]) -> [Value] {
    let bytes = sizes.flatMap { size in withUnsafeBytes(of: Int64(size).littleEndian) { Array($0) } }
    let lengths = constant(
      Constant(name: "split_\(nodes.count).sizes", shape: [sizes.count], element: .int64, bytes: bytes))
    return apply("Split", [value, lengths], outputs: sizes.count, ["axis": .integer(1)])
  }

  /// `value` between two numbers.
  public func clip(_ value: Value, _ low: Double, _ high: Double) -> Value {
    let bounds = [("low", low), ("high", high)].map { name, bound in
      constant("clip_\(nodes.count).\(name)", [Float(bound)], shape: [])
    }
    return apply("Clip", value, bounds[0], bounds[1])
  }

  /// Numbers that are part of the file, by a name of their own.
  public func constant(_ name: String, _ values: [Float], shape: [Int]) -> Value {
    constant(
      Constant(name: name, shape: shape, element: .float32, bytes: values.withUnsafeBytes { Array($0) }))
  }

  /// A tensor of the weights, under its name there.
  ///
  /// - Throws: `CheckpointError` where it is missing or of another shape.
  public func parameter(_ name: String, shape: [Int]) throws(CheckpointError) -> Value {
    constant(name, try numbers(name, shape: shape), shape: shape)
  }

  /// The elements of a tensor of the weights.
  ///
  /// - Throws: `CheckpointError` where it is missing or of another shape.
  public func numbers(_ name: String, shape: [Int]) throws(CheckpointError) -> [Float] {
    try weights.entry(name, TensorType(Shape(shape)), file: file).elements()
  }

  private func constant(_ constant: Constant) -> Value {
    constants.append(constant)
    return Value(name: constant.name)
  }

  /// The file.
  ///
  /// - Parameters:
  ///   - output: what the graph gives [n, width], which the file calls `name`.
  ///   - label: of the graph.
  ///   - version: of the program that writes it.
  ///   - metadata: what it is for.
  /// - Throws: `ConfigurationError` where it would be larger than the format allows.
  public func encoded(
    output: Value, named name: String, width outputWidth: Int, _ element: Element, label: String,
    version: String, metadata: [String: String]
  ) throws(ConfigurationError) -> [UInt8] {
    func named(_ value: Value) -> String { value == output ? name : value.name }
    let size = constants.reduce(0) { $0 + $1.bytes.count }
    var model = ProtobufMessage()
    model.add(1, Self.formatVersion)
    model.add(2, "reprise")
    model.add(3, version)
    model.add(7) { graph in
      for node in nodes {
        graph.add(1) { message in
          for input in node.inputs { message.add(1, named(input)) }
          for output in node.outputs { message.add(2, named(output)) }
          message.add(3, named(node.outputs[0]))
          message.add(4, node.operation)
          for attribute in node.attributes { message.add(5) { $0.add(attribute) } }
        }
      }
      graph.add(2, label)
      for constant in constants {
        graph.add(5) { tensor in
          for length in constant.shape { tensor.add(1, length) }
          tensor.add(2, constant.element.rawValue)
          tensor.add(8, constant.name)
          tensor.add(9, constant.bytes)
        }
      }
      graph.add(11) { $0.add(port: input.name, .float32, width: width) }
      graph.add(12) { $0.add(port: name, element, width: outputWidth) }
    }
    model.add(8) { $0.add(2, Self.operatorVersion) }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      model.add(14) { entry in
        entry.add(1, key)
        entry.add(2, value)
      }
    }
    guard model.bytes.count <= Self.maximumByteCount else {
      throw ConfigurationError(
        field: "format",
        reason: "is onnx, whose files have 2 GiB at most; the weights alone are \(size) bytes")
    }
    return model.bytes
  }
}

extension ProtobufMessage {
  /// The fields of an `AttributeProto`.
  fileprivate mutating func add(_ attribute: (key: String, value: ONNXGraph.Attribute)) {
    add(1, attribute.key)
    switch attribute.value {
    case .integer(let value):
      add(3, value)
      add(20, 2)
    case .integers(let values):
      for value in values { add(8, value) }
      add(20, 7)
    }
  }

  /// The fields of a `ValueInfoProto`: rows [n, width].
  fileprivate mutating func add(port name: String, _ element: ONNXGraph.Element, width: Int) {
    add(1, name)
    add(2) { type in
      type.add(1) { tensor in
        tensor.add(1, element.rawValue)
        tensor.add(2) { shape in
          shape.add(1) { $0.add(2, "N") }
          shape.add(1) { $0.add(1, width) }
        }
      }
    }
  }
}
