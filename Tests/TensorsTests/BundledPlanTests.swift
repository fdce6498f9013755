import Bundles
import Kernels
import Learning
import Recording
import TestSupport
import Testing
import Vulkan

@testable import Tensors

/// Plans that go into a file and come back.
@Suite(.timeLimit(.minutes(5))) struct BundledPlanTests {
  private let device = TestDevice.shared
  private let input, output, steps: Variable
  private let plan: Plan
  private let bundle: KernelBundle
  private let rows = (0..<3 * 5).map { Float($0) / 7 - 1 }

  /// A network's forward pass, and a count of the runs.
  init() throws {
    let model = try Network(
      [
        "mlp": Sequential {
          Linear(5, 16); Tanh(); Linear(16, 4)
        }
      ], on: device, seed: 3)
    let (input, output) = (
      try Variable([3, 5], on: device, label: "input"), try Variable([3, 4], on: device, label: "output")
    )
    let steps = try Variable([], .uint32, on: device, label: "steps")
    try steps.write([UInt32(40)])
    plan = try device.record("forward") { program in
      try program.pass("forward", repeats: 2) { graph in
        output.assign(model("mlp", graph.read(input) * 2))
        steps.assign(graph.read(steps) + 1)
      }
    }
    (self.input, self.output, self.steps) = (input, output, steps)
    bundle = try plan.bundle(
      inputs: ["x": input], outputs: ["y": output, "steps": steps], metadata: ["is": "a test"])
  }

  private func reread(_ bundle: KernelBundle) throws -> KernelBundle {
    try KernelBundle(bytes: bundle.encoded(), file: "a.reprise")
  }

  @Test func `A plan from a file gives the same bits as the recorded one`() throws {
    try input.write(rows)
    try plan.replay()
    let expected: [Float] = try output.read()
    let loaded = try BundledPlan(reread(bundle), on: device)
    #expect(loaded.metadata == ["is": "a test"])
    #expect(loaded.inputs.map(\.name) == ["x"] && loaded.inputs[0].shape == [3, 5])
    for run in 1...2 {
      try loaded.write(run == 1 ? rows : rows.map { -$0 }, to: "x")
      try loaded.run()
      #expect((try loaded.read("y") == expected) == (run == 1))
      #expect(try loaded.read("steps", as: UInt32.self) == [UInt32(40 + 2 * run)])
    }
    #expect(expected.contains { $0 != 0 })
  }

  @Test func `What is written before it is read doesn't travel`() throws {
    // The weights, each from a multiple of 64 elements on, and the count.
    let weights = 4 * (128 + 64 + 64 + 4)
    #expect(
      bundle.data.values.map { $0.count }.sorted() == [4, weights], "\(bundle.data.mapValues { $0.count })")
  }

  @Test func `Elements that don't fit are refused`() throws {
    let loaded = try BundledPlan(reread(bundle), on: device)
    #expect(throws: VulkanError.self) { try loaded.write([Float](repeating: 0, count: 14), to: "x") }
    #expect(throws: VulkanError.self) { try loaded.write([Double](repeating: 0, count: 15), to: "x") }
    #expect(throws: VulkanError.self) { try loaded.write(rows, to: "y") }
    #expect(throws: VulkanError.self) { try loaded.read("x") }
  }

  @Test func `What needs the host stays here`() throws {
    let going = try Variable([], .bool, on: device, label: "going")
    let conditional = try device.record("conditional") { program in
      try program.pass("maybe", while: going) { graph in steps.assign(graph.read(steps) + 1) }
    }
    let picking = try device.record("picking") { program in
      try program.pass("pick") { graph in
        output.assign(graph.read(input).gather(graph.read(steps).expand([3, 4])))
      }
    }
    let looking = try device.record("looking", options: PlanOptions(checksFinite: true)) { program in
      try program.pass("look") { graph in output.assign(graph.read(output) + 1) }
    }
    for plan in [conditional, picking, looking] {
      #expect(throws: RecordingError.self, "\(plan.label)") { try plan.bundle(inputs: [:], outputs: [:]) }
    }
  }

  /// The bundle with its manifest's contents changed; its hash is right.
  private func changed(_ change: (inout JSON) -> Void) throws -> KernelBundle {
    var contents = try reread(bundle).contents(.program, as: JSON.self)
    change(&contents)
    return try reread(
      KernelBundle(.program, kernels: bundle.kernels, data: bundle.data, contents: contents))
  }

  // With its type, without which the compiler takes a minute for these shifts.
  private static let wrong: [(path: String, value: Int)] = [
    ("segments.0.dispatches.0.bindings.0.offset", 1 << 40),
    ("segments.0.dispatches.0.bindings.0.offset", -256),
    ("segments.0.dispatches.0.bindings.0.offset", 4), ("segments.0.dispatches.0.bindings.0.bytes", 1 << 20),
    ("segments.0.dispatches.0.bindings.0.bytes", 0), ("segments.0.dispatches.0.bindings.0.buffer", 99),
    ("segments.0.dispatches.0.bindings.0.buffer", -1), ("segments.0.dispatches.0.groups.0", 1 << 30),
    ("segments.0.dispatches.0.groups.1", 0), ("segments.0.dispatches.0.specialization.0", 1 << 20),
    ("segments.0.dispatches.0.specialization.0", 0), ("segments.0.repeats", 0),
    ("segments.0.repeats", 1 << 40),
    ("buffers.0.bytes", -1), ("buffers.0.bytes", 1 << 60), ("inputs.0.offset", 1 << 40),
    ("inputs.0.shape.0", -3),
    ("inputs.0.shape.0", 1 << 62), ("inputs.0.buffer", 7), ("subgroupSize", 1 << 20),
  ]

  @Test(arguments: wrong)
  func `A manifest that doesn't hold is refused`(_ path: String, _ value: Int) throws {
    let changed = try changed { contents in contents[path] = .integer(value) }
    #expect(throws: BundleError.self, "\(path) \(value)") { try BundledPlan(changed, on: device) }
  }

  @Test(arguments: [
    "segments.0.dispatches.0.kernel", "segments.0.dispatches.0.bindings.0",
    "segments.0",
    "segments.0.dispatches.0.groups.2", "buffers.1", "buffers.2",
  ])
  func `So is one that lacks something`(_ path: String) throws {
    let changed = try changed { $0[path] = path.hasSuffix("kernel") ? .text("none") : nil }
    #expect(throws: BundleError.self, "\(path)") { try BundledPlan(changed, on: device) }
  }

  @Test func `Push constants and bindings are the shader's`() throws {
    let products = try #require(bundle.kernels.first { $0.name.hasPrefix("matrix_product") })
    for (key, isMore) in [("parameters", false), ("bindings", false), ("bindings", true)] {
      let changed = try changed { contents in
        for place in 0..<(contents["segments.0.dispatches"]?.elements.count ?? 0) {
          let path = "segments.0.dispatches.\(place)"
          guard case .text(let name)? = contents["\(path).kernel"], name == products.name,
            let list = contents["\(path).\(key)"]?.elements
          else { continue }
          contents["\(path).\(key)"] = .list(isMore ? list + [list[0]] : list.dropLast())
        }
      }
      #expect(throws: BundleError.self, "\(key), more: \(isMore)") { try BundledPlan(changed, on: device) }
    }
  }

  @Test func `Any number changed, a manifest is refused or loaded`() throws {
    var random = SeededRandom(5)
    var refused = 0
    for _ in 0..<300 {
      let changed = try changed { contents in
        let paths = contents.integers
        let path = paths[Int.random(in: paths.indices, using: &random)]
        let all = [-1, 0, 1, 3, 255, 256, 65_535, 1 << 20, 1 << 31, 1 << 32, .max, .min]
        // A large tile would take the driver minutes to compile.
        let values = path.contains("specialization") ? all.prefix(4) : all[...]
        contents[path] = .integer(values[Int.random(in: values.indices, using: &random)])
      }
      do { _ = try BundledPlan(changed, on: device) } catch { refused += 1 }
    }
    #expect(refused > 100 && refused < 300, "\(refused)")
  }
}
