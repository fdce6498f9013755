public import Recording
public import Vulkan

/// A plan while it is being written: passes one after the other, each traced, differentiated, fused and placed.
public struct Program: ~Copyable {
  private var recorder: Recorder
  private let device: Device

  init(on device: Device, label: String, options: PlanOptions) {
    self.device = device
    recorder = Recorder(on: device, label: label, options: options)
  }

  /// Traces a pass that runs `repeats` times in a row in each replay. Passes share nothing but variables.
  ///
  /// - Parameter condition: a scalar of bool, int32 or uint32; a run at whose start it is 0 does nothing, decided on the device.
  /// - Throws: `GraphError` for misuse of tensors; what `body` throws.
  public mutating func pass(
    _ label: String, repeats: Int = 1, while condition: Variable? = nil, _ body: (Graph) throws -> Void
  ) throws {
    if let type = condition?.type, type.shape.count != 1 || ![.bool, .int32, .uint32].contains(type.dataType)
    {
      throw GraphError.mismatch(
        operation: "pass \(label)", inputs: [type], expected: "a scalar of bool, int32 or uint32 as condition"
      )
    }
    let graph = Graph(device: device)
    try body(graph)
    recorder.beginSegment(label, repeats: repeats, condition: condition?.region)
    let span = Trace.begin(.lowering, label)
    defer { span?.end() }
    try Lowering.lower(graph, into: &recorder)
  }

  consuming func finish() throws -> Plan { try recorder.finish() }
}

extension Device {
  /// Records a plan of several passes.
  ///
  /// - Throws: `GraphError`, `RecordingError` or `VulkanError`; nothing has run then.
  public func record(
    _ label: String, options: PlanOptions = .environment, _ body: (inout Program) throws -> Void
  ) throws -> Plan {
    let span = Trace.begin(.recording, label)
    defer { span?.end() }
    var program = Program(on: self, label: label, options: options)
    try body(&program)
    return try program.finish()
  }

  /// Records a pass and runs it once: eager execution, by the one way that there is.
  public func run(_ label: String = "eager", _ body: (Graph) throws -> Void) throws {
    try record(label) { program in try program.pass(label, body) }.replay()
  }
}
