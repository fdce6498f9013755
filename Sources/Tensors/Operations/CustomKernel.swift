public import Recording
import Vulkan

/// A kernel of the user's own as an operation: GLSL that reads its inputs and writes its result by name.
///
/// The source is the part of a compute shader that begins after the declarations, with a `void main()`. It may use, for
/// each input and for the output, `name(i)`, the element i in row-major order; `name_count`, the number of elements; and
/// `name_size(axis)`. `lane()` is the number of the invocation. A bool is a uint of 0 or 1; float16 is given as float32.
///
/// ```swift
/// let scan = CustomKernel("row_sum", inputs: ["x"], output: "y") {
///   """
///   void main() {
///     if (lane() >= y_count) return;
///     float sum = 0.0;
///     for (uint i = 0; i < x_size(1); i++) sum += x(lane() * x_size(1) + i);
///     y(lane()) = sum;
///   }
///   """
/// }
/// let y = scan([x], TensorType([x.shape[0]]))
/// ```
///
/// No element outside an input may be read, and loops of an invocation may not go round more than `maximumLoopRounds` times
/// in all: Mesa's CPU driver leaves them then.
public struct CustomKernel: Sendable {
  /// The operation's name in errors and plans, and the file that the compiler's messages name.
  public let name: String
  /// Names of the inputs in the source.
  public let inputs: [String]
  /// The name of the result in the source.
  public let output: String
  /// Invocations of a workgroup.
  public let workgroupSize: Int
  /// Gradients with respect to each input; without it there are none.
  public let gradient: (@Sendable (Application) -> [Tensor?])?
  /// What it computes, in double precision, for tests.
  public let reference: (@Sendable ([HostTensor], TensorType) -> HostTensor)?
  /// The GLSL.
  public let source: String

  /// A kernel of `source`, which is compiled, and may be refused, when it is applied.
  public init(
    _ name: String, inputs: [String], output: String, workgroupSize: Int = 64,
    gradient: (@Sendable (Application) -> [Tensor?])? = nil,
    reference: (@Sendable ([HostTensor], TensorType) -> HostTensor)? = nil, source: () -> String
  ) {
    self.name = name
    self.inputs = inputs
    self.output = output
    self.workgroupSize = workgroupSize
    self.gradient = gradient
    self.reference = reference
    self.source = source()
  }

  /// Applies it; `groups` workgroups run, or as many as give each element of the result an invocation.
  ///
  /// What the compiler has against the source ends the recording as `GraphError.customKernel`.
  public func callAsFunction(_ inputs: [Tensor], _ result: TensorType, groups: Groups? = nil) -> Tensor {
    inputs[0].graph.apply(CustomOperation(kernel: self, result: result, groups: groups), inputs)
  }
}

/// An application of a custom kernel.
struct CustomOperation: DispatchedOperation {
  let kernel: CustomKernel
  let result: TensorType
  let groups: Groups?

  var name: String { kernel.name }
  // Two of one name may have different gradients.
  var identity: String? { nil }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs.count == kernel.inputs.count, result.dataType != .float16 else {
      throw .mismatch(
        operation: name, inputs: inputs,
        expected:
          "\(kernel.inputs.count) inputs (\(kernel.inputs.joined(separator: ", "))), and no float16 result")
    }
    do {
      _ = try KernelLibrary.kernel(source: source(inputs), cacheDirectory: nil, file: name)
    } catch {
      throw .customKernel(operation: name, message: "\(error)")
    }
    return result
  }

  func gradients(_ application: Application) -> [Tensor?] {
    kernel.gradient?(application) ?? application.inputs.map { _ in nil }
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    kernel.reference?(inputs, type)
      ?? HostTensor(type: type, values: [Double](repeating: .nan, count: type.shape.count))
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) throws {
    guard output.type.shape.count > 0 else { return }
    let device = recorder.device
    recorder.dispatch(
      Dispatch(
        name,
        try KernelLibrary.kernel(
          source: source(inputs.map(\.type)), cacheDirectory: device.cacheDirectory, file: name),
        specialization: [UInt32(kernel.workgroupSize)] + (inputs + [output]).map { UInt32($0.elementOffset) },
        bindings: inputs.map { .read($0.region) } + [.write(output.region)],
        groups: groups
          ?? Groups(over: (output.type.shape.count + kernel.workgroupSize - 1) / kernel.workgroupSize)))
  }

  /// The user's source after the declarations that it builds on; its own lines keep their numbers.
  private func source(_ types: [TensorType]) -> String {
    let operands = Array(zip(kernel.inputs + [kernel.output], types + [result]))
    var lines = ["#version 450", "layout(local_size_x_id = 0) in;"]
    for (index, (name, type)) in operands.enumerated() {
      let qualifier = index == operands.count - 1 ? "" : "readonly "
      let sizes = (type.shape.dimensions + [1]).map { "\($0)u" }.joined(separator: ", ")
      lines += [
        "layout(std430, binding = \(index)) \(qualifier)buffer Buffer\(index) { \(type.dataType.glslStorage) buffer\(index)[]; };",
        "layout(constant_id = \(index + 1)) const uint \(name)_start = 0;",
        "#define \(name)(i) buffer\(index)[\(name)_start + uint(i)]",
        "const uint \(name)_count = \(type.shape.count)u;",
        "uint \(name)_size(uint axis) { return uint[](\(sizes))[axis]; }",
      ]
    }
    lines += [
      "uint lane() {",
      "  return (gl_WorkGroupID.y * \(groups?.x ?? 65535)u + gl_WorkGroupID.x) * gl_WorkGroupSize.x",
      "    + gl_LocalInvocationID.x;",
      "}",
      "#line 1",
    ]
    return lines.joined(separator: "\n") + "\n" + kernel.source + "\n"
  }
}
