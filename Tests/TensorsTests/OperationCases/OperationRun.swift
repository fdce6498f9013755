import Learning
import Tensors
import TestSupport
import Testing
import Vulkan

/// All golden cases of one operation, run in one pass, so that cases of one shape share kernels.
struct OperationRun {
  /// Normalised mean squared error that float16 may have: 2⁻¹¹ relative, squared, with room for one more rounding.
  static let halfBound = 1e-6

  /// A result, beside what PyTorch and the CPU reference say.
  struct Check {
    let name: String
    let isStrided: Bool
    let isHalf: Bool
    let isInteger: Bool
    let shape: Shape
    let computed: [Double]
    /// Of contiguous inputs; it knows nothing of memory.
    let reference: [Double]?
    let expected: HostTensor
  }

  private(set) var checks: [Check] = []
  private(set) var cases = 0
  /// Distinct shapes of the first input.
  private(set) var shapes = 0

  private let golden: Safetensors
  private let device: Device
  /// What the variables of inputs hold, by label.
  private var stored: [String: HostTensor] = [:]
  private var pending:
    [(name: String, tensor: Tensor, isStrided: Bool, reference: HostTensor?, output: Variable)] = []

  init(_ family: OperationCases.Family, _ operation: String, on device: Device) throws {
    golden = try Golden.load("operations_\(family.name)")
    self.device = device
    let keys = golden.metadata.keys.filter { $0.hasPrefix("\(operation)/") }.sorted()
    let builder = try #require(family.builders[operation])
    cases = keys.count
    shapes = Set(keys.compactMap { golden.tensors["\($0)/input0"]?.type.shape }).count
    try device.run(operation) { graph in
      for key in keys {
        for isStrided in [false, true] { try build(key, builder, isStrided, in: graph) }
      }
    }
    for entry in pending {
      // PyTorch computes integers in 64 bits; the golden keeps the lower 32, of int32 and uint32 alike.
      let expected =
        entry.output.type.dataType == .float32
        ? Self.host(try #require(golden.tensors[entry.name]))
        : HostTensor(
          type: TensorType(try #require(golden.tensors[entry.name]).type.shape, entry.output.type.dataType),
          words: try #require(golden.tensors[entry.name]).elements(UInt32.self))
      checks.append(
        Check(
          name: entry.name, isStrided: entry.isStrided, isHalf: entry.tensor.dataType == .float16,
          isInteger: !entry.tensor.dataType.isFloating, shape: entry.tensor.shape,
          computed: HostTensor(type: entry.output.type, words: try entry.output.read(UInt32.self)).values,
          reference: entry.reference?.values,
          expected: expected))
    }
    pending = []
  }

  private mutating func build(
    _ key: String, _ builder: OperationCases.Builder, _ isStrided: Bool, in graph: Graph
  ) throws {
    let attributes = try Attributes(golden.metadata[key])
    let inputs = try attributes.strings("types").enumerated().map { index, type in
      try input("\(key)/input\(index)", type, isStrided, in: graph)
    }
    let outputs = try builder(inputs, attributes)
    for (index, output) in outputs.enumerated() {
      try check(output, "\(key)/output\(index)", isStrided)
    }
    guard golden.tensors["\(key)/upstream"] != nil else { return }
    let upstream = try input("\(key)/upstream", "float32", isStrided, in: graph)
    let wanted = inputs.indices.filter { golden.tensors["\(key)/gradient\($0)"] != nil }
    let gradients = graph.gradients(
      of: (outputs[0].float() * upstream).sum(), withRespectTo: wanted.map { inputs[$0] })
    for (position, gradient) in zip(wanted, gradients) {
      try check(gradient, "\(key)/gradient\(position)", isStrided)
    }
  }

  /// An input as the case has it: from memory of its own, or as a view of memory with other strides.
  private mutating func input(
    _ name: String, _ type: String, _ isStrided: Bool, in graph: Graph
  ) throws -> Tensor {
    let host = Self.host(try #require(golden.tensors[name]))
    let shape = host.type.shape
    let label = "\(name) \(isStrided)"
    let axes = Array(shape.dimensions.indices.reversed())
    var lying = host
    if isStrided && shape.rank == 1 {
      // Every other element, between others that are not numbers.
      lying = HostTensor(
        type: TensorType([shape[0], 2], host.type.dataType),
        values: host.values.flatMap { [$0, host.type.dataType == .float32 ? .nan : 7] })
    } else if isStrided {
      lying = host.permuted(axes)
    }
    let variable = try Variable(lying.type.shape, lying.type.dataType, on: device, label: label)
    try variable.write(lying)
    stored[label] = lying
    var tensor = graph.read(variable)
    if isStrided && shape.rank == 1 {
      tensor = tensor.slice(axis: 1, 0..<1).reshape(shape)
    } else if isStrided {
      tensor = tensor.permute(axes)
    }
    return switch type {
    case "bool": tensor .> 0
    case "float16": tensor.half()
    default: tensor
    }
  }

  private mutating func check(_ tensor: Tensor, _ name: String, _ isStrided: Bool) throws {
    let value = tensor.dataType == .int32 || tensor.dataType == .uint32 ? tensor : tensor.float()
    let output = try Variable(tensor.shape, value.dataType, on: device, label: "\(name) computed")
    output.assign(value)
    let stored = stored
    var reference =
      isStrided ? nil : value.reference { stored[$0.label] ?? HostTensor(type: $0.type, values: []) }
    if value.dataType == .float32 {
      // What the device can keep: too large a number is infinite.
      reference = reference.map { HostTensor(type: $0.type, values: $0.values.map { Double(Float($0)) }) }
    }
    pending.append((name, tensor, isStrided, reference, output))
  }

  private static func host(_ entry: Safetensors.Entry) -> HostTensor {
    HostTensor(type: entry.type, words: entry.elements(UInt32.self))
  }
}

extension HostTensor {
  /// The axes reordered: axis i of the result is axis `axes[i]` of this.
  func permuted(_ axes: [Int]) -> HostTensor {
    let shape = Shape(axes.map { type.shape[$0] })
    let strides = axes.map { type.shape.strides[$0] }
    let target = shape.strides
    return HostTensor(
      type: TensorType(shape, type.dataType),
      values: (0..<shape.count).map { index in
        values[zip(zip(target, shape.dimensions), strides).reduce(0) { $0 + index / $1.0.0 % $1.0.1 * $1.1 }]
      })
  }
}
