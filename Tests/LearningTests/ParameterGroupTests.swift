import Learning
import Recording
import Tensors
import TestSupport
import Testing

/// Which parameters a group means, and that frozen ones keep their bits.
@Suite struct ParameterGroupTests {
  /// The bits of the parameters whose names begin with `prefix`.
  private func bits(_ updated: UpdatedNetwork, _ prefix: String) throws -> [UInt32] {
    try updated.read(updated.network.flat, prefix).map(\.bitPattern)
  }

  @Test(arguments: OptimizerTests.cases) func frozenParametersKeepTheirBits(_ name: String) throws {
    let updated = try UpdatedNetwork()
    let groups = try ParameterGroups(
      updated.network, weightDecay: 0.1,
      rules: [ParameterGroup("body.*", learningRateScale: 0), ParameterGroup("head.bias", weightDecay: 0.2)])
    #expect(groups.frozen == ["body.weight", "body.bias"])
    // Signed zeros, infinities and NaN are what arithmetic would not give back.
    let odd: [Float] = [-0.0, 0, .leastNonzeroMagnitude, .infinity, -.infinity, .nan, 3]
    let count = updated.network.flat.type.shape.count
    // The body has 91 + 7 parameters, so the head begins at element 192.
    func values(_ odd: [Float]) -> [Float] {
      (0..<count).map { (index: Int) -> Float in index < 192 ? odd[index % odd.count] : Float(index % 5) - 1 }
    }
    try updated.network.flat.write(values(odd))
    try updated.gradient.write(values(odd.dropLast()))
    let optimizer = try OptimizerTests.make(name, updated.network, groups)
    let (body, head) = (try bits(updated, "body."), try bits(updated, "head."))
    let plan = try updated.plan(optimizer)
    try plan.replay(times: 3)
    #expect(try bits(updated, "body.") == body)
    #expect(try bits(updated, "head.") != head)
    #expect(try updated.read(updated.network.flat, "head.").allSatisfy { $0.isFinite })
    for variable in optimizer.state where variable.type.shape.rank > 0 {
      #expect(try updated.read(variable, "body.").allSatisfy { $0 == 0 }, "\(variable.label)")
    }
    #expect(plan.statistics.dispatches <= 2)
  }

  @Test(arguments: OptimizerTests.cases) func aWhollyFrozenNetworkKeepsItsBits(_ name: String) throws {
    let updated = try UpdatedNetwork()
    let groups = try ParameterGroups(
      updated.network, weightDecay: 0.1, rules: [ParameterGroup("*", learningRateScale: 0)])
    try updated.gradient.write([Float](repeating: .nan, count: updated.gradient.type.shape.count))
    let before = try bits(updated, "")
    try updated.plan(OptimizerTests.make(name, updated.network, groups)).replay(times: 2)
    #expect(try bits(updated, "") == before)
  }

  @Test func whatTheNetworkFreezesAMomentumDoesNotMove() throws {
    let updated = try UpdatedNetwork()
    let optimizer = try SGD(updated.network, momentum: 0.9)
    try updated.gradient.write([Float](repeating: 1, count: updated.gradient.type.shape.count))
    try updated.plan(optimizer).replay()
    try updated.network.freeze(["*.bias"])
    let (biases, weights) = (try bits(updated, "body.bias"), try bits(updated, "body.weight"))
    try updated.plan(optimizer).replay()
    #expect(try bits(updated, "body.bias") == biases)
    #expect(try bits(updated, "body.weight") != weights)
  }

  @Test func laterRulesWin() throws {
    let network = try UpdatedNetwork().network
    let rules = [
      ParameterGroup("*", learningRateScale: 0), ParameterGroup("*.weight", learningRateScale: 0.5),
      ParameterGroup("body.weight", weightDecay: 0.1), ParameterGroup("head.*", learningRateScale: 0),
    ]
    #expect(try ParameterGroups(network, rules: rules).frozen == ["body.bias", "head.weight", "head.bias"])
  }

  @Test func whatIsTheSameForAllIsNotLoaded() throws {
    let updated = try UpdatedNetwork()
    func loads(_ rules: [ParameterGroup]) throws -> Bool {
      let groups = try ParameterGroups(updated.network, rules: rules)
      return try updated.plan(SGD(updated.network, groups: groups)).description.contains("gather")
    }
    #expect(try !loads([]))
    #expect(try !loads([ParameterGroup("*", learningRateScale: 0.5, weightDecay: 0.1)]))
    #expect(try !loads([ParameterGroup("body.*", learningRateScale: 0)]))
    #expect(try loads([ParameterGroup("body.*", learningRateScale: 0.5)]))
  }

  @Test func mistakesAreSentences() throws {
    let network = try UpdatedNetwork().network
    let unmatched = #expect(throws: UnmatchedPattern.self) {
      try ParameterGroups(network, rules: [ParameterGroup("heads.*", learningRateScale: 0)])
    }
    let found = #""head.weight", "head.bias", "body.weight", "body.bias""#
    #expect(
      unmatched?.description == #"no parameter matches "heads.*"; there are, nearest first, \#(found)"#)
    func reason(_ rule: ParameterGroup) -> String? {
      (#expect(throws: ConfigurationError.self) { try ParameterGroups(network, rules: [rule]) })?.description
    }
    #expect(
      reason(ParameterGroup("head.*", learningRateScale: -1))
        == "head.*: learning-rate-scale: is -1.0; it must be from 0.0 to 1000000.0")
    #expect(
      reason(ParameterGroup("head.*", weightDecay: .infinity))
        == "head.*: weight-decay: is inf; it must be from 0.0 to 1000.0")
    let error = #expect(throws: ConfigurationError.self) { try ParameterGroups(network, weightDecay: -1) }
    #expect(error?.description == "weight-decay: is -1.0; it must be from 0.0 to 1000.0")
  }
}
