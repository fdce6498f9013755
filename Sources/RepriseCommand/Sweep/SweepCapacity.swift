import Foundation
import Vulkan

/// How many trials run at a time.
struct SweepCapacity {
  /// What was asked for; nil for as many as there is room for.
  private let fixed: Int?
  /// How many the cores have work for, and the bytes of the device's memory; nil of one that has the host's.
  private let most: Int
  private let deviceMemory: Int?
  private let hostMemory: Int
  private var hostBytes = 0, deviceBytes = 0

  /// - Parameter threads: cores that a trial keeps busy on a software device.
  init(jobs: Int?, on device: PhysicalDevice, threads: Int) {
    fixed = jobs
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    most = device.kind == .cpu ? max(1, cores / threads) : cores
    deviceMemory = device.isUnifiedMemory || device.kind == .cpu ? nil : device.deviceLocalBytes
    hostMemory = bytes(of: "MemAvailable:", in: "/proc/meminfo") ?? .max / 2
  }

  /// Whether a trial has to be measured first.
  var isUnknown: Bool { fixed == nil && most > 1 && hostBytes == 0 }

  /// Trials at a time: their measured memory, and a quarter more for what evaluations take, must fit.
  var jobs: Int {
    if let fixed { return fixed }
    guard hostBytes > 0 else { return 1 }
    var jobs = min(most, hostMemory / (hostBytes + hostBytes / 4))
    if let deviceMemory, deviceBytes > 0 { jobs = min(jobs, deviceMemory / (deviceBytes + deviceBytes / 4)) }
    return max(1, jobs)
  }

  /// Takes into account what a trial had.
  mutating func note(hostBytes: Int, deviceBytes: Int?) {
    self.hostBytes = max(self.hostBytes, hostBytes)
    self.deviceBytes = max(self.deviceBytes, deviceBytes ?? 0)
  }
}
