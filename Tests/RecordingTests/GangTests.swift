import Kernels
import TestSupport
import Testing
import Vulkan

@testable import Recording

/// Gangs of software devices: how dispatches are cut, and that many do what one does.
struct GangTests {
  private static func dispatch(_ groups: Groups, _ kernel: Kernel = .scale) -> Dispatch {
    Dispatch("cut", kernel, specialization: [64], bindings: [], groups: groups)
  }

  @Test(arguments: [
    Groups(1), Groups(2), Groups(3), Groups(7, 5), Groups(65535, 3), Groups(1, 9), Groups(4, 2, 3),
    Groups(2, 2, 64),
  ])
  func partsCoverEachWorkgroupOnce(_ groups: Groups) {
    for workers in 1...8 {
      var seen: [[Int]: Int] = [:]
      for place in 0..<workers {
        let share = GangShare(of: Self.dispatch(groups), place: place, workers: workers, isIndirect: false)
        let (first, counts): ([Int], [Int])
        switch share {
        case .nothing: continue
        case .all: (first, counts) = ([0, 0, 0], [groups.x, groups.y, groups.z])
        case .part(let from, let sizes): (first, counts) = (from, sizes)
        }
        #expect(counts.allSatisfy { $0 > 0 })
        // Corners are enough: parts differ along one direction.
        for z in first[2]..<first[2] + counts[2] {
          for y in first[1]..<first[1] + counts[1] {
            for x in Set([first[0], first[0] + counts[0] - 1]) { seen[[x, y, z], default: 0] += 1 }
          }
        }
        #expect(counts.reduce(1, *) <= groups.x * groups.y * groups.z)
      }
      #expect(seen.values.allSatisfy { $0 == 1 }, "\(groups) \(workers)")
      #expect(seen[[0, 0, 0]] == 1 && seen[[groups.x - 1, groups.y - 1, groups.z - 1]] == 1)
    }
  }

  @Test func whatAPartCannotKnowStaysWhole() {
    func shares(_ kernel: Kernel, isIndirect: Bool) -> [GangShare] {
      (0..<2).map {
        GangShare(of: Self.dispatch(Groups(8), kernel), place: $0, workers: 2, isIndirect: isIndirect)
      }
    }
    #expect(shares(.scale, isIndirect: true) == [.all, .nothing])
    #expect(shares(.scale, isIndirect: false) != [.all, .nothing])
    // OpDecorate %1 BuiltIn NumWorkgroups
    let counting = Kernel(name: "counting", words: [0x0723_0203, 0, 0, 0, 0, 4 << 16 | 71, 1, 11, 24])
    #expect(counting.knowsGroupCount && !Kernel.scale.knowsGroupCount)
    #expect(shares(counting, isIndirect: false) == [.all, .nothing])
  }

  /// Kernels of ours don't ask for the number of workgroups, which would keep them on one core.
  @Test func noKernelOfTheProjectStaysWhole() {
    for kernel in [
      Kernel.rolloutCartpole, .stepPendulum, .exploreAcrobot, .depthwiseConvolution, .scan, .averagePool,
      .sortRows, .argReduce, .scatterLines, .matrixProductHeld,
    ] {
      #expect(!kernel.knowsGroupCount, "\(kernel.name)")
    }
  }

  /// Halves change places in each run, so that each member reads what the other wrote.
  @Test func manyDoWhatOneDoes() throws {
    let half = 2560
    func result(threads: Int) throws -> [UInt32] {
      let device = try TestDevice.make(threads: threads)
      let x = try buffer(device, (0..<2 * half).map { 1 + Float($0) / Float(2 * half) })
      var recorder = Recorder(on: device, label: "exchange", options: PlanOptions())
      recorder.beginSegment("exchange", repeats: 50)
      let whole = Region(x, elements: .float32)
      let copy = recorder.transient(byteCount: x.byteCount, label: "copy", elements: .float32)
      func part(_ region: Region, _ number: Int) -> Region {
        region.slice(offset: number * half * 4, byteCount: half * 4)
      }
      for number in 0..<2 {
        recorder.dispatch(
          .scale("over", part(whole, number), to: part(copy, 1 - number), by: 1.0001, count: half))
      }
      recorder.dispatch(.scale("back", copy, to: whole, by: 0.9999, count: 2 * half))
      try recorder.finish().replay(times: 20)
      return try contents(device, x).map(\.bitPattern)
    }
    let alone = try result(threads: 1)
    #expect(Set(alone).count > half)
    #expect(try result(threads: 2) == alone)
    #expect(try result(threads: 3) == alone)
  }

  /// Where others want the cores, the first member works alone; plans that were encoded for all go on.
  @Test func aCrowdedGangWorksAlone() throws {
    let device = try TestDevice.make(threads: 2)
    let x = try buffer(device, [Float](repeating: 1, count: 1000))
    let replay = try Replay(doubling(device, x, by: 2))
    try replay.run(times: 3)
    let before = device.workers
    device.contention.avoid()
    #expect(device.workers == 1 && before == device.members.count)
    try replay.run(times: 3)
    #expect(try contents(device, x) == [Float](repeating: 64, count: 1000))
  }

  @Test func aNumberOfThreadsIsChecked() {
    for threads in [0, -1, 65] {
      #expect {
        _ = try TestDevice.make(threads: threads)
      } throws: { "\($0)".contains("1 to 64 threads, not \(threads)") }
    }
  }
}
