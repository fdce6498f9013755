import Glibc
import Synchronization

/// Devices of one software driver, one a core, that share memory and do each dispatch together.
///
/// llvmpipe wakes its worker threads for each dispatch, which takes 20 to 50 µs; without them one takes 0.5 µs, on one core.
/// So there are several devices without worker threads, each with an instance of its own, because those of one instance
/// exclude each other. Each runs a part of the workgroups on the thread of its queue. Where the plan has a barrier they
/// meet in a kernel that waits (`rendezvous.comp`), about 0.6 µs. Loops of Mesa before 25 end after 65 535 rounds, which no
/// waiting may: there the driver's own worker threads have to do.
enum Gang {
  /// One of the devices.
  struct Member {
    let device: PhysicalDevice
    let instance: Instance
  }

  private static let mostMembers = 64
  private static let variable = "LP_NUM_THREADS"
  /// The environment belongs to the whole process.
  private static let environment = Mutex<Void>(())

  /// Who works when `device` is asked for: itself alone, or a gang, whose first member stands for all.
  ///
  /// - Parameter threads: cores to use; nil for what `REPRISE_CPU_THREADS` says, else all.
  static func members(of device: PhysicalDevice, instance: Instance, threads: Int?) throws(VulkanError)
    -> [Member]
  {
    let alone = [Member(device: device, instance: instance)]
    let asked: Int?
    if let threads { asked = threads } else { asked = try environmentThreads() }
    if let asked, !(1...mostMembers).contains(asked) {
      throw .invalidUse("A software device uses 1 to \(mostMembers) threads, not \(asked).")
    }
    // Who sets the driver's own variable wants the driver's own threads.
    guard device.driverName == "llvmpipe", asked != nil || environmentVariable(variable) == nil else {
      return alone
    }
    guard let count = asked ?? (device.canJoinGang ? cores : nil) else { return alone }
    let isGang = device.canJoinGang
    let workers = isGang || count == 1 ? 0 : count
    return try environment.withLock { (_) throws(VulkanError) in
      let before = environmentVariable(variable)
      setenv(variable, "\(workers)", 1)
      defer { if let before { setenv(variable, before, 1) } else { unsetenv(variable) } }
      var members: [Member] = []
      for _ in 0..<(isGang ? count : 1) {
        let instance = try Instance(instance.options)
        // The variable is read when the driver's devices are listed.
        let same = try instance.physicalDevices().first { $0.identity == device.identity }
        guard let same else { throw .noDevice(found: []) }
        members.append(Member(device: same, instance: instance))
      }
      return members
    }
  }

  private static var cores: Int { min(mostMembers, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  private static func environmentThreads() throws(VulkanError) -> Int? {
    guard let text = environmentVariable("REPRISE_CPU_THREADS") else { return nil }
    guard let count = Int(text) else {
      throw .invalidUse("REPRISE_CPU_THREADS is \"\(text)\"; a number of threads was expected.")
    }
    return count
  }
}

extension PhysicalDevice {
  /// Whether the device's loops may wait for others, and memory may be shared.
  fileprivate var canJoinGang: Bool { (llvmpipeRelease ?? 0) >= 25 && features.externalMemoryHost }
}

extension Device {
  /// All that do the work of a dispatch: the device, and the others of its gang.
  package var members: [Device] { [self] + helpers }

  /// How many of them should work now: all, or, where others want the cores, the first.
  package var workers: Int { helpers.isEmpty || contention.isCrowded ? 1 : members.count }

  /// Submits the command buffers of all members, or of the first alone, as `submit(_:signal:on:)` does for one; `timelines` has
  /// one a member.
  package func submit(
    members commandBuffers: [[CommandBuffer]], signal value: UInt64, on timelines: [Timeline]
  ) throws(VulkanError) {
    // Two plans that overtook each other on some member would wait for ever.
    try gate.withLock { (_) throws(VulkanError) in
      do throws(VulkanError) {
        for (place, commands) in commandBuffers.enumerated() {
          try members[place].submit(commands, signal: value, on: timelines[place])
        }
      } catch {
        // Those that got theirs would wait for those that didn't.
        meeting?.pointer?.storeBytes(of: 1, toByteOffset: Meeting.releasedByte, as: UInt32.self)
        throw error
      }
    }
  }
}

/// The words by which a gang meets, in `rendezvous.comp`.
package enum Meeting {
  /// Three words, each in a cache line of its own: who has arrived, how often all have met, and whether nobody waits any more.
  static let bytes = 256
  static let releasedByte = 128
}
