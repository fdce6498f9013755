import Learning
import Recording
import Tensors
import TestSupport
import Testing

/// Two dense layers whose parameters are only ever updated, and their gradients.
struct UpdatedNetwork {
  let network: Network
  let gradient: Variable

  init() throws {
    network = try Network(["body": Linear(13, 7), "head": Linear(7, 3)], on: TestDevice.shared, seed: 1)
    gradient = try Variable(network.flat.type.shape, on: TestDevice.shared, label: "gradient")
  }

  /// A plan whose replay is one step at a rate of 0.01.
  func plan(_ optimizer: any Optimizer, _ options: PlanOptions = PlanOptions()) throws -> Plan {
    try TestDevice.shared.record("step", options: options) { program in
      try program.pass("step") { graph in
        optimizer.step(graph.read(gradient), learningRate: graph.constant(0.01, TensorType([])))
      }
    }
  }

  /// Writes the values of all parameters, which follow each other without gaps in goldens.
  func write(_ values: some Collection<Float>, to variable: Variable) throws {
    var rest = Array(values)[...]
    for parameter in network.parameters {
      try variable.write(Array(rest.prefix(parameter.shape.count)), at: parameter.offset)
      rest = rest.dropFirst(parameter.shape.count)
    }
  }

  /// The values of the parameters in `variable` whose names begin with `prefix`.
  func read(_ variable: Variable, _ prefix: String = "") throws -> [Float] {
    let values: [Float] = try variable.read()
    return network.parameters.filter { $0.name.hasPrefix(prefix) }.flatMap {
      values[$0.offset..<$0.offset + $0.shape.count]
    }
  }
}

/// The largest difference, relative to the largest number.
func relativeError(_ actual: some Collection<Float>, _ expected: some Collection<Float>) -> Float {
  guard actual.count == expected.count else { return .infinity }
  let differences = zip(actual, expected).map { ($0 - $1).isNaN ? .infinity : abs($0 - $1) }
  return (differences.max() ?? 0) / (expected.map(abs).max() ?? 1)
}

/// Every optimizer against PyTorch's, with and without parameter groups.
@Suite struct OptimizerTests {
  static let cases = [
    "sgd", "sgd_momentum", "sgd_dampening", "sgd_nesterov", "adam", "adamw", "rmsprop", "rmsprop_momentum",
    "rmsprop_centered", "rmsprop_all",
  ]

  static func make(_ name: String, _ network: Network, _ groups: ParameterGroups?) throws -> any Optimizer {
    switch name {
    case "sgd": try SGD(network, groups: groups)
    case "sgd_momentum": try SGD(network, momentum: 0.9, groups: groups)
    case "sgd_dampening": try SGD(network, momentum: 0.9, dampening: 0.3, groups: groups)
    case "sgd_nesterov": try SGD(network, momentum: 0.9, nesterov: true, groups: groups)
    case "adam": try Adam(network, betas: (0.8, 0.99), epsilon: 1e-6, groups: groups)
    case "adamw": try Adam(network, groups: groups, decoupledWeightDecay: true)
    case "rmsprop": try RMSprop(network, groups: groups)
    case "rmsprop_momentum": try RMSprop(network, alpha: 0.9, momentum: 0.8, groups: groups)
    case "rmsprop_centered": try RMSprop(network, alpha: 0.95, centered: true, groups: groups)
    default:
      try RMSprop(network, alpha: 0.95, epsilon: 1e-5, momentum: 0.7, centered: true, groups: groups)
    }
  }

  static func groups(_ network: Network) throws -> ParameterGroups {
    try ParameterGroups(
      network, weightDecay: 0.05, rules: [ParameterGroup("body.*", learningRateScale: 0.1)])
  }

