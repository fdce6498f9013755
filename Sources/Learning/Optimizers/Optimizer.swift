public import Tensors

/// A rule that updates all parameters of a network by their gradient, in one kernel.
public protocol Optimizer: Sendable {
  /// What it keeps from step to step, under PyTorch's names: `optimizer.exp_avg`.
  var state: [Variable] { get }
  /// Updates the parameters by the flat `gradient` with step size `learningRate`, a scalar.
  func step(_ gradient: Tensor, learningRate: Tensor)
}
