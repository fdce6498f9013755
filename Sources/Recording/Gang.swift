import KernelParameters
import Kernels
import Vulkan

/// Where the members of a gang wait for each other, as one of them encodes it.
struct Rendezvous {
  private let pipeline: Pipeline
  private let set: DescriptorSet
  private let parameters: RendezvousParameters

  /// Where the first `workers` members of `device`'s gang meet; nil for a device that works alone.
  init?(of device: Device, on member: Device, workers: Int, pool: DescriptorPool?) throws {
    guard let meeting = device.meeting, let pool else { return nil }
    let kernel = Kernel.rendezvous
    pipeline = try member.pipeline(
      words: kernel.words, name: kernel.name, bindings: 1,
      pushConstantBytes: MemoryLayout<RendezvousParameters>.size, specialization: [1])
    set = try pool.allocate(pipeline, [(buffer: meeting, offset: 0, range: meeting.byteCount)])
    parameters = RendezvousParameters(members: UInt32(workers))
  }

  /// All that any member did before is visible to all after it.
  func encode(into commands: CommandBuffer) {
    commands.bind(pipeline)
    commands.bind(set)
    withUnsafeBytes(of: parameters) { commands.push(constants: $0) }
    commands.dispatch(1)
    commands.barrier()
  }
}

/// What one member of a gang does of a dispatch.
enum GangShare: Equatable {
  case nothing, all
  /// Workgroups from `first` on, `counts` of them.
  case part(first: [Int], counts: [Int])

  /// Cuts the longest direction, because the end of another may hold workgroups that have nothing to do. What depends on the number of
  /// workgroups, which a part can't know, stays whole, as do counts that are known only on the device.
  init(of dispatch: Dispatch, place: Int, workers: Int, isIndirect: Bool) {
    let groups = [dispatch.groups.x, dispatch.groups.y, dispatch.groups.z]
    guard workers > 1, !isIndirect, groups.contains(where: { $0 > 1 }), !dispatch.kernel.knowsGroupCount
    else {
      self = place == 0 ? .all : .nothing
      return
    }
    let axis = groups.indices.max { groups[$0] < groups[$1] } ?? 0
    let range = groups[axis] * place / workers..<groups[axis] * (place + 1) / workers
    guard !range.isEmpty else {
      self = .nothing
      return
    }
    var (first, counts) = ([0, 0, 0], groups)
    first[axis] = range.lowerBound
    counts[axis] = range.count
    self = .part(first: first, counts: counts)
  }
}
