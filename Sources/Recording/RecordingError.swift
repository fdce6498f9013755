/// What can go wrong between a recording and its replay.
public enum RecordingError: Error, Equatable, CustomStringConvertible {
  /// A plan needs more device memory than there is; refused before anything is allocated. Bytes.
  case planTooLarge(plan: String, needed: Int, available: Int)
  /// One binding is larger than the device can address. Bytes.
  case bindingTooLarge(dispatch: String, bytes: Int, limit: Int)
  /// A dispatch needs more of something than the device has.
  case overLimit(dispatch: String, what: String, needed: Int, limit: Int)
  /// Two dispatches touch the same bytes, one of them writing, with no barrier between.
  case hazard(plan: String, first: String, second: String, bytes: Range<Int>)
  /// A kernel was given an index that is not in 0..<limit; it read or wrote nothing there.
  case indexOutOfRange(plan: String, operation: String, index: Int, limit: Int)
  /// A transient was read before any dispatch of its segment wrote it.
  case readBeforeWrite(dispatch: String, label: String)
  /// A plan does what a file can't carry, or what is to be written or read isn't there.
  case notPortable(plan: String, reason: String)
  /// A dispatch left NaN or infinity in a tensor. Replays of the plan and the runs of a segment within one are
  /// counted from 1; the dispatch is the first in their order.
  case notFinite(
    plan: String, replay: Int, segment: String, run: Int, dispatch: String, tensor: String, found: NotFinite)

  /// What was found in a tensor.
  public struct NotFinite: Equatable, Sendable {
    /// Elements that are no finite number, of how many, and the first of them.
    public let count, elements, first: Int
    /// Of which kinds they are.
    public let hasNaN, hasInfinity: Bool
  }

  /// A sentence for people.
  public var description: String {
    switch self {
    case .planTooLarge(let plan, let needed, let available):
      "plan \"\(plan)\" needs \(formatted(bytes: needed)) of device memory, and \(formatted(bytes: available)) are available: use smaller batches, fewer copies or a smaller model"
    case .bindingTooLarge(let dispatch, let bytes, let limit):
      "dispatch \"\(dispatch)\" binds \(formatted(bytes: bytes)) at once, and this device binds at most \(formatted(bytes: limit))"
    case .overLimit(let dispatch, let what, let needed, let limit):
      "dispatch \"\(dispatch)\" needs \(needed) \(what), and this device has at most \(limit)"
    case .hazard(let plan, let first, let second, let bytes):
      "plan \"\(plan)\": \"\(second)\" touches bytes \(bytes.lowerBound)..<\(bytes.upperBound) that \"\(first)\" also touches, with no barrier between them"
    case .indexOutOfRange(let plan, let operation, let index, let limit):
      "plan \"\(plan)\": \(operation) got index \(index), which is out of range for size \(limit)"
    case .readBeforeWrite(let dispatch, let label):
      "dispatch \"\(dispatch)\" reads \"\(label)\", which nothing has written before"
    case .notPortable(let plan, let reason): "plan \"\(plan)\" can't be put into a file: \(reason)"
    case .notFinite(let plan, let replay, let segment, let run, let dispatch, let tensor, let found):
      "plan \"\(plan)\": in replay \(replay), run \(run) of segment \"\(segment)\", dispatch \"\(dispatch)\" left "
        + "\(found.hasNaN ? found.hasInfinity ? "NaN and infinity" : "NaN" : "infinity") in \"\(tensor)\": \(found.count) of "
        + "\(found.elements) elements, the first is element \(found.first)"
    }
  }
}
