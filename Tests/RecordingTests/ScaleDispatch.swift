import Kernels
import Recording
import Vulkan

/// The push constants of `scale.comp`.
private struct ScaleParameters: BitwiseCopyable {
  var count, inputOffset, outputOffset: UInt32
  var scale: Float
}

extension Dispatch {
  /// `y = scale · x` for `count` float32 elements at the beginnings of the two regions.
  static func scale(_ label: String, _ x: Region, to y: Region, by scale: Float, count: Int) -> Dispatch {
    Dispatch(
      label, .scale, specialization: [64],
      parameters: ScaleParameters(
        count: UInt32(count), inputOffset: UInt32(x.offset % Region.alignment / 4),
        outputOffset: UInt32(y.offset % Region.alignment / 4), scale: scale),
      bindings: [.read(x), .write(y)], groups: Groups((count + 63) / 64), flops: count)
  }
}

/// A device buffer of float32.
func buffer(_ device: Device, _ values: [Float], label: String = "values") throws -> Buffer {
  let buffer = try device.makeBuffer(bytes: values.count * 4, label: label)
  try values.withUnsafeBytes { try device.upload($0, to: buffer) }
  return buffer
}

/// The float32 contents of a buffer.
func contents(_ device: Device, _ buffer: Buffer) throws -> [Float] {
  var values = [Float](repeating: 0, count: buffer.byteCount / 4)
  try values.withUnsafeMutableBytes { try device.download(from: buffer, into: $0) }
  return values
}

/// A plan that multiplies `x` by `factor` in each replay, through a transient.
func doubling(_ device: Device, _ x: Buffer, by factor: Float = 2, repeats: Int = 1) throws -> Plan {
  let count = x.byteCount / 4
  var recorder = Recorder(on: device, label: "doubling", options: PlanOptions())
  recorder.beginSegment("double", repeats: repeats)
  let scaled = recorder.transient(byteCount: x.byteCount, label: "scaled")
  recorder.dispatch(.scale("scale", Region(x), to: scaled, by: factor, count: count))
  recorder.dispatch(.scale("store", scaled, to: Region(x), by: 1, count: count))
  return try recorder.finish()
}
