/// Tensors one after the other in one flat tensor. The inputs are computed in place where that is possible.
struct Pack: Operation {
  var name: String { "pack" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard let first = inputs.first, inputs.allSatisfy({ $0.dataType == first.dataType }) else {
      throw .mismatch(operation: name, inputs: inputs, expected: "tensors of one type")
    }
    return TensorType([inputs.reduce(0) { $0 + $1.shape.count }], first.dataType)
  }

  func gradients(_ application: Application) -> [Tensor?] {
    var start = 0
    return application.inputs.map { input in
      defer { start += input.shape.count }
      return application.gradient.slice(axis: 0, start..<start + input.shape.count).reshape(input.shape)
    }
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type: type, values: inputs.flatMap(\.values))
  }
}

extension Tensor {
  /// All elements of `tensors`, in order, as one flat tensor.
  public static func pack(_ tensors: [Tensor]) -> Tensor {
    // Kernels store words, and two float16 share one.
    if tensors[0].dataType == .float16 { return pack(tensors.map { $0.float() }).half() }
    return tensors[0].graph.apply(Pack(), tensors)
  }
}
