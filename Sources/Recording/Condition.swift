import KernelParameters
import Kernels
import Vulkan

extension Segment {
  /// Puts a dispatch before the others that gives them their workgroups, or none, as the condition says.
  ///
  /// - Throws: `VulkanError` when the device has no room for the numbers.
  mutating func prepareCondition(plan: String, on device: Device) throws(VulkanError) {
    guard let condition else { return }
    let words = dispatches.flatMap { [$0.groups.x, $0.groups.y, $0.groups.z].map(UInt32.init) }
    // Arguments are found by the place of their dispatch, and the first is the one that writes them.
    let all = [1, 1, 1] + words
    let bytes = 4 * all.count
    let groups = try device.makeBuffer(
      bytes: bytes, domain: .device, label: "\(plan): workgroups of \(label)")
    let arguments = try device.makeBuffer(
      bytes: bytes, domain: .device, label: "\(plan): arguments of \(label)")
    let upload = all.withUnsafeBytes { raw in
      Result { () throws(VulkanError) in try device.upload(raw, to: groups, at: 0) }
    }
    try upload.get()
    let local = 32
    var first = Dispatch(
      "\(label)?", .conditionalGroups, specialization: [UInt32(local)],
      parameters: ConditionalGroupsParameters(
        count: UInt32(all.count), conditionOffset: UInt32(condition.offset % Region.alignment / 4)),
      bindings: [.read(condition), .read(Region(groups)), .write(Region(arguments))],
      groups: Groups((all.count + local - 1) / local))
    first.ignoresCondition = true
    dispatches.insert(first, at: 0)
    self.arguments = arguments
  }
}
