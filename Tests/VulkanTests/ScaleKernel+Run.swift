import Vulkan

/// Runs the scale kernel over `x` once and returns what it wrote.
func scale(_ device: Device, _ pipeline: Pipeline, _ x: [UInt32], bias: UInt32) throws -> [UInt32] {
  let bytes = x.count * 4
  let input = try device.makeBuffer(bytes: bytes, label: "x")
  let output = try device.makeBuffer(bytes: bytes, label: "y")
  try x.withUnsafeBytes { try device.upload($0, to: input) }
  let commands = try CommandBuffer(device, label: "scale")
  try commands.begin()
  try bindScale(device, commands, pipeline, input, output, count: x.count, bias: bias)
  commands.dispatch((x.count + 31) / 32)
  commands.barrier()
  try commands.end()
  let timeline = try Timeline(device, label: "scale")
  try device.submit([commands], signal: 1, on: timeline)
  try timeline.wait(until: 1)
  return try read(device, output)
}

/// Binds the scale kernel from `input` to `output` with its parameters.
func bindScale(
  _ device: Device, _ commands: CommandBuffer, _ pipeline: Pipeline, _ input: Buffer, _ output: Buffer,
  count: Int, bias: UInt32
) throws {
  let descriptors = try DescriptorPool(device, sets: 1, bindings: 2)
  let set = try descriptors.allocate(
    pipeline, [(input, 0, input.byteCount), (output, 0, output.byteCount)])
  commands.bind(pipeline)
  commands.bind(set)
  var constants = [UInt32(count), bias]
  if pipeline.addressOffset != nil {
    for buffer in [input, output] {
      guard let address = buffer.address(on: device) else { continue }
      constants += [UInt32(truncatingIfNeeded: address), UInt32(address >> 32)]
    }
  }
  constants.withUnsafeBytes { commands.push(constants: $0) }
}

/// The buffer's contents as 32-bit integers.
func read(_ device: Device, _ buffer: Buffer) throws -> [UInt32] {
  var words = [UInt32](repeating: 0, count: buffer.byteCount / 4)
  try words.withUnsafeMutableBytes { try device.download(from: buffer, into: $0) }
  return words
}
