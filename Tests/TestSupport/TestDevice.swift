public import Vulkan

import Glibc
import Synchronization
import Testing

/// Devices under validation and synchronization validation; each warning or error fails the test that caused it.
public enum TestDevice {
  /// The device that tests share; which one is `REPRISE_DEVICE`'s and `VK_DRIVER_FILES`' affair.
  public static let shared: Device = {
    do { return try make() } catch { fatalError("Tests need a Vulkan device and validation: \(error)") }
  }()

  /// A new device of its own, without a pipeline cache unless a directory is given.
  public static func make(
    _ selection: DeviceSelection = .environment, cacheDirectory: String? = nil, threads: Int? = nil
  ) throws(VulkanError) -> Device {
    // Nothing can be kept under /dev/null: tests leave no files and find none.
    try Device(
      selection, instance: makeInstance(), cacheDirectory: cacheDirectory ?? "/dev/null", threads: threads)
  }

  /// An instance whose messages are watched.
  public static func makeInstance() throws(VulkanError) -> Instance {
    try Instance(Instance.Options(validation: true, debugLabels: true, onMessage: receive))
  }

  /// Warnings and errors so far that no `expectingMessages` caught.
  public static var messageCount: Int { unexpected.withLock { $0 } }

  /// Runs `body` and returns the warnings and errors that its Vulkan calls caused, instead of failing the test.
  public static func expectingMessages(_ body: () throws -> Void) rethrows -> [ValidationMessage] {
    let capture = Capture()
    try Capture.$current.withValue(capture, operation: body)
    return capture.messages.withLock { $0 }
  }

  private static let unexpected = Mutex(0)

  /// Messages come on the thread whose call caused them, so they belong to the test that runs there.
  @Sendable private static func receive(_ message: ValidationMessage) {
    guard message.severity >= .warning else { return }
    if let capture = Capture.current {
      capture.messages.withLock { $0.append(message) }
      return
    }
    unexpected.withLock { $0 += 1 }
    let line = "Vulkan \(message.severity) [\(message.identifier)]: \(message.text)\n"
    write(STDERR_FILENO, line, line.utf8.count)
    Issue.record("\(line)")
  }
}

/// Where messages go while they are expected.
private final class Capture: Sendable {
  @TaskLocal static var current: Capture?
  let messages = Mutex<[ValidationMessage]>([])
}