  @Test(arguments: cases, [false, true]) func twentyStepsArePyTorchs(_ name: String, grouped: Bool) throws {
    let golden = try Golden.load("optimizers")
    func floats(_ name: String) throws -> [Float] { try #require(golden.tensors[name]).elements() }
    let updated = try UpdatedNetwork()
    try updated.write(floats("initial"), to: updated.network.flat)
    let optimizer = try Self.make(name, updated.network, grouped ? Self.groups(updated.network) : nil)
    let plan = try updated.plan(optimizer)
    let (gradients, after) = (try floats("gradients"), try floats("\(name)/\(grouped ? "groups" : "plain")"))
    let count = after.count / 20
    for step in 0..<20 {
      try updated.write(gradients[count * step..<count * (step + 1)], to: updated.gradient)
      try plan.replay()
      let error = relativeError(
        try updated.read(updated.network.flat), after[count * step..<count * (step + 1)])
      #expect(error <= 1e-6, "step \(step)")
    }
  }

  @Test(arguments: cases) func aStepIsOneKernelAndReplaysAsItRuns(_ name: String) throws {
    /// The parameters and the state after three steps.
    func trained(replays: Bool, grouped: Bool) throws -> [[UInt32]] {
      let updated = try UpdatedNetwork()
      try updated.gradient.write((0..<updated.gradient.type.shape.count).map { Float($0 % 11) - 5 })
      let optimizer = try Self.make(name, updated.network, grouped ? Self.groups(updated.network) : nil)
      let plan = try updated.plan(optimizer)
      // Counts of steps have a kernel of their own, which in a training step shares a dispatch with others.
      let scalars = optimizer.state.contains { $0.type.shape.rank == 0 } ? 1 : 0
      #expect(plan.statistics.dispatches == 1 + scalars, "\(plan)")
      if replays {
        try plan.replay(times: 3)
      } else {
        for _ in 0..<3 { try updated.plan(optimizer).replay() }
      }
      return try ([updated.network.flat] + optimizer.state).map { try $0.read(UInt32.self) }
    }
    for grouped in [false, true] {
      #expect(try trained(replays: true, grouped: grouped) == trained(replays: false, grouped: grouped))
    }
  }

  @Test func stateHasPyTorchsNames() throws {
    let network = try UpdatedNetwork().network
    func names(_ name: String) throws -> [String] { try Self.make(name, network, nil).state.map(\.label) }
    #expect(try names("sgd") == [])
    #expect(try names("sgd_dampening") == ["optimizer.momentum_buffer", "optimizer.step"])
    #expect(
      try names("adam") == [
        "optimizer.exp_avg", "optimizer.exp_avg_sq", "optimizer.correction1", "optimizer.correction2",
      ])
    #expect(
      try names("rmsprop_all") == ["optimizer.square_avg", "optimizer.grad_avg", "optimizer.momentum_buffer"])
  }

  @Test func aCenteredDenominatorStaysANumber() throws {
    let updated = try UpdatedNetwork()
    try updated.gradient.write((0..<updated.gradient.type.shape.count).map { 0.1 + Float($0) / 999 })
    try updated.plan(RMSprop(updated.network, alpha: 0.9, epsilon: 1e-3, centered: true)).replay(times: 300)
    #expect(try updated.read(updated.network.flat).allSatisfy { $0.isFinite })
  }

  @Test func settingsOutOfRangeAreNamed() throws {
    let network = try UpdatedNetwork().network
    func reason(_ make: () throws -> Any) -> String? {
      (#expect(throws: ConfigurationError.self) { try make() })?.description
    }
    #expect(reason { try SGD(network, momentum: 1) } == "momentum: is 1.0; it must be from 0.0 to below 1.0")
    #expect(
      reason { try SGD(network, momentum: 0.9, dampening: .nan) }
        == "dampening: is nan; it must be from 0.0 to 1.0")
    #expect(
      reason { try SGD(network, nesterov: true) }
        == "nesterov: needs momentum and no dampening; momentum is 0.0 and dampening 0.0")
    #expect(
      reason { try Adam(network, betas: (0.9, 1)) } == "beta2: is 1.0; it must be from 0.0 to below 1.0")
    #expect(
      reason { try Adam(network, epsilon: 0) } == "epsilon: is 0.0; it must be from 1e-30 to 1.0")
    #expect(
      reason { try RMSprop(network, alpha: -0.1) } == "alpha: is -0.1; it must be from 0.0 to below 1.0")
    #expect(
      reason { try GradientAccumulation(network, steps: 0) }
        == "accumulation-steps: is 0; it must be from 1 to 1048576")
    #expect(
      reason { try ExponentialMovingAverage(network, decay: 1.5) }
        == "ema-decay: is 1.5; it must be from 0.0 to 1.0")
  }
}
