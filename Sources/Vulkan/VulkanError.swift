/// Everything that the Vulkan layer throws; `description` is a sentence that says what to do where something can be done.
public enum VulkanError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A Vulkan call returned an error: its name, the result, and what was being done.
  case call(String, VkResultName, during: String)
  /// The Vulkan loader library could not be opened.
  case noLoader(detail: String)
  /// The loader, or a driver, is too old or incomplete: a function that Vulkan 1.2 promises is missing.
  case missingFunction(String)
  /// A layer that was asked for is not installed.
  case missingLayer(String, package: String)
  /// No device that can be used was found; each one that was found is listed with why it can't be.
  case noDevice(found: [String])
  /// No device answers to what was asked for.
  case unknownDevice(requested: String, known: [String])
  /// The device that was asked for lacks something that is required.
  case ineligibleDevice(name: String, reason: String)
  /// More memory (bytes) was asked for than the heap can give.
  case outOfMemory(requested: Int, available: Int, label: String)
  /// The device was lost (a crash, a reset, or a submission that ran too long).
  case deviceLost(during: String)
  /// A wait ended before the work did.
  case timeout(waitingFor: String, nanoseconds: UInt64)
  /// The layer was used in a way that Vulkan does not allow; the sentence says which.
  case invalidUse(String)
  /// A file could not be written.
  case file(path: String, detail: String)

  /// A sentence for people.
  public var description: String {
    switch self {
    case .call(let call, let result, let action):
      "\(call) returned \(result) while \(action)."
    case .noLoader(let detail):
      "The Vulkan loader could not be opened (\(detail)); install it (Debian: libvulkan1) and a driver"
        + " (Debian: mesa-vulkan-drivers)."
    case .missingFunction(let name):
      "The Vulkan loader or driver lacks \(name); Vulkan 1.2 is required, so update it."
    case .missingLayer(let layer, let package):
      "The layer \(layer) is not installed; install it (Debian: \(package)) or turn validation off."
    case .noDevice(let found) where found.isEmpty:
      "No Vulkan device was found; install a driver (Debian: mesa-vulkan-drivers) or point VK_DRIVER_FILES at one."
    case .noDevice(let found):
      "No Vulkan device here can be used: \(found.joined(separator: "; "))."
    case .unknownDevice(let requested, let known):
      "No Vulkan device answers to \"\(requested)\"; known devices: \(known.joined(separator: ", "))."
    case .ineligibleDevice(let name, let reason):
      "The device \"\(name)\" can't be used: \(reason)."
    case .outOfMemory(let requested, let available, let label):
      "Not enough device memory for \(label): \(requested) bytes asked for, \(available) bytes available."
    case .deviceLost(let action):
      "The device was lost while \(action); it crashed, was reset, or a submission ran too long."
    case .timeout(let awaited, let nanoseconds):
      "Waiting for \(awaited) gave up after \(nanoseconds / 1_000_000) ms."
    case .invalidUse(let sentence):
      sentence
    case .file(let path, let detail):
      "The file \(path) could not be written: \(detail)."
    }
  }
}
