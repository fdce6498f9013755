/// Which device to use.
public enum DeviceSelection: Sendable, Equatable, CustomStringConvertible {
  /// The best that can be used: discrete before integrated before virtual before CPU.
  case best
  /// A software device.
  case cpu
  /// The device at this place in the loader's list.
  case index(Int)
  /// The best device whose name contains this, whatever the case of the letters.
  case named(String)
  /// The device with this UUID.
  case uuid(String)

  /// Reads `best`, `cpu`, a number, a UUID, or part of a name.
  public init(_ text: String) {
    let lowercase = text.lowercased()
    if lowercase == "best" || lowercase.isEmpty {
      self = .best
    } else if lowercase == "cpu" {
      self = .cpu
    } else if let index = Int(text) {
      self = .index(index)
    } else if lowercase.isUUID {
      self = .uuid(lowercase)
    } else {
      self = .named(text)
    }
  }

  /// What `REPRISE_DEVICE` asks for; the best device when it is unset.
  public static var environment: DeviceSelection {
    environmentVariable("REPRISE_DEVICE").map(DeviceSelection.init) ?? .best
  }

  /// The text that `init(_:)` reads back.
  public var description: String {
    switch self {
    case .best: "best"
    case .cpu: "cpu"
    case .index(let index): "\(index)"
    case .named(let name): name
    case .uuid(let uuid): uuid
    }
  }

  /// Chooses among `devices`.
  ///
  /// Throws `.noDevice` when none can be used, `.unknownDevice` when nothing answers to the selection, and
  /// `.ineligibleDevice` when all that answer to it lack something required.
  public func choose(from devices: [PhysicalDevice]) throws(VulkanError) -> DeviceChoice {
    guard devices.contains(where: { $0.ineligibility == nil }) else {
      throw .noDevice(found: devices.map { "\"\($0.name)\": \($0.ineligibility ?? "")" })
    }
    let matches = devices.filter(isAskedFor)
    let eligible = matches.filter { $0.ineligibility == nil }
    guard let chosen = eligible.min(by: isBetter) else {
      if let first = matches.first {
        throw .ineligibleDevice(name: first.name, reason: first.ineligibility ?? "")
      }
      throw .unknownDevice(
        requested: description, known: devices.map { "\($0.index): \"\($0.name)\" (\($0.kind.rawValue))" })
    }
    return DeviceChoice(device: chosen, reason: reason(for: chosen, among: eligible, of: devices.count))
  }

  private func isAskedFor(_ device: PhysicalDevice) -> Bool {
    switch self {
    case .best: true
    case .cpu: device.kind == .cpu
    case .index(let index): device.index == index
    case .named(let name): device.name.lowercased().contains(name.lowercased())
    case .uuid(let uuid): device.uuid == uuid.lowercased()
    }
  }

  private func reason(for device: PhysicalDevice, among eligible: [PhysicalDevice], of total: Int) -> String {
    switch self {
    case .best where total == 1: "the only device"
    case .best where eligible.count == 1: "the only one of \(total) devices that can be used"
    case .best:
      "the best of \(eligible.count) devices that can be used"
        + " (discrete before integrated before virtual before CPU, then the most memory)"
    case .cpu: "a software device was asked for"
    case .index(let index): "device \(index) was asked for"
    case .named(let name): "a name with \"\(name)\" was asked for"
    case .uuid: "its UUID was asked for"
    }
  }
}

/// A device and why it was chosen.
public struct DeviceChoice: Sendable {
  /// The device.
  public let device: PhysicalDevice
  /// Why, as the end of a sentence: "the only device".
  public let reason: String
}

/// Better kind first, then more memory, then the loader's order.
private func isBetter(_ a: PhysicalDevice, _ b: PhysicalDevice) -> Bool {
  if a.kind != b.kind { return a.kind.rank < b.kind.rank }
  if a.deviceLocalBytes != b.deviceLocalBytes { return a.deviceLocalBytes > b.deviceLocalBytes }
  return a.index < b.index
}

extension PhysicalDevice.Kind {
  fileprivate var rank: Int {
    switch self {
    case .discrete: 0
    case .integrated: 1
    case .virtual: 2
    case .cpu: 3
    case .other: 4
    }
  }
}

extension String {
  /// True for `8-4-4-4-12` hexadecimal digits.
  fileprivate var isUUID: Bool {
    split(separator: "-", omittingEmptySubsequences: false).map(\.count) == [8, 4, 4, 4, 12]
      && allSatisfy { $0 == "-" || $0.isHexDigit }
  }
}
