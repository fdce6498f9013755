/// A dispatch's use of a byte range of one buffer, as it was encoded.
struct ByteAccess {
  let buffer: ObjectIdentifier
  let bytes: Range<Int>
  let writes: Bool

  init(buffer: ObjectIdentifier, bytes: Range<Int>, writes: Bool) {
    (self.buffer, self.bytes, self.writes) = (buffer, bytes, writes)
  }

  /// What a region at `bytes` binds: with the bytes below it, because they are bound and validation counts them.
  init(buffer: ObjectIdentifier, region bytes: Range<Int>, writes: Bool) {
    let start = bytes.lowerBound - bytes.lowerBound % Region.alignment
    self.init(buffer: buffer, bytes: start..<bytes.upperBound, writes: writes)
  }

  func conflicts(with other: ByteAccess) -> Bool {
    buffer == other.buffer && (writes || other.writes) && bytes.overlaps(other.bytes)
  }
}

/// What was encoded, in order: the input of the hazard checker.
enum EncodedCommand {
  case barrier
  case dispatch(label: String, accesses: [ByteAccess])
}

/// Decides where a barrier has to stand: before a dispatch that conflicts with one since the last barrier.
struct BarrierPlanner {
  private var open: [ByteAccess] = []

  /// Whether a barrier is needed before `accesses`.
  mutating func needsBarrier(before accesses: [ByteAccess]) -> Bool {
    let conflict = accesses.contains { access in open.contains { $0.conflicts(with: access) } }
    if conflict { open.removeAll(keepingCapacity: true) }
    open.append(contentsOf: accesses)
    return conflict
  }
}

/// Looks for a missing barrier in what was encoded. Software drivers run dispatches in order and can't reveal one.
///
/// It keeps, for each buffer, the last writer and the readers of every byte range since the last barrier, and shares
/// nothing with `BarrierPlanner`, so that a fault in one shows in the other.
struct HazardChecker {
  private struct Touch {
    var bytes: Range<Int>
    var writes: Bool
    var label: String
  }

  private var touches: [ObjectIdentifier: [Touch]] = [:]

  /// - Throws: `RecordingError.hazard` naming both dispatches and the bytes.
  static func check(_ commands: [EncodedCommand], plan: String) throws(RecordingError) {
    var checker = HazardChecker()
    for command in commands {
      switch command {
      case .barrier:
        checker.touches.removeAll(keepingCapacity: true)
      case .dispatch(let label, let accesses):
        for access in accesses {
          for touch in checker.touches[access.buffer] ?? [] where touch.writes || access.writes {
            let common = touch.bytes.clamped(to: access.bytes)
            if !common.isEmpty {
              throw .hazard(plan: plan, first: touch.label, second: label, bytes: common)
            }
          }
        }
        for access in accesses {
          checker.touches[access.buffer, default: []].append(
            Touch(bytes: access.bytes, writes: access.writes, label: label))
        }
      }
    }
  }
}
