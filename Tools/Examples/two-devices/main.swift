// Two devices side by side in one process, each trained on in a task of its own.
//
// They are the first two of this machine that can be used; where there is one, it is opened twice. Two devices share
// nothing, and any thread may use one. With the same hardware, driver and seed, both end with the same bits.
import Glibc
import Reprise

do {
  let (first, second) = try openTwo()
  async let a = train(on: first)
  async let b = train(on: second)
  let results = try await [a, b]
  for (device, result) in zip([first, second], results) {
    print("\(device.physical.name): loss \(result.loss)")
  }
  print("same weights, bit for bit: \(results[0].weights == results[1].weights ? "yes" : "no")")
} catch {
  print("two-devices: \(error)")
  exit(1)
}

/// Opens the first two devices, or the first one twice.
func openTwo() throws -> (Device, Device) {
  let instance = try Instance()
  let usable = try instance.physicalDevices().filter { $0.ineligibility == nil }.map(\.index)
  guard let first = usable.first else { throw VulkanError.noDevice(found: []) }
  // Where cores are the device, each gets half of them.
  let threads = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2)
  func open(_ index: Int) throws -> Device { try Device(.index(index), instance: instance, threads: threads) }
  return (try open(first), try open(usable.count > 1 ? usable[1] : first))
}
