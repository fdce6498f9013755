import Vulkan

/// A function of elements at the same place, given as a GLSL expression: fused like the built-in ones.
///
/// ```swift
/// let swish = CustomElementwise("swish", operands: ["x"], glsl: "x / (1.0 + exp(-x))") { $0[0] / (1 + exp(-$0[0])) }
/// let y = swish(x)
/// ```
public struct CustomElementwise: Sendable {
  private let operation: Elementwise
  private let operands: [String]
  private let expression: String

  /// - Parameters:
  ///   - operands: their names in `glsl`; they are broadcast to one shape, and all float32.
  ///   - glsl: an expression of type float.
  ///   - gradient: gradients with respect to each operand; without it there are none.
  ///   - reference: the same in double precision.
  public init(
    _ name: String, operands: [String], glsl: String,
    gradient: (@Sendable (Application) -> [Tensor?])? = nil,
    reference: @escaping @Sendable ([Double]) -> Double
  ) {
    self.operands = operands
    expression = glsl
    operation = Elementwise(
      name: name, accepts: [.float32],
      glsl: { Self.substitute(operands, by: $0, in: glsl) }, scalar: reference,
      gradient: gradient ?? { $0.inputs.map { _ in nil } })
  }

  /// Applies it. What the compiler has against the expression ends the recording as `GraphError.customKernel`.
  public func callAsFunction(_ tensors: Tensor...) -> Tensor {
    let graph = tensors[0].graph
    guard tensors.count == operands.count else {
      graph.fail(
        .mismatch(
          operation: operation.name, inputs: tensors.map(\.type),
          expected: "\(operands.count) operands (\(operands.joined(separator: ", ")))"))
      return tensors[0]
    }
    // Alone first, so that a mistake is named before it is part of a larger kernel.
    let parameters = operands.map { "float \($0)" }.joined(separator: ", ")
    let lines = [
      "#version 450", "layout(local_size_x_id = 0) in;", "float value(\(parameters)) {", "#line 1", "return",
      "#line 1", "\(expression);", "}", "void main() {}",
    ]
    do {
      _ = try KernelLibrary.kernel(
        source: lines.joined(separator: "\n") + "\n", cacheDirectory: graph.device.cacheDirectory,
        file: operation.name)
    } catch {
      graph.fail(.customKernel(operation: operation.name, message: "\(error)"))
      return tensors[0]
    }
    return Tensor.elementwise(operation, tensors)
  }

  /// The expression with each operand's name replaced where it stands as a whole word.
  private static func substitute(_ names: [String], by values: [String], in expression: String) -> String {
    var result = ""
    var word = ""
    func flushed() -> String {
      guard let position = names.firstIndex(of: word) else { return word }
      return values[position]
    }
    for character in expression {
      if character.isLetter || character.isNumber || character == "_" {
        word.append(character)
      } else {
        result += flushed()
        word = ""
        result.append(character)
      }
    }
    return "(\(result)\(flushed()))"
  }
}
