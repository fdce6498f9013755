public import Learning

extension Algorithm {
  /// A trained policy as a file of ONNX: `observation` float32 [N, observation] → `action` [N, action], the likeliest, int64, or
  /// float32 of a box; with normaliser and rescaling. Of stacked frames an observation has all, the oldest first.
  ///
  /// - Parameters:
  ///   - weights: a checkpoint of a run of `configuration`; `file` is its name in errors.
  ///   - version: of the program that writes the file.
  /// - Throws: `ConfigurationError` for a policy that remembers, and for one that is too large for the format; `CheckpointError`.
  public static func onnx(
    _ configuration: Configuration, weights: Safetensors, file: String, version: String
  ) throws -> [UInt8] {
    try onnx(
      configuration, in: Environments.named(configuration.environment), weights: weights, file: file,
      version: version)
  }

  /// The same for an environment that takes the place of the one that the configuration names.
  static func onnx(
    _ configuration: Configuration, in environment: any Environment, weights: Safetensors, file: String,
    version: String
  ) throws -> [UInt8] {
    try configuration.validate(in: environment)
    try configuration.refuseMemory()
    let size = configuration.frameStack * environment.observationSize
    let graph = ONNXGraph(input: "observation", width: size, weights: weights, file: file)
    let space = environment.actionSpace
    let actions = try likeliest(configuration, in: graph, observationSize: size, space)
    return try graph.encoded(
      output: actions, named: "action", width: space.size, space.counts == nil ? .float32 : .int64,
      label: "\(name) \(environment.name)", version: version,
      metadata: metadata(configuration, environment))
  }
}

extension PPO {
  /// Normaliser, hidden layers, whether they are the value function's as well or not, and the mode of the distribution.
  public static func likeliest(
    _ configuration: PPOConfiguration, in graph: ONNXGraph, observationSize: Int, _ space: ActionSpace
  ) throws(CheckpointError) -> ONNXGraph.Value {
    let policy = MultilayerPerceptron(
      inputs: observationSize, hidden: configuration.hidden, outputs: space.outputs)
    var value = graph.input
    if configuration.normalizeObservations {
      value = try graph.normalized(value, size: observationSize, limit: configuration.normalizationLimit)
    }
    if configuration.hasCommonFeatures {
      value = try policy.trunk(value, in: graph, named: "trunk")
      value = try policy.head(gain: 1)(value, in: graph, named: "policy")
    } else {
      value = try policy.module(gain: 1)(value, in: graph, named: "policy")
    }
    return graph.mode(value, space)
  }
}

extension DQN {
  /// Normaliser, network, and the action of the highest value.
  public static func likeliest(
    _ configuration: DQNConfiguration, in graph: ONNXGraph, observationSize: Int, _ space: ActionSpace
  ) throws(CheckpointError) -> ONNXGraph.Value {
    var value = graph.input
    if configuration.normalizeObservations {
      value = try graph.normalized(value, size: observationSize, limit: DQNLearner.normalizationLimit)
    }
    let network = DQNLearner.module(configuration, inputs: observationSize, actions: space.outputs)
    return graph.mode(try network(value, in: graph, named: "q"), space)
  }
}

extension SAC {
  /// Hidden layers and the mean, squashed and rescaled.
  public static func likeliest(
    _ configuration: SACConfiguration, in graph: ONNXGraph, observationSize: Int, _ space: ActionSpace
  ) throws(CheckpointError) -> ONNXGraph.Value {
    let (hidden, head) = SquashedGaussianPolicy.layers(
      configuration, inputs: observationSize, actions: space.size)
    let features = try hidden(graph.input, in: graph, named: "actor")
    let outputs = try head(features, in: graph, named: "head")
    let (low, high) = (SquashedGaussianPolicy.means.lowerBound, SquashedGaussianPolicy.means.upperBound)
    let mean =
      configuration.gsde
      ? graph.clip(outputs, low, high) : graph.split(outputs, [space.size, space.size])[0]
    return graph.scaled(graph.apply("Tanh", mean), space)
  }
}

extension TD3 {
  /// The actor, rescaled.
  public static func likeliest(
    _ configuration: TD3Configuration, in graph: ONNXGraph, observationSize: Int, _ space: ActionSpace
  ) throws(CheckpointError) -> ONNXGraph.Value {
    let actor = actor(configuration, inputs: observationSize, actions: space.size)
    return graph.scaled(try actor(graph.input, in: graph, named: "actor"), space)
  }
}

extension DuelingHeads: ONNXConvertible {
  func callAsFunction(_ input: ONNXGraph.Value, in graph: ONNXGraph, named path: String) -> ONNXGraph.Value {
    let parts = graph.split(input, [1, actions])
    let mean = graph.apply("ReduceMean", parts[1], attributes: ["axes": .integers([1])])
    return graph.apply("Sub", graph.apply("Add", parts[0], parts[1]), mean)
  }
}

extension ONNXGraph {
  /// What `Normalizer` makes of samples.
  fileprivate func normalized(_ value: Value, size: Int, limit: Double) throws(CheckpointError) -> Value {
    let name = "normalizer.observations"
    let mean = try parameter("\(name).mean", shape: [size])
    let factors = try numbers("\(name).variance", shape: [size]).map {
      1 / ($0 + Float(Normalizer.epsilon)).squareRoot()
    }
    let centred = apply("Sub", value, mean)
    return clip(
      apply("Mul", centred, constant("\(name).factor", factors, shape: [size])), -limit, limit)
  }

  /// The likeliest action, within a box's bounds (`ActionDistribution.mode`).
  fileprivate func mode(_ outputs: Value, _ space: ActionSpace) -> Value {
    if case .box(let low, let high) = space {
      let above = apply("Max", outputs, constant("action.low", low.map { Float($0) }, shape: [low.count]))
      return apply("Min", above, constant("action.high", high.map { Float($0) }, shape: [high.count]))
    }
    let counts = space.counts ?? []
    let components = counts.count == 1 ? [outputs] : split(outputs, counts)
    let choices = components.map { apply("ArgMax", $0, attributes: ["axis": .integer(1)]) }
    return choices.count == 1 ? choices[0] : apply("Concat", choices, outputs: 1, ["axis": .integer(1)])[0]
  }

  /// Actions within ±1 as the environment takes them (`ActionSpace.scaled`).
  fileprivate func scaled(_ actions: Value, _ space: ActionSpace) -> Value {
    guard case .box(let low, let high) = space else { return actions }
    let centre = zip(low, high).map { Float(($0 + $1) / 2) }
    let half = zip(low, high).map { Float(($1 - $0) / 2) }
    let spread = apply("Mul", actions, constant("action.half", half, shape: [half.count]))
    return apply("Add", constant("action.centre", centre, shape: [centre.count]), spread)
  }
}
