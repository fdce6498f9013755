import CVulkan
import Synchronization

/// A counter that the device raises as submissions finish, and that the host reads or waits for.
public final class Timeline: Sendable {
  /// What the timeline is called in errors.
  public let label: String
  let device: LogicalDevice
  nonisolated(unsafe) let handle: VkSemaphore
  private let last = Mutex<UInt64>(0)

  /// A timeline at 0.
  public convenience init(_ device: Device, label: String = "timeline") throws(VulkanError) {
    try self.init(device.logical, label: label)
  }

  init(_ device: LogicalDevice, label: String) throws(VulkanError) {
    var type = VkSemaphoreTypeCreateInfo()
    type.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO
    type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE
    var semaphore: VkSemaphore?
    let result = withUnsafePointer(to: &type) { type in
      var info = VkSemaphoreCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO
      info.pNext = UnsafeRawPointer(type)
      return device.functions.createSemaphore(device.handle, &info, device.allocator, &semaphore)
    }
    try check(result, "vkCreateSemaphore", during: "making the timeline \(label)")
    handle = try created(semaphore, "vkCreateSemaphore", during: "making the timeline \(label)")
    self.device = device
    self.label = label
    device.setName(handle, VK_OBJECT_TYPE_SEMAPHORE, label)
  }

  deinit {
    // A semaphore must outlive the submissions that signal it; a lost device has none left.
    try? wait(until: submittedValue)
    device.functions.destroySemaphore(device.handle, handle, device.allocator)
  }

  /// The value that the device has reached.
  public func value() throws(VulkanError) -> UInt64 {
    var value: UInt64 = 0
    try check(
      device.functions.getSemaphoreCounterValue(device.handle, handle, &value), "vkGetSemaphoreCounterValue",
      during: "reading the timeline \(label)")
    return value
  }

  /// The highest value that a submission was asked to signal.
  public var submittedValue: UInt64 { last.withLock { $0 } }

  /// True when the device has reached `value`.
  public func isComplete(_ value: UInt64) throws(VulkanError) -> Bool { try self.value() >= value }

  /// Waits until the device has reached `value`; `timeout` is in nanoseconds.
  ///
  /// Throws `.timeout` when it takes longer, `.deviceLost`, or `.invalidUse` for a value that nothing will signal.
  public func wait(until value: UInt64, timeout: UInt64 = .max) throws(VulkanError) {
    guard value <= submittedValue else {
      throw .invalidUse(
        "Nothing submitted signals \(value) on the timeline \(label); the highest value is \(submittedValue)."
      )
    }
    let result = withUnsafePointer(to: handle as VkSemaphore?) { handle in
      withUnsafePointer(to: value) { value in
        var info = VkSemaphoreWaitInfo()
        info.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO
        info.semaphoreCount = 1
        info.pSemaphores = handle
        info.pValues = value
        return device.functions.waitSemaphores(device.handle, &info, timeout)
      }
    }
    if result == VK_TIMEOUT { throw .timeout(waitingFor: "the timeline \(label)", nanoseconds: timeout) }
    try check(result, "vkWaitSemaphores", during: "waiting for the timeline \(label)")
  }

  /// Runs `submit`, and remembers that `value` will be signalled when it succeeds; values may only rise.
  func advance(to value: UInt64, _ submit: () throws(VulkanError) -> Void) throws(VulkanError) {
    try last.withLock { (last: inout UInt64) throws(VulkanError) in
      guard value > last else {
        throw .invalidUse(
          "The timeline \(label) can't be signalled with \(value) after \(last); values must rise.")
      }
      try submit()
      last = value
    }
  }
}
