import Bundles
public import CReprise
import Glibc
import Recording
import Synchronization
import Vulkan

/// A program of a file.
final class ProgramObject: @unchecked Sendable {
  let plan: BundledPlan
  /// What it says of itself, as C reads it.
  private let metadata: [String: UnsafeMutablePointer<CChar>]
  /// Calls take turns.
  private let turn = Mutex<Void>(())

  init(_ path: String, on device: Device) throws {
    plan = try BundledPlan(KernelBundle(contentsOf: path), on: device)
    metadata = plan.metadata.mapValues { cString($0) }
  }

  deinit { for text in metadata.values { free(text) } }

  func metadata(_ key: String) -> UnsafePointer<CChar>? { metadata[key].map { UnsafePointer($0) } }

  func run(_ inputs: UnsafePointer<UnsafeRawPointer>, _ outputs: UnsafePointer<UnsafeMutableRawPointer>)
    throws
  {
    try turn.withLock { _ in
      for (place, input) in plan.inputs.enumerated() {
        try plan.write(UnsafeRawBufferPointer(start: inputs[place], count: input.byteCount), to: input)
      }
      try plan.run()
      for (place, output) in plan.outputs.enumerated() {
        try plan.read(
          output, into: UnsafeMutableRawBufferPointer(start: outputs[place], count: output.byteCount))
      }
    }
  }

  func run(_ inputs: UnsafePointer<reprise_buffer>, _ outputs: UnsafePointer<reprise_buffer>) throws {
    try turn.withLock { _ in
      for (place, input) in plan.inputs.enumerated() {
        try plan.copy(from: HostBuffer(inputs[place]), to: input)
      }
      try plan.run()
      for (place, output) in plan.outputs.enumerated() {
        try plan.copy(from: output, to: HostBuffer(outputs[place]))
      }
    }
  }
}

extension HostBuffer {
  fileprivate init(_ place: reprise_buffer) {
    // Where the buffer ends is the host's to know.
    self.init(place.buffer, offset: Int(clamping: place.offset))
  }
}

/// The header says what it does.
@c @implementation
public func reprise_program_load(
  _ device: OpaquePointer, _ path: UnsafePointer<CChar>, _ program: UnsafeMutablePointer<OpaquePointer?>
) -> reprise_result {
  attempt {
    program.pointee = retained(
      try ProgramObject(String(cString: path), on: object(DeviceObject.self, device).device))
  }
}

/// The header says what it does.
@c @implementation
public func reprise_program_input_count(_ program: OpaquePointer) -> UInt32 {
  UInt32(object(ProgramObject.self, program).plan.inputs.count)
}

/// The header says what it does.
@c @implementation
public func reprise_program_output_count(_ program: OpaquePointer) -> UInt32 {
  UInt32(object(ProgramObject.self, program).plan.outputs.count)
}

/// The header says what it does.
@c @implementation
public func reprise_program_input(
  _ program: OpaquePointer, _ index: UInt32, _ info: UnsafeMutablePointer<reprise_tensor_info>
) -> reprise_result {
  attempt { info.pointee = try described(object(ProgramObject.self, program).plan.inputs, index, "inputs") }
}

/// The header says what it does.
@c @implementation
public func reprise_program_output(
  _ program: OpaquePointer, _ index: UInt32, _ info: UnsafeMutablePointer<reprise_tensor_info>
) -> reprise_result {
  attempt { info.pointee = try described(object(ProgramObject.self, program).plan.outputs, index, "outputs") }
}

/// A tensor as C reads it.
private func described(_ tensors: [BundledTensor], _ index: UInt32, _ what: String) throws
  -> reprise_tensor_info
{
  guard index < tensors.count else {
    throw ArgumentError(
      description: "there are \(tensors.count) \(what); expected an index below that, not \(index)")
  }
  let tensor = tensors[Int(index)]
  var info = reprise_tensor_info()
  copy(tensor.name, to: &info.name)
  info.type =
    switch tensor.type {
    case .float32: REPRISE_FLOAT32
    case .int32: REPRISE_INT32
    case .uint32: REPRISE_UINT32
    case .bool: REPRISE_BOOL32
    case .float16: REPRISE_FLOAT16
    }
  info.rank = UInt32(tensor.shape.count)
  fill(&info.shape, tensor.shape.map { UInt64($0) })
  info.bytes = UInt64(tensor.byteCount)
  return info
}

/// The header says what it does.
@c @implementation
public func reprise_program_metadata(_ program: OpaquePointer, _ key: UnsafePointer<CChar>) -> UnsafePointer<
  CChar
>? {
  object(ProgramObject.self, program).metadata(String(cString: key))
}

/// The header says what it does.
@c @implementation
public func reprise_program_run(
  _ program: OpaquePointer, _ inputs: UnsafePointer<UnsafeRawPointer>,
  _ outputs: UnsafePointer<UnsafeMutableRawPointer>
) -> reprise_result {
  attempt { try object(ProgramObject.self, program).run(inputs, outputs) }
}

/// The header says what it does.
@c @implementation
public func reprise_program_run_buffers(
  _ program: OpaquePointer, _ inputs: UnsafePointer<reprise_buffer>, _ outputs: UnsafePointer<reprise_buffer>
) -> reprise_result {
  attempt { try object(ProgramObject.self, program).run(inputs, outputs) }
}

/// The header says what it does.
@c @implementation
public func reprise_program_free(_ program: OpaquePointer?) { release(program) }
