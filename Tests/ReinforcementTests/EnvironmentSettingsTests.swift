import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// The settings of the environment that all algorithms have: parameters and held actions.
struct EnvironmentSettingsTests {
  let device = TestDevice.shared

  @Test func parametersAreTextAndBack() throws {
    var configuration = PPOConfiguration()
    let setting = try #require(PPOConfiguration.setting("parameters"))
    #expect(setting.text(configuration) == "none")
    try configuration.set("parameters", to: "length=0.7,gravity=8:12.5,tau=-1e-3:2")
    #expect(configuration.parameters == ["gravity": 8...12.5, "length": 0.7...0.7, "tau": -1e-3...2])
    let text = setting.text(configuration)
    #expect(text == "gravity=8.0:12.5,length=0.7,tau=-0.001:2.0")
    var again = PPOConfiguration()
    try again.set("parameters", to: text)
    #expect(again == configuration)
    try again.set("parameters", to: "none")
    #expect(again.parameters.isEmpty)
  }

  @Test(arguments: [
    ("gravity=12:8", "has gravity=12:8, whose bounds are the wrong way round; expected low:high"),
    ("gravity=1,gravity=2", "has \"gravity\" more than once"),
    ("gravity=nan", "is \"gravity=nan\"; expected name=low:high or name=value, separated by commas, or none"),
    ("gravity=1:nan", "is \"gravity=1:nan\"; expected"), ("gravity", "is \"gravity\"; expected"),
    ("=3", "is \"=3\"; expected"), ("gravity=1:2:3", "is \"gravity=1:2:3\"; expected"),
    ("gravity=1,", "is \"gravity=1,\"; expected"), ("gravity=a", "is \"gravity=a\"; expected"),
    ("gravity=1=2", "is \"gravity=1=2\"; expected"), ("", "is \"\"; expected"),
    ("masspol=1", "cartpole has no \"masspol\"; the nearest are: masspole, masscart, "),
    ("gravity=1:inf", "gravity is inf; it must be a finite float32 number"),
    ("gravity=-1e39:1", "gravity is -1e+39; it must be a finite float32 number"),
  ])
  func parametersThatCantBeUsedAreRefused(text: String, reason: String) {
    let error = #expect(throws: ConfigurationError.self) {
      var configuration = DQNConfiguration()
      try configuration.set("parameters", to: text)
      try configuration.validate()
    }
    #expect(error?.field == "parameters")
    #expect(error?.reason.hasPrefix(reason) == true, "\(error?.reason ?? "")")
  }

  @Test func aVectorEnvironmentRefusesWhatItCantDo() {
    for (parameters, actionRepeat, field) in [
      (["gravty": 1.0...2], 1, "parameters"), (["gravity": 1 ... .infinity], 1, "parameters"),
      ([:], 0, "action-repeat"), ([:], 65, "action-repeat"),
    ] {
      let error = #expect(throws: ConfigurationError.self) {
        try VectorEnvironment(
          CartPole(), seeds: [1], copies: 1, parameters: parameters, actionRepeat: actionRepeat, on: device)
      }
      #expect(error?.field == field)
    }
  }

  /// A short run of two copies whose actions are held for two steps, under drawn parameters, that says its steps.
  private func run<A: Algorithm>(
    _: A.Type, _ name: String, _ change: (inout A.Configuration) -> Void
  ) throws -> (steps: [Int], file: Safetensors, configuration: A.Configuration) {
    var configuration = A.Configuration()
    (configuration.environments, configuration.actionRepeat) = (2, 2)
    let kind = try Environments.named(configuration.environment)
    let value = try #require(kind.parameters.first { $0.name == name }).value
    configuration.parameters = [name: 0.5 * value...0.8 * value]
    change(&configuration)
    let run = try A(configuration, seeds: nil, on: device, options: PlanOptions())
    var steps: [Int] = []
    try run.train {
      steps.append($0.steps)
      return true
    }
    return (steps, try run.checkpoint(agent: 0), configuration)
  }

  /// Each copy has drawn its parameters out of the ranges, and the clock has counted `actions`.
  private func expect(
    _ run: (steps: [Int], file: Safetensors, configuration: some AlgorithmConfiguration), actions: Int
  ) throws {
    #expect(run.file.words("environment.clock") == [UInt32(actions)])
    let kind = try Environments.named(run.configuration.environment)
    let values = run.file.floats("environment.states").dropFirst(2 * kind.stateSize)
    for (index, parameter) in kind.parameters.enumerated() {
      let drawn = values.dropFirst(2 * index).prefix(2)
      guard let range = run.configuration.parameters[parameter.name] else {
        #expect(drawn.allSatisfy { $0 == Float(parameter.value) })
        continue
      }
      #expect(drawn.allSatisfy { range.contains(Double($0)) } && Set(drawn).count == 2, "\(parameter.name)")
    }
  }

  @Test func allStepsOfAHeldActionCountForPPO() throws {
    for isFused in [true, false] {
      let run = try run(PPO.self, "gravity") {
        ($0.horizon, $0.epochs, $0.minibatches, $0.hidden) = (5, 1, 1, [8])
        ($0.steps, $0.stepByStep) = (41, !isFused)
      }
      #expect(run.configuration.iterations == 3 && run.steps == [20, 40, 60])
      try expect(run, actions: 15)
    }
  }

  @Test func allStepsOfAHeldActionCountForDQN() throws {
    let run = try run(DQN.self, "length") {
      ($0.learningStarts, $0.trainFrequency, $0.gradientSteps, $0.hidden) = (21, 5, 1, [8])
      ($0.steps, $0.bufferSize, $0.batchSize) = (24 + 41, 90, 8)
    }
    #expect(run.steps == [44, 64, 84])
    try expect(run, actions: 6 + 15)
  }

  private func offPolicy<A: Algorithm>(_: A.Type) throws where A.Configuration: OffPolicyConfiguration {
    let run = try run(A.self, "m") {
      ($0.learningStarts, $0.trainFrequency, $0.gradientSteps, $0.hidden) = (21, 5, 2, [8])
      ($0.steps, $0.bufferSize, $0.batch) = (24 + 41, 60, 8)
    }
    #expect(run.configuration.warmUpSteps == 24 && run.steps == [44, 64, 84])
    try expect(run, actions: 6 + 15)
  }

  @Test func allStepsOfAHeldActionCountForSACAndTD3() throws {
    try offPolicy(SAC.self)
    try offPolicy(TD3.self)
  }

  /// CartPole in which time hardly passes never ends before its limit; an action is held in evaluation too.
  @Test func evaluationIsUnderTheSettings() throws {
    var configuration = PPOConfiguration()
    configuration.hidden = []
    func lengths() throws -> [Int] {
      try PPO.evaluate(
        configuration, weights: LinearPolicy(gains: [0, 0, 0, 0]).checkpoint, file: "test", episodes: 9,
        seed: 3, on: device
      ).lengths
    }
    let plain = try lengths()
    #expect(plain.allSatisfy { (8...11).contains($0) })
    configuration.parameters = ["force_mag": 1...1]
    #expect(try lengths().allSatisfy { $0 > 11 })
    configuration.parameters = ["tau": 1e-6...1e-6]
    configuration.actionRepeat = 3
    #expect(try lengths() == [Int](repeating: 500, count: 9))
  }
}
