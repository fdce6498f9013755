public import Recording
public import Tensors
public import Vulkan

/// What one recorded pass gave, beside what the CPU references say.
public struct Evaluation {
  /// Results as the device computed them.
  public let device: [HostTensor]
  /// Results in double precision.
  public let reference: [HostTensor]
  /// The plan that ran.
  public let plan: Plan

  /// The largest normalized error of any result; 0 for equal ones.
  public var error: Double {
    zip(device, reference).map { normalizedError($0.values, $1.values) }.max() ?? 0
  }
}

/// Records `body` over `inputs`, runs it once, and evaluates the CPU references of the same graph where they are wanted:
/// they are slow.
public func evaluate(
  _ inputs: [HostTensor], on device: Device = TestDevice.shared, options: PlanOptions = PlanOptions(),
  references: Bool = true,
  _ body: (Graph, [Tensor]) throws -> [Tensor]
) throws -> Evaluation {
  let variables = try inputs.enumerated().map { index, input in
    let variable = try Variable(input.type.shape, input.type.dataType, on: device, label: "input\(index)")
    try variable.write(input)
    return variable
  }
  var outputs: [Variable] = []
  var reference: [HostTensor] = []
  let plan = try device.record("evaluate", options: options) { program in
    try program.pass("evaluate") { graph in
      for result in try body(graph, variables.map(graph.read)) {
        let output = try Variable(result.shape, result.dataType, on: device, label: "output\(outputs.count)")
        output.assign(result)
        outputs.append(output)
        guard references else { continue }
        reference.append(
          result.reference { variable in
            variables.firstIndex { $0 === variable }.map { inputs[$0] }
              ?? HostTensor(type: variable.type, values: [])
          })
      }
    }
  }
  try plan.replay()
  return Evaluation(
    device: try outputs.map { try $0.host() },
    reference: reference,
    plan: plan)
}

extension HostTensor {
  /// A float32 tensor.
  public init(_ shape: Shape, _ values: [Double]) { self.init(type: TensorType(shape), values: values) }

  /// A float32 tensor of random numbers.
  public init(_ shape: Shape, _ random: inout SeededRandom, scale: Float = 1) {
    self.init(shape, random.values(shape.count, scale: scale))
  }

  /// From the bits of each element.
  public init(type: TensorType, words: [UInt32]) {
    self.init(
      type: type,
      values: words.map { word in
        switch type.dataType {
        case .float32: Double(Float(bitPattern: word))
        case .float16: Double(Float16(bitPattern: UInt16(word)))
        case .int32: Double(Int32(bitPattern: word))
        case .uint32, .bool: Double(word)
        }
      })
  }

  /// The bits of each element.
  public var words: [UInt32] {
    values.map { value in
      switch type.dataType {
      case .float32: Float(value).bitPattern
      case .float16: UInt32(Float16(value).bitPattern)
      case .int32: UInt32(bitPattern: Int32(value))
      case .uint32, .bool: UInt32(value)
      }
    }
  }
}

extension Variable {
  /// Replaces all elements.
  public func write(_ host: HostTensor) throws {
    guard !host.values.isEmpty else { return }
    if type.dataType == .float16 {
      try write(host.words.map { UInt16($0) })
    } else {
      try write(host.words)
    }
  }

  /// All elements.
  public func host() throws -> HostTensor {
    let words = type.dataType == .float16 ? try read(UInt16.self).map(UInt32.init) : try read(UInt32.self)
    return HostTensor(type: type, words: words)
  }
}
