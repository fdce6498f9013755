import ArgumentParser
import FoundationEssentials
import Recording
import Runs
import Vulkan

/// `reprise devices`: what the drivers show, and which device would be used.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "List the Vulkan devices of this machine, and which one is chosen and why.",
    discussion: """
      With --json, an array of objects named as in the library (sizes in bytes), each with 'chosen' and, for the one \
      that is, the 'reason'.

      Examples:
        reprise devices
        reprise devices --device cpu
        reprise devices --json | jq -r '.[] | select(.chosen) | .name'
      """)

  @OptionGroup var selection: DeviceOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let devices = try Instance().physicalDevices()
    let choice = try selection.device.choose(from: devices)
    let entries = devices.map { device in
      Entry(device: device, reason: device.index == choice.device.index ? choice.reason : nil)
    }
    if json {
      try writeLine(jsonText(entries, keys: .useDefaultKeys))
    } else {
      try write(entries.map(\.text).joined(separator: "\n"))
    }
  }
}

/// A device in the list.
private struct Entry: Encodable {
  let device: PhysicalDevice
  /// Why it was chosen; nil when it wasn't.
  let reason: String?

  private enum CodingKeys: CodingKey {
    case chosen, reason
  }

  func encode(to encoder: any Encoder) throws {
    try device.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(reason != nil, forKey: .chosen)
    try container.encode(reason, forKey: .reason)
  }

  var text: String {
    let (limits, subgroups) = (device.limits, device.subgroups)
    func list(_ values: [Int]) -> String { values.map(\.grouped).joined(separator: " × ") }
    let heaps = device.memoryHeaps.map { heap in
      formatted(bytes: heap.bytes) + (heap.deviceLocal ? " of its own" : " of the host")
    }
    let sizes =
      subgroups.minSize == subgroups.maxSize
      ? "\(subgroups.size)" : "\(subgroups.size) (\(subgroups.minSize) to \(subgroups.maxSize))"
    var rows = [
      ("kind", device.kind.rawValue),
      ("driver", device.driver),
      ("API", "Vulkan \(device.apiVersion)"),
      ("UUID", device.uuid),
      ("memory", heaps.joined(separator: ", ") + (device.isUnifiedMemory ? "; shared with the host" : "")),
      ("subgroup size", sizes),
      ("subgroup operations", subgroups.operations.joined(separator: ", ")),
      (
        "workgroup", "\(limits.maxWorkgroupInvocations.grouped) invocations, \(list(limits.maxWorkgroupSize))"
      ),
      ("workgroups a dispatch", list(limits.maxWorkgroupCount)),
      ("shared memory", formatted(bytes: limits.maxSharedMemory)),
      ("storage buffer binding", formatted(bytes: limits.maxStorageBufferRange)),
      ("storage buffers a shader", limits.maxStorageBuffersPerStage.grouped),
      ("one allocation", formatted(bytes: limits.maxMemoryAllocation)),
      ("push constants", formatted(bytes: limits.maxPushConstants)),
      (
        "timestamps",
        limits.timestampValidBits == 0
          ? "none" : "\(limits.timestampValidBits) bits of \(limits.timestampPeriod.short) ns"
      ),
      ("features used", device.featuresUsed.joined(separator: ", ")),
    ]
    if let reason { rows.append(("chosen", reason)) }
    if let ineligibility = device.ineligibility { rows.append(("can't be used", ineligibility)) }
    return "\(reason == nil ? " " : "*") \(device.index)  \(device.name)\n" + columns(rows, indent: "     ")
  }
}
