public import Recording
public import Vulkan

/// A plan while it is being written: passes one after the other, each traced, differentiated, fused and placed.
public struct Program: ~Copyable {
  private var recorder: Recorder
  private let device: Device

  init(on device: Device, label: String) {
    self.device = device
    recorder = Recorder(on: device, label: label)
  }

  /// Traces a pass that runs `repeats` times in a row in each replay. Passes share nothing but variables.
  ///
  /// - Throws: `GraphError` for misuse of tensors; what `body` throws.
  public mutating func pass(_ label: String, repeats: Int = 1, _ body: (Graph) throws -> Void) throws {
    let graph = Graph(device: device)
    try body(graph)
    recorder.beginSegment(label, repeats: repeats)
    try Lowering.lower(graph, into: &recorder)
  }

  consuming func finish(_ options: PlanOptions) throws -> Plan { try recorder.finish(options) }
}

extension Device {
  /// Records a plan of several passes.
  ///
  /// - Throws: `GraphError`, `RecordingError` or `VulkanError`; nothing has run then.
  public func record(
    _ label: String, options: PlanOptions = .environment, _ body: (inout Program) throws -> Void
  ) throws -> Plan {
    var program = Program(on: self, label: label)
    try body(&program)
    return try program.finish(options)
  }

  /// Records a pass and runs it once: eager execution, by the one way that there is.
  public func run(_ label: String = "eager", _ body: (Graph) throws -> Void) throws {
    try record(label) { program in try program.pass(label, body) }.replay()
  }
}
