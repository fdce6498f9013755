import Bundles
import Foundation
import Kernels
import Reinforcement
import Testing

/// `reprise-glslc environment`, and training on what it makes.
@Suite(.timeLimit(.minutes(10))) struct EnvironmentToolTests {
  private let tool: Tool
  private let example: String

  init() throws {
    tool = try Tool()
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Tools/Examples/point_mass/point_mass.glsl")
    example = try String(contentsOf: file.standardized, encoding: .utf8)
    try tool.write(example.utf8, to: "in/point_mass.glsl")
  }

  /// Makes an environment of the example with one text in place of another.
  private func make(replacing old: String, with new: String) throws -> Tool.Result {
    try #require(example.contains(old))
    try tool.write(example.replacing(old, with: new).utf8, to: "in/changed.glsl")
    return try tool.compile("environment", "in/changed.glsl", "-o", "changed.reprise")
  }

  /// Expects that it can't be made, and that nothing is written.
  private func expectRefusal(
    replacing old: String, with new: String, saying parts: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try make(replacing: old, with: new)
    #expect(result.status == 1, sourceLocation: sourceLocation)
    for part in parts {
      #expect(result.errors.contains(part), "\(result.errors)", sourceLocation: sourceLocation)
    }
    #expect(tool.names() == ["in"], sourceLocation: sourceLocation)
  }

  @Test func `Two commands make a policy of a file, and the run keeps the environment`() throws {
    let made = try tool.compile("environment", "in/point_mass.glsl", "-o", "point-mass.reprise")
    #expect(made.status == 0 && made.errors == "", "\(made.errors)")
    #expect(
      made.lines[0] == "point-mass.reprise: point-mass, state 6, observation 4, 2 continuous components")
    #expect(made.lines[1].contains("256 copies × 400 steps"))

    let trained = try tool.run(
      "train", "ppo", "--environment", "./point-mass.reprise", "--steps", "150000", "--json",
      environment: ["REPRISE_VALIDATION": "0"])
    #expect(trained.status == 0, "\(trained.errors)")
    // Random actions come to −22, and standing still to −20.
    let reached = try object(trained.lines.last ?? "")["return_mean"] as? Double
    #expect(try #require(reached) > 1)

    let run = "runs/point-mass-ppo-seed1"
    try FileManager.default.removeItem(atPath: "\(tool.folder)/point-mass.reprise")
    let evaluated = try tool.run("evaluate", run, "--episodes", "20", "--json")
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let report = try object(evaluated.output)
    #expect(report["environment"] as? String == "point-mass")
    #expect(try #require(report["return_mean"] as? Double) > 1)
    let picture = try tool.run("render", run, "-o", "a.gif", "--size", "90x90", "--json")
    #expect(picture.status == 0, "\(picture.errors)")
    #expect(try tool.bytes(of: "a.gif").starts(with: Array("GIF89a".utf8)))
    let heavy = try tool.run("evaluate", run, "--episodes", "20", "--parameters", "mass=2", "--json")
    #expect(
      try #require(object(heavy.output)["return_mean"] as? Double) < #require(
        report["return_mean"] as? Double))
  }

  @Test func `Discrete actions, several seeds, and the same kernels twice`() throws {
    let discrete = example.replacing("{box: {low: [-1, -1], high: [1, 1]}}", with: "{multi_discrete: [3, 3]}")
      .replacing("float action[ACTION_SIZE]", with: "uint action[ACTION_SIZE]")
      .replacing("action[i]", with: "(float(action[i]) - 1.0)")
    try tool.write(discrete.utf8, to: "in/discrete.glsl")
    for name in ["a", "b"] {
      #expect(try tool.compile("environment", "in/discrete.glsl", "-o", "\(name).reprise").status == 0)
    }
    #expect(try tool.bytes(of: "a.reprise") == tool.bytes(of: "b.reprise"))
    let trained = try tool.run(
      "train", "ppo", "--environment", "a.reprise", "--environments", "4", "--horizon", "16", "--steps",
      "128",
      "--hidden", "8", "--seeds", "1-2", "--run", "run")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(tool.names(in: "run/seed-2").contains("environment.reprise"))
  }

  @Test func `Bad headers are refused with line, found and expected`() throws {
    try expectRefusal(replacing: "/* environment", with: "/*", saying: "in/changed.glsl:1: error: no header")
    try expectRefusal(
      replacing: "state_size: 6", with: "state_sise: 6",
      saying: "in/changed.glsl:3:1: error: unknown key 'state_sise'; the nearest is 'state_size'")
    try expectRefusal(replacing: "state_size: 6\n", with: "", saying: "lacks 'state_size'")
    try expectRefusal(
      replacing: "state_size: 6", with: "state_size: six", saying: ":3:1: error: 'state_size' can't be read")
    try expectRefusal(
      replacing: "state_size: 6", with: "state_size: 257", saying: ":3: error", "257", "1 to 256")
    try expectRefusal(
      replacing: "state_size: 6", with: "state_size: 6\nstate_size: 7",
      saying: "state_size stands there more than once")
    try expectRefusal(
      replacing: "name: point-mass", with: "name: Point Mass", saying: ":2: error", "lower-case")
    try expectRefusal(
      replacing: "high: [1, 1]", with: "high: [1]", saying: ":5: error", "2 lower and 1 upper")
    try expectRefusal(
      replacing: "high: [1, 1]", with: "high: [1, -1]", saying: ":5: error", "the lower first")
    try expectRefusal(replacing: "box:", with: "sphere:", saying: ":5:1: error: 'action_space' can't be read")
    try expectRefusal(
      replacing: "{value: 1, unit: kg}", with: "heavy", saying: ":9:3: error: 'mass' has no value")
    try expectRefusal(replacing: "  mass: {", with: "  count: {", saying: "count", "PARAMETER_COUNT")
    try expectRefusal(replacing: "name: point-mass", with: "name: [", saying: "error: it is no YAML")
    // Its picture.
    try expectRefusal(
      replacing: "circle(x, y, 0.08)", with: "circle(x, z, 0.08)",
      saying: "in/changed.glsl:24:17: error: ", "'z', which is not known; the state has x, y, dx, dy")
    try expectRefusal(
      replacing: "target_y, 0.1) goal", with: "target_y, 0.1) gaol", saying: ":22:",
      "the ink 'gaol'; expected one of")
    try expectRefusal(
      replacing: "  draw:", with: "  drew:", saying: ":17:3: error: unknown key 'drew'; the nearest is 'draw'"
    )
    try expectRefusal(
      replacing: "  x: [-2.3, 2.3]", with: "  x: [2.3, -2.3]",
      saying: ":15: error: picture: has x: [2.3, -2.3]; expected")
    try expectRefusal(
      replacing: "state_names: [x, y,", with: "state_names: [x,", saying: ":13",
      "has 5 names; expected one for each of the 6")
  }

  @Test func `Bad GLSL is refused with the line of the file`() throws {
    try expectRefusal(
      replacing: "effort += action[i]", with: "effort += action[i] * nothing",
      saying: "in/changed.glsl:66:27: error: 'nothing' : undeclared identifier")
    try expectRefusal(
      replacing: "void observe(float state[STATE_SIZE]", with: "void see(float state[STATE_SIZE]",
      saying: "in/changed.glsl: error: it has no function 'void observe(float state[STATE_SIZE]")
    try expectRefusal(
      replacing: "float effort = 0.0", with: "state[6] = 0.0; float effort = 0.0",
      saying: "changed.glsl:56:8: error", "array index out of range")
    #expect(
      try tool.compile("environment", "nothing.glsl", "-o", "a.reprise").errors.contains("No such file"))
    #expect(try tool.compile("environment", "in/point_mass.glsl", "-o", "a.spv").status == 64)
  }

  /// Drivers would compile them for minutes.
  @Test func `Large arrays are refused by name and size`() throws {
    try expectRefusal(
      replacing: "float effort = 0.0",
      with:
        "float many[25000]; many[uint(state[0]) % 25000u] = 1.0; float effort = many[uint(state[1]) % 25000u]",
      saying: "in/changed.glsl: error: its variables take 10", " bytes a copy, of which 32768 can be had",
      "the largest is many, float[25000], of 100000 bytes")
    try expectRefusal(
      replacing: "const float ARENA", with: "vec4 rows[99][22];\nconst float ARENA",
      saying: "the largest is rows, vec4[22][99], of 34848 bytes")
    try expectRefusal(
      replacing: "const float ARENA", with: "shared float rows[9];\nconst float ARENA",
      saying: "it declares buffers, push constants or shared memory")
  }

  @Test func `What no compiler sees is found on the device`() throws {
    try expectRefusal(
      replacing: "reward = -timeStep", with: "reward = sqrt(-1.0 - away) - timeStep",
      saying: "in/changed.glsl: error: point-mass gave what is no finite number: copy ", ", state [")
    try expectRefusal(
      replacing: "state[2u + i] += timeStep", with: "state[uint(4.0 + speed * 0.0) + 2u + i] += timeStep",
      saying: "point-mass used an index beyond its array: copy ")
    try expectRefusal(
      replacing: "observation[i] = ", with: "observation[i] = 1.0 / (state[2u] - state[2u]) + ",
      saying: "point-mass observed what is no finite number")
    // In the other two functions, in vectors, and where a copy alone is to blame.
    try expectRefusal(
      replacing: "observation[i] = ", with: "observation[i + uint(state[2u] * 0.0) + 3u * i] = ",
      saying: "point-mass used an index beyond its array: copy ")
    try expectRefusal(
      replacing: "state[2u + i] = 0.0;\n    state[4u + i]",
      with: "state[5u + i + uint(state[i] * 0.0)] = 0.0;\n    state[4u + i]",
      saying: "point-mass used an index beyond its array: copy ")
    try expectRefusal(
      replacing: "float effort = 0.0",
      with: "vec3 v = vec3(1.0); v[3u + uint(state[0] * 0.0)] = 0.0; float effort = 0.0",
      saying: "point-mass used an index beyond its array: copy ")
    let far =
      "float seen[2]; seen[state[0] > 1.9 ? 2u : 0u] = 1.0; observation[0] = seen[0];\n  for (uint i = 0u; i < 2u; i++) {\n    observation[i]"
    let blamed = try make(replacing: "for (uint i = 0u; i < 2u; i++) {\n    observation[i]", with: far)
    let found = try #require(
      blamed.errors.firstMatch(of: #/index beyond its array: .* state \[([-0-9.]+), .*→ \[([-0-9.]+),/#))
    #expect(try #require(Float(found.1)) > 1.9 || #require(Float(found.2)) > 1.9, "\(blamed.errors)")
  }

  /// The trial doesn't get as far, training does.
  @Test func `An index beyond an array in training is a fault of its copy`() throws {
    let result = try make(
      replacing: "float effort = 0.0",
      with:
        "state[parameters[PARAMETER_MASS] > 1.5 ? 6u + uint(state[0] * 0.0) : 0u] += 0.0; float effort = 0.0")
    #expect(result.status == 0, "\(result.errors)")
    let trained = try tool.run(
      "train", "ppo", "--environment", "changed.reprise", "--environments", "4", "--horizon", "16", "--steps",
      "128",
      "--hidden", "8", "--parameters", "mass=1:4", "--run", "run", "--on-nan", "stop")
    #expect(trained.status == 1)
    #expect(trained.errors.contains("point-mass used an index beyond its array: copy"), "\(trained.errors)")
  }

  @Test func `A bundle that is no environment, cut short or changed is refused`() throws {
    #expect(
      try tool.compile("environment", "in/point_mass.glsl", "-o", "a.reprise", "--device", "none").status == 0
    )
    let bytes = Array(try tool.bytes(of: "a.reprise"))
    func train(_ bytes: [UInt8]) throws -> Tool.Result {
      try tool.write(bytes, to: "b.reprise")
      return try tool.run("train", "ppo", "--environment", "b.reprise", "--run", "run")
    }
    CommandTests.expectRefusal(try train(bytes.dropLast()), status: 64, saying: "b.reprise: at byte 16")
    var changed = bytes
    changed[bytes.count - 9] ^= 1
    CommandTests.expectRefusal(try train(changed), status: 64, saying: "b.reprise: is damaged")
    changed = bytes
    changed[8] = 9
    CommandTests.expectRefusal(try train(changed), status: 64, saying: "version 9", "version 1")
    let other = KernelBundle(.kernels, kernels: [], contents: [0]).encoded()
    CommandTests.expectRefusal(try train(other), status: 64, saying: "holds kernels; expected environment")
    CommandTests.expectRefusal(
      try tool.run("train", "ppo", "--environment", "c.reprise"), status: 64,
      saying: "c.reprise: can't be read")
    let manifest = EnvironmentManifest(
      name: "point", stateSize: 1, observationSize: 1, actionSpace: .discrete(2), maximumSteps: 5,
      parameters: [EnvironmentParameter("mass", 1)])
    func train(exploringBy words: [UInt32]) throws -> Tool.Result {
      let kernels = [
        ("rollout", Kernel.rolloutCartpole.words), ("explore", words), ("step", Kernel.stepCartpole.words),
      ]
      return try train(
        KernelBundle(
          .environment, kernels: kernels.map { Kernel(name: $0.0, words: $0.1) }, contents: manifest
        ).encoded())
    }
    CommandTests.expectRefusal(
      try train(exploringBy: Kernel.rolloutCartpole.words), status: 64,
      saying: "the kernel \"explore\" with set 0, binding", "bindings below 6")
    CommandTests.expectRefusal(
      try train(exploringBy: Kernel.exploreCartpole.words.dropLast(40) + [0]), status: 64,
      saying: "the kernel \"explore\" with SPIR-V that can't be used: at byte")
    #expect(!tool.names().contains("run"))
  }
}

extension [UInt8] {
  fileprivate func dropLast() -> [UInt8] { Array(self[..<(count - 1)]) }
}
