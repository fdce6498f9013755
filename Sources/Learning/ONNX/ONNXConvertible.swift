/// A module that ONNX has operators for.
public protocol ONNXConvertible: Module {
  /// What the module makes of `input` in an ONNX graph, by the weights whose names begin with `path`.
  ///
  /// - Throws: `CheckpointError` where one is missing or of another shape.
  func callAsFunction(_ input: ONNXGraph.Value, in graph: ONNXGraph, named path: String)
    throws(CheckpointError) -> ONNXGraph.Value
}

extension Linear: ONNXConvertible {
  /// A `Gemm`.
  public func callAsFunction(_ input: ONNXGraph.Value, in graph: ONNXGraph, named path: String)
    throws(CheckpointError) -> ONNXGraph.Value
  {
    var operands = [input, try graph.parameter("\(path).weight", shape: [outputs, inputs])]
    if bias != nil { operands.append(try graph.parameter("\(path).bias", shape: [outputs])) }
    return graph.apply("Gemm", operands, outputs: 1, ["transB": .integer(1)])[0]
  }
}

extension Tanh: ONNXConvertible {
  /// The operator of the same name.
  public func callAsFunction(_ input: ONNXGraph.Value, in graph: ONNXGraph, named path: String)
    -> ONNXGraph.Value
  {
    graph.apply("Tanh", input)
  }
}

extension ReLU: ONNXConvertible {
  /// The operator of the same name.
  public func callAsFunction(_ input: ONNXGraph.Value, in graph: ONNXGraph, named path: String)
    -> ONNXGraph.Value
  {
    graph.apply("Relu", input)
  }
}

extension Sequential: ONNXConvertible {
  /// The operators of its layers, all of which must have some.
  public func callAsFunction(_ input: ONNXGraph.Value, in graph: ONNXGraph, named path: String)
    throws(CheckpointError) -> ONNXGraph.Value
  {
    var value = input
    for part in parts {
      guard let module = part.module as? any ONNXConvertible else {
        preconditionFailure("ONNX operators of \(type(of: part.module)) are not known")
      }
      value = try module(value, in: graph, named: "\(path).\(part.name)")
    }
    return value
  }
}
