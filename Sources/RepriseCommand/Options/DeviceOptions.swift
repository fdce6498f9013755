import ArgumentParser
import Vulkan

/// Which device a command runs on.
struct DeviceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The device to use: best, cpu, its number, part of its name, or its UUID, as 'reprise devices' lists them. (default: $REPRISE_DEVICE, else best)",
      valueName: "device"), transform: { DeviceSelection($0) })
  var device = DeviceSelection.environment

  @Option(
    help: ArgumentHelp(
      "Cores that a software device uses, 1 to 64. One alone does best where others need the cores. (default: $REPRISE_CPU_THREADS, else all)",
      valueName: "count"))
  var cpuThreads: Int?

  func validate() throws {
    if let cpuThreads, !(1...64).contains(cpuThreads) {
      throw ValidationError("--cpu-threads is \(cpuThreads); 1 to 64 was expected.")
    }
  }

  /// Opens the device.
  func open() throws(VulkanError) -> Device { try Device(device, threads: cpuThreads) }
}

extension PhysicalDevice {
  /// The driver's name and version in one line.
  var driver: String { driverInfo.isEmpty ? driverName : "\(driverName), \(driverInfo)" }
}

extension Device {
  /// The driver's name and version, and on how many cores a gang of it works.
  var driver: String { physical.driver + (members.count > 1 ? ", \(members.count) cores in a gang" : "") }
}
