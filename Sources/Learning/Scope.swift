public import Tensors

/// What a module sees of its network in a pass: its parameters and buffers by the names that it declared, and the mode.
public struct Scope {
  /// What the pass is for.
  public let mode: Mode
  private let network: Network
  private let graph: Graph
  /// Where the parameters' values lie: `Network.flat`, or a variable of the same layout.
  private let weights: Variable
  private let prefix: String
  private let notes: SummaryNotes?

  init(
    _ network: Network, _ graph: Graph, _ weights: Variable, _ mode: Mode, prefix: String = "",
    notes: SummaryNotes? = nil
  ) {
    self.network = network
    self.graph = graph
    self.weights = weights
    self.mode = mode
    self.prefix = prefix
    self.notes = notes
  }

  /// The value of parameter `name`.
  public subscript(name: String) -> Tensor { network.parameter(prefix + name, in: graph, of: weights) }
  /// The variable of buffer `name`.
  public func buffer(_ name: String) -> Variable { network.buffer(prefix + name) }
  /// Whether parameter `name` is kept as it is.
  public func isFrozen(_ name: String) -> Bool { network.frozen.contains(prefix + name) }

  /// Applies the part of a container that is called `part`; mistakes in it are reported under its name and kind.
  public func apply(_ part: String, _ module: any Module, _ input: Tensor) -> Tensor {
    let path = prefix + part
    let inner = Scope(network, graph, weights, mode, prefix: "\(path).", notes: notes)
    let place = notes?.begin()
    let output = graph.labeled("\(part) \(type(of: module))") { module(input, inner) }
    if let notes, let place { notes.end(place, path, module, input.shape, output.shape) }
    return output
  }
}
