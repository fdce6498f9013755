import KernelParameters
import Kernels
import Vulkan

/// Dispatches that look for NaN and infinity in what the others wrote, and the report in which they note the first.
///
/// The report stays on the device; the host reads it after each submission. The runs of each segment are counted there, so
/// that the replay is known however replays are batched or split.
final class FiniteChecks {
  /// What one check looks at.
  private struct Check {
    let segment: Int
    let dispatch, tensor: String
    let elements: Int
  }

  private let plan: String
  private let segments: [(label: String, repeats: Int)]
  private let report: Buffer
  private var checks: [Check] = []

  /// Adds a check after each dispatch for each region of floats that it wrote.
  ///
  /// - Throws: `VulkanError.outOfMemory` when there is no room for the report.
  init(
    plan: String, segments: inout [Segment], transients: [Transient], on device: Device
  ) throws(VulkanError) {
    self.plan = plan
    self.segments = segments.map { ($0.label, $0.repeats) }
    let words = Int(REPRISE_FINITE_RUNS) + segments.count
    report = try device.makeBuffer(bytes: 4 * words, domain: .readback, label: "\(plan): finite checks")
    try device.fill(report, with: 0)
    reset()
    for (number, segment) in segments.enumerated() {
      var dispatches: [Dispatch] = []
      for dispatch in segment.dispatches {
        dispatches.append(dispatch)
        for binding in dispatch.bindings where binding.access.writes && binding.region.elements != .other {
          let region = binding.region
          let tensor =
            switch region.place {
            case .persistent(let buffer): buffer.label
            case .transient(let transient): transients[transient].label
            }
          checks.append(
            Check(
              segment: number, dispatch: dispatch.label, tensor: tensor, elements: region.floatCount))
          dispatches.append(check(region, tensor: tensor))
        }
      }
      var end = Dispatch(
        "finite? end", .finiteCheckEnd, specialization: [1],
        parameters: FiniteCheckEndParameters(segment: UInt32(number)),
        bindings: [.readWrite(Region(report))], groups: Groups(1))
      end.ignoresCondition = true
      dispatches.append(end)
      segments[number].dispatches = dispatches
    }
  }

  /// The check that was appended last.
  private func check(_ region: Region, tensor: String) -> Dispatch {
    let local = 64
    let count = region.floatCount
    let bytes = region.elements == .float16 ? 2 : 4
    return Dispatch(
      "finite? \(tensor)", .finiteCheck,
      specialization: [UInt32(local), region.elements == .float16 ? 1 : 0],
      parameters: FiniteCheckParameters(
        count: UInt32(count), offset: UInt32(region.offset % Region.alignment / bytes),
        check: UInt32(checks.count)),
      bindings: [.read(region), .readWrite(Region(report))],
      groups: Groups(max(1, min(4096, (count + local - 1) / local))))
  }

  /// The first finding of the runs that have ended; `waitForDevice` is called before it is read and forgotten.
  func finding(_ waitForDevice: () throws(VulkanError) -> Void) throws(VulkanError) -> RecordingError? {
    guard word(REPRISE_FINITE_CLOSED) != 0 else { return nil }
    // Later submissions are in flight: what they note is not whole yet.
    try waitForDevice()
    let check = checks[word(REPRISE_FINITE_CHECK) - 1]
    let segment = segments[check.segment]
    let run = word(REPRISE_FINITE_RUN)
    let kinds = word(REPRISE_FINITE_KINDS)
    let found = RecordingError.NotFinite(
      count: word(REPRISE_FINITE_COUNT), elements: check.elements, first: word(REPRISE_FINITE_FIRST),
      hasNaN: kinds & 1 != 0, hasInfinity: kinds & 2 != 0)
    reset()
    return .notFinite(
      plan: plan, replay: run / segment.repeats + 1, segment: segment.label, run: run % segment.repeats + 1,
      dispatch: check.dispatch, tensor: check.tensor, found: found)
  }

  private func word(_ index: Int32) -> Int {
    Int(report.pointer?.loadUnaligned(fromByteOffset: 4 * Int(index), as: UInt32.self) ?? 0)
  }

  /// Forgets a finding, not the runs.
  private func reset() {
    for index in 0..<REPRISE_FINITE_RUNS {
      report.pointer?.storeBytes(
        of: index == REPRISE_FINITE_FIRST ? UInt32.max : 0, toByteOffset: 4 * Int(index), as: UInt32.self)
    }
  }
}

extension Region {
  fileprivate var floatCount: Int { byteCount / (elements == .float16 ? 2 : 4) }
}
