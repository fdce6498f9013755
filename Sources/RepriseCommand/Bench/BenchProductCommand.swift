import ArgumentParser
import Kernels
import Recording
import Runs
import ShaderCompiler
import Tensors
import Vulkan

/// `reprise bench product`: a matrix product against the plainest kernel, in turn, on the same device.
struct BenchProductCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "product",
    abstract: "Multiply square float32 matrices and print how much faster it is than a naive kernel.",
    usage: "reprise bench product [<options>]",
    discussion: """
      The naive kernel gives each element of the result to one lane, which walks along a row and a column. It is compiled \
      from GLSL here and is no part of the product. Both run in turn; the best run of each counts.

      Example:
        reprise bench product --size 1024 --json
      """)

  @Option(parsing: .unconditional, help: "Rows and columns of the matrices.")
  var size = 1024

  @Option(parsing: .unconditional, help: "Runs of each.")
  var runs = 5

  @OptionGroup var selection: DeviceOptions

  @Flag(
    help: """
      Print one JSON object: size, seconds, naive_seconds, gflops, naive_gflops, ratio, device_bytes, device, driver.
      """)
  var json = false

  func validate() throws {
    guard (1...8192).contains(size), (1...1000).contains(runs) else {
      throw ValidationError("--size is from 1 to 8192 and --runs from 1 to 1000.")
    }
  }

  func run() throws {
    let device = try selection.open()
    let values = (0..<size * size).map { Float($0 % 13) / 13 - 0.5 }
    let a = try Variable([size, size], values, on: device, label: "A")
    let b = try Variable([size, size], values.reversed(), on: device, label: "B")
    let c = try Variable([size, size], on: device, label: "C")
    let plain = try Variable([size, size], on: device, label: "C, naive")
    let tiled = try device.record("product") { program in
      try program.pass("product") { graph in c.assign(graph.read(a).matmul(graph.read(b))) }
    }
    let naive = try naivePlan(a, b, plain, on: device)
    var best = (tiled: Double.infinity, naive: Double.infinity)
    for _ in 0..<runs {
      best.naive = min(best.naive, try seconds(on: device) { try naive.replay() })
      best.tiled = min(best.tiled, try seconds(on: device) { try tiled.replay() })
    }
    let (expected, computed) = (try plain.read(), try c.read())
    guard zip(expected, computed).allSatisfy({ abs($0 - $1) <= 1e-3 * Float(size).squareRoot() }) else {
      throw CommandFailure("The kernels disagree.")
    }
    let flops = 2 * Double(size) * Double(size) * Double(size)
    let summary = Summary(
      size: size, seconds: best.tiled, naiveSeconds: best.naive, gflops: flops / best.tiled / 1e9,
      naiveGflops: flops / best.naive / 1e9, ratio: best.naive / best.tiled,
      deviceBytes: device.allocatedBytes, device: device.physical.name, driver: device.driver)
    if json {
      try writeLine(jsonText(summary))
    } else {
      try writeLine("\(summary.device) (\(summary.driver))")
      try writeLine(
        "\(size)³: \(summary.gflops.fixed(1)) GFLOP/s, naive \(summary.naiveGflops.fixed(2)) GFLOP/s, ratio "
          + summary.ratio.fixed(1))
    }
  }

  private func seconds(on device: Device, _ body: () throws -> Void) throws -> Double {
    let clock = ContinuousClock()
    return try clock.measure {
      try body()
      try device.waitIdle()
    } / .seconds(1)
  }

  /// An element a lane: 2·size loads for size sums. Shapes are push constants, as they are for any general kernel.
  private static let source = """
    #version 450
    layout(local_size_x_id = 0) in;
    layout(push_constant) uniform Push { uint size; };
    layout(std430, binding = 0) readonly buffer A { float a[]; };
    layout(std430, binding = 1) readonly buffer B { float b[]; };
    layout(std430, binding = 2) writeonly buffer C { float c[]; };
    void main() {
      uint row = gl_WorkGroupID.y;
      uint column = gl_GlobalInvocationID.x;
      if (column >= size) return;
      float sum = 0.0;
      for (uint k = 0u; k < size; k++) sum += a[row * size + k] * b[k * size + column];
      c[row * size + column] = sum;
    }

    """

  private func naivePlan(_ a: Variable, _ b: Variable, _ c: Variable, on device: Device) throws -> Plan {
    let words = try ShaderCompiler().compile(source: Self.source, file: "naive.comp").words
    var recorder = Recorder(on: device, label: "naive product", options: .environment)
    let local = 64
    recorder.dispatch(
      Dispatch(
        "naive", Kernel(name: "naive", words: words), specialization: [UInt32(local)],
        parameters: UInt32(size),
        bindings: [.read(a.region), .read(b.region), .write(c.region)],
        groups: Groups((size + local - 1) / local, size)))
    return try recorder.finish()
  }

  private struct Summary: Encodable {
    let size: Int
    let seconds, naiveSeconds, gflops, naiveGflops, ratio: Double
    let deviceBytes: Int
    let device, driver: String
  }
}
