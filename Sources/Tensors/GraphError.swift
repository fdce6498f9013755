/// Misuse of tensors, found while a pass is recorded and before anything reaches the device.
public enum GraphError: Error, Equatable, CustomStringConvertible {
  /// Inputs that don't fit an operation.
  case mismatch(operation: String, inputs: [TensorType], expected: String)
  /// An operation that has no gradient stands between the loss and what it is differentiated by.
  case noGradient(operation: String, input: Int)
  /// A gradient was asked of something that isn't a float32 scalar.
  case notAScalar(TensorType)
  /// A tensor that was read before a variable was assigned is used after it.
  case staleRead(variable: String, operation: String)
  /// Two tensors of different passes meet in one operation.
  case foreignTensor(operation: String)
  /// The GLSL of a custom operation doesn't compile; the message has the operation as file, and its lines.
  case customKernel(operation: String, message: String)

  /// A sentence for people.
  public var description: String {
    switch self {
    case .mismatch(let operation, let inputs, let expected):
      "\(operation): got \(inputs.map(\.description).joined(separator: " and ")); expected \(expected)"
    case .noGradient(let operation, let input):
      "\(operation) has no gradient with respect to its input \(input)"
    case .notAScalar(let type):
      "the gradient of \(type) was asked for; a loss is a float32 tensor of one element"
    case .staleRead(let variable, let operation):
      "\(operation) uses a value of \"\(variable)\" that was read before the variable was assigned: read it again, or use it before the assignment"
    case .customKernel(let operation, let message):
      "the GLSL of \(operation) does not compile:\n\(message)"
    case .foreignTensor(let operation):
      "\(operation): its inputs belong to different passes; pass values through a Variable"
    }
  }

  /// The same with a label before the operation.
  func labeled(_ label: String) -> GraphError {
    switch self {
    case .mismatch(let operation, let inputs, let expected):
      .mismatch(operation: "\(label): \(operation)", inputs: inputs, expected: expected)
    case .noGradient(let operation, let input): .noGradient(operation: "\(label): \(operation)", input: input)
    case .foreignTensor(let operation): .foreignTensor(operation: "\(label): \(operation)")
    case .customKernel(let operation, let message):
      .customKernel(operation: "\(label): \(operation)", message: message)
    case .staleRead, .notAScalar: self
    }
  }
}
