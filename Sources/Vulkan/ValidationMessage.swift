import CVulkan
import Glibc

/// What a driver, the loader or a validation layer had to say.
public struct ValidationMessage: Sendable, Equatable {
  /// How much it matters: only warnings and errors mean that something is wrong.
  public enum Severity: Int, Sendable, Comparable {
    /// About the environment.
    case info
    /// Probably wrong, or slow.
    case warning
    /// Wrong use of Vulkan.
    case error

    /// `info < warning < error`.
    public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
  }

  /// How much it matters.
  public let severity: Severity
  /// The message's identifier, such as `VUID-vkCmdDispatch-None-02697` or `SYNC-HAZARD-READ-AFTER-WRITE`.
  public let identifier: String
  /// The whole text.
  public let text: String
  /// Names of the objects that it is about, where they have any.
  public let objects: [String]
  /// The labelled groups of commands in which it happened, the innermost first.
  public let labels: [String]
}

/// Keeps the handler alive while Vulkan holds a bare pointer to it.
final class MessageHandler: Sendable {
  let handle: @Sendable (ValidationMessage) -> Void

  init(_ handle: @escaping @Sendable (ValidationMessage) -> Void) { self.handle = handle }

  /// Used where no handler was given: warnings and errors on standard error.
  static let standardError = MessageHandler { message in
    guard message.severity >= .warning else { return }
    let line = "Vulkan \(message.severity) [\(message.identifier)]: \(message.text)\n"
    write(STDERR_FILENO, line, line.utf8.count)
  }

  /// Describes a messenger that calls this handler; the handler must outlive it.
  func createInfo() -> VkDebugUtilsMessengerCreateInfoEXT {
    var info = VkDebugUtilsMessengerCreateInfoEXT()
    info.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT
    info.messageSeverity =
      VK_DEBUG_UTILS_MESSAGE_SEVERITY_INFO_BIT_EXT.rawValue
      | VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT.rawValue
      | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT.rawValue
    info.messageType =
      VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT.rawValue
      | VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT.rawValue
      | VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT.rawValue
    info.pUserData = Unmanaged.passUnretained(self).toOpaque()
    info.pfnUserCallback = { severity, _, data, user in
      guard let data = data?.pointee, let user else { return 0 }
      let message = ValidationMessage(
        severity: severity.rawValue >= VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT.rawValue
          ? .error
          : severity.rawValue >= VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT.rawValue ? .warning : .info,
        identifier: data.pMessageIdName.map { String(cString: $0) } ?? "",
        text: data.pMessage.map { String(cString: $0) } ?? "",
        objects: UnsafeBufferPointer(start: data.pObjects, count: Int(data.objectCount))
          .compactMap { $0.pObjectName.map { String(cString: $0) } },
        labels: UnsafeBufferPointer(start: data.pCmdBufLabels, count: Int(data.cmdBufLabelCount))
          .compactMap { $0.pLabelName.map { String(cString: $0) } })
      Unmanaged<MessageHandler>.fromOpaque(user).takeUnretainedValue().handle(message)
      return 0
    }
    return info
  }
}
