import Kernels
import Learning
import TestSupport
import Testing
import Vulkan

@testable import Bundles
@testable import Recording
@testable import Tensors

/// Damaged programs, the hash made right again: refused, or made into pipelines, and run where that ends soon.
@Suite(.timeLimit(.minutes(60))) struct ProgramFuzzTests {
  private let device = TestDevice.shared
  /// The file, and what is read of it.
  private let bytes: [UInt8]
  private let bundle: KernelBundle
  private let manifest: PlanManifest

  /// Products, generated kernels and reductions, some of them repeated.
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
    let plan = try device.record("forward") { program in
      try program.pass("forward", repeats: 2) { graph in
        output.assign(model("mlp", graph.read(input) * 2).softmax(axis: 1))
        steps.assign(graph.read(steps) + 1)
      }
      try program.pass("end") { graph in output.assign(graph.read(output) / graph.read(output).sum()) }
    }
    bytes = try plan.bundle(inputs: ["x": input], outputs: ["y": output, "steps": steps]).encoded()
    bundle = try KernelBundle(bytes: bytes, file: "a.reprise")
    manifest = try bundle.contents(.program, as: PlanManifest.self)
  }

  /// Checks all of a bundle, and gives it to the driver where its kernels are ours: drivers trust SPIR-V.
  private func load(_ bytes: [UInt8]) throws {
    let bundle = try KernelBundle(bytes: bytes, file: "a.reprise")
    let manifest = try bundle.contents(.program, as: PlanManifest.self)
    let modules = Set(self.bundle.kernels.map(\.words))
    // Memory that a file may ask for, and a test had better not.
    let isSmall = manifest.buffers.allSatisfy { $0.bytes < 1 << 22 } && manifest.buffers.count < 100
    guard isSmall, bundle.kernels.allSatisfy({ modules.contains($0.words) }) else {
      return try ManifestChecks(bundle: bundle, manifest: manifest, device: device).run()
    }
    let plan = try BundledPlan(bundle, on: device)
    let asMade = Set(self.manifest.segments.flatMap(\.dispatches).map(\.specialization))
    let endsSoon = manifest.segments.allSatisfy { segment in
      segment.dispatches.allSatisfy {
        asMade.contains($0.specialization) && segment.repeats * $0.groups.reduce(1, *) < 1000
      }
    }
    if endsSoon { try plan.run() }
  }

  @Test func files() throws {
    try Damage.load([bytes]) { bytes in try load(Damage.repaired(bytes)) }
  }

  /// The manifest alone, as text.
  @Test func manifests() throws {
    let header = try BundleHeader(bytes, file: "a.reprise")
    let body = Array(bytes[header.manifest.upperBound...])
    try Damage.load([Array(bytes[header.manifest])]) { manifest in
      try load(BundleHeader.file(manifest: manifest, body: body))
    }
  }

  /// One to three of its numbers.
  @Test func numbers() throws {
    let contents = try bundle.contents(.program, as: JSON.self)
    let paths = contents.integers
    var random = SeededRandom(Damage.seed)
    try Damage.expectRefusals { _ in
      var changed = contents
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let path = paths[Int.random(in: paths.indices, using: &random)]
        let other = contents[paths[Int.random(in: paths.indices, using: &random)]] ?? .integer(0)
        let numbers = [-1, 0, 1, 2, 3, 5, 64, 255, 256, 1000, 65_535, 1 << 20, 1 << 31, 1 << 32, .max, .min]
        let number = numbers[Int.random(in: numbers.indices, using: &random)]
        changed[path] = Bool.random(using: &random) ? other : .integer(number)
      }
      let damaged = KernelBundle(.program, kernels: bundle.kernels, data: bundle.data, contents: changed)
      try load(damaged.encoded())
    }
  }
}
