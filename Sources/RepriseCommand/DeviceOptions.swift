import ArgumentParser
import Vulkan

/// Which device a command runs on.
struct DeviceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The device to use: best, cpu, its number, part of its name, or its UUID, as 'reprise devices' lists them. (default: $REPRISE_DEVICE, else best)",
      valueName: "device"), transform: { DeviceSelection($0) })
  var device = DeviceSelection.environment
}

extension PhysicalDevice {
  /// The driver's name and version in one line.
  var driver: String { driverInfo.isEmpty ? driverName : "\(driverName), \(driverInfo)" }
}
