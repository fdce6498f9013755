import Learning
import Tensors

/// Numbers of their own that are learnt, whatever the input: `weight` (`torch.nn.Parameter`).
struct Parameter: Module {
  let shape: Shape
  let initializer: Initializer

  init(_ shape: Shape, _ initializer: Initializer) {
    self.shape = shape
    self.initializer = initializer
  }

  var parameters: [ParameterDeclaration] { [ParameterDeclaration("weight", shape, initializer)] }

  func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { scope["weight"] }
}
