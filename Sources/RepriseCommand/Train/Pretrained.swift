import Learning
import Runs
import Supervised
import Tensors
import Vulkan

/// Weights to begin with: those of a run, or of a file with PyTorch's names.
struct Pretrained {
  /// Where they come from, for errors.
  let file: String
  /// The settings of the run; nil for a mere file.
  let settings: SupervisedSettings?
  private let tensors: Safetensors

  /// Reads a run's best weights, or a safetensors file.
  ///
  /// - Throws: `CommandFailure`, `CheckpointError`.
  init(_ path: String) throws {
    if RunDirectory.isFolder(path) {
      let directory = RunDirectory(path)
      settings = try RunConfiguration<SupervisedSettings>(of: directory).settings
      file = directory.weights
    } else {
      settings = nil
      file = path
    }
    tensors = try Safetensors(contentsOf: file)
  }

  /// Loads all but a head that was made for something else, which begins anew.
  ///
  /// - Returns: the names of the parameters that begin anew.
  /// - Throws: `CheckpointError` with every other key that is missing, unexpected or of another shape.
  func load(into network: Network, objective: Objective) throws -> [String] {
    func isHead(_ name: String) -> Bool { name.hasPrefix("classifier.") }
    let head = network.parameters.filter { isHead($0.name) }
    // Classes of the same number are not yet the same classes.
    let isForeign =
      settings.map { !$0.objective.isAnswered(as: objective) } ?? false
      || head.contains { tensors.tensors[$0.name]?.type.shape != $0.shape }
    guard isForeign else {
      try network.load(from: tensors, named: file)
      return []
    }
    var body = tensors
    body.tensors = tensors.tensors.filter { !isHead($0.key) }
    var own = Safetensors()
    try network.save(into: &own)
    for (name, entry) in own.tensors where isHead(name) { body.tensors[name] = entry }
    try network.load(from: body, named: file)
    return head.map(\.name)
  }
}

extension Objective {
  /// Whether outputs for this mean the same for `other`: the same classes, or as many numbers.
  fileprivate func isAnswered(as other: Objective) -> Bool {
    switch (self, other) {
    case (.classification(let a), .classification(let b)): a == b
    case (.regression(let a, _), .regression(let b, _)): a == b
    default: false
    }
  }
}
