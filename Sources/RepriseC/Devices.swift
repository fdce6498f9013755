public import CReprise
import Glibc
import Tensors
import Vulkan

/// A device and its name as C reads it.
final class DeviceObject: Sendable {
  let device: Device
  nonisolated(unsafe) let name: UnsafeMutablePointer<CChar>

  init(_ device: Device) {
    self.device = device
    name = cString(device.physical.name)
  }

  deinit { free(name) }
}

/// The header says what it does.
@c @implementation
public func reprise_version() -> UInt32 {
  let parts = repriseVersion.split(separator: ".").compactMap { UInt32($0) }
  return parts[0] << 22 | parts[1] << 12 | parts[2]
}

/// The header says what it does.
@c @implementation
public func reprise_error_message() -> UnsafePointer<CChar> { Failure.message }

/// The header says what it does.
@c @implementation
public func reprise_list_devices(
  _ infos: UnsafeMutablePointer<reprise_device_info>?, _ count: UnsafeMutablePointer<UInt32>
) -> reprise_result {
  attempt {
    let devices = try Instance().physicalDevices()
    guard let infos else {
      count.pointee = UInt32(devices.count)
      return
    }
    let written = devices.prefix(Int(count.pointee))
    for (place, device) in written.enumerated() {
      var info = reprise_device_info()
      copy(device.name, to: &info.name)
      copy(
        device.driverInfo.isEmpty ? device.driverName : "\(device.driverName), \(device.driverInfo)",
        to: &info.driver)
      copy(device.uuid, to: &info.uuid)
      info.is_cpu = device.kind == .cpu ? 1 : 0
      info.is_usable = device.ineligibility == nil ? 1 : 0
      infos[place] = info
    }
    count.pointee = UInt32(written.count)
  }
}

/// The header says what it does.
@c @implementation
public func reprise_device_open(
  _ selection: UnsafePointer<CChar>?, _ cache: UnsafePointer<CChar>?,
  _ device: UnsafeMutablePointer<OpaquePointer?>
) -> reprise_result {
  attempt {
    let opened = try Device(
      string(selection).map { DeviceSelection($0) } ?? .environment, cacheDirectory: string(cache))
    device.pointee = retained(DeviceObject(opened))
  }
}

/// The header says what it does.
@c @implementation
public func reprise_device_share(
  _ host: UnsafePointer<reprise_host_device>, _ cache: UnsafePointer<CChar>?,
  _ device: UnsafeMutablePointer<OpaquePointer?>
) -> reprise_result {
  attempt {
    let given = host.pointee
    var shared = HostDevice(
      instance: given.instance, physicalDevice: given.physical_device, device: given.device,
      queue: given.queue,
      queueFamily: given.queue_family)
    shared.features.bufferDeviceAddress = given.buffer_device_address != 0
    shared.features.subgroupSizeControl = given.subgroup_size_control != 0
    shared.features.computeFullSubgroups = given.compute_full_subgroups != 0
    shared.features.memoryBudget = given.memory_budget != 0
    shared.getInstanceProcAddr = given.get_instance_proc_addr.map {
      unsafeBitCast($0, to: UnsafeRawPointer.self)
    }
    shared.allocationCallbacks = given.allocation_callbacks
    let callbacks = QueueCallbacks(lock: given.lock_queue, unlock: given.unlock_queue, context: given.context)
    shared.lockQueue = { callbacks.lock?(callbacks.context) }
    shared.unlockQueue = { callbacks.unlock?(callbacks.context) }
    device.pointee = retained(DeviceObject(try Device(sharing: shared, cacheDirectory: string(cache))))
  }
}

/// The host's own lock; that it may be called from any thread is the host's promise.
private struct QueueCallbacks: @unchecked Sendable {
  let lock, unlock: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
  let context: UnsafeMutableRawPointer?
}

/// The header says what it does.
@c @implementation
public func reprise_device_name(_ device: OpaquePointer) -> UnsafePointer<CChar> {
  UnsafePointer(object(DeviceObject.self, device).name)
}

/// The header says what it does.
@c @implementation
public func reprise_device_free(_ device: OpaquePointer?) { release(device) }

/// The header says what it does.
@c @implementation
public func reprise_load_kernels(_ path: UnsafePointer<CChar>) -> reprise_result {
  attempt { try PrecompiledKernels.add(contentsOf: String(cString: path)) }
}
