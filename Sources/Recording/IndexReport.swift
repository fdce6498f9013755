public import Vulkan

/// An index that a kernel compares with the size of what it indexes.
public struct IndexCheck: Sendable, Hashable {
  /// The operation that was given the index.
  public let operation: String
  /// Indices from 0 to this, exclusive, are in range.
  public let limit: Int
  /// Whether the index is an int32; otherwise it is a uint32.
  public let isSigned: Bool

  /// A check of indices of `operation`.
  public init(operation: String, limit: Int, isSigned: Bool) {
    (self.operation, self.limit, self.isSigned) = (operation, limit, isSigned)
  }
}

/// Words in which one dispatch notes indices out of range, one word a check; the host reads them after each submission.
///
/// A word is 0 until a kernel raises it to the index, as a uint32. The largest one stays, so that the report is the same
/// in whatever order lanes run. Each dispatch has words of its own: they cause no barrier.
struct IndexReport: Sendable {
  let checks: [IndexCheck]
  let buffer: Buffer

  /// Forgets what was noted and gives the first of it.
  func take(plan: String) -> RecordingError? {
    var found: RecordingError?
    for (position, check) in checks.enumerated() {
      guard let pointer = buffer.pointer else { return nil }
      let word = pointer.loadUnaligned(fromByteOffset: 4 * position, as: UInt32.self)
      if word == 0 { continue }
      pointer.storeBytes(of: 0, toByteOffset: 4 * position, as: UInt32.self)
      let index = check.isSigned ? Int(Int32(bitPattern: word)) : Int(word)
      found =
        found
        ?? .indexOutOfRange(plan: plan, operation: check.operation, index: index, limit: check.limit)
    }
    return found
  }

  /// Whether anything was noted.
  var isRaised: Bool {
    checks.indices.contains { position in
      buffer.pointer?.loadUnaligned(fromByteOffset: 4 * position, as: UInt32.self) ?? 0 != 0
    }
  }
}

extension Recorder {
  /// Words for a dispatch to bind and read-write: where check `i` fails, it does `atomicMax(word[i], uint(index))`.
  ///
  /// - Throws: `VulkanError.outOfMemory` when there is no room for them.
  public mutating func indexReport(_ checks: [IndexCheck]) throws(VulkanError) -> Region {
    let buffer = try device.makeBuffer(
      bytes: 4 * max(1, checks.count), domain: .readback, label: "\(label): index report")
    try device.fill(buffer, with: 0)
    indexReports.append(IndexReport(checks: checks, buffer: buffer))
    return Region(buffer).slice(offset: 0, byteCount: 4 * max(1, checks.count))
  }
}

extension Plan {
  /// Throws what submissions that have ended noted about their indices; `wait` ends those in flight before it is forgotten.
  func checkIndices(_ wait: () throws(VulkanError) -> Void) throws {
    guard indexReports.contains(where: \.isRaised) else { return }
    try wait()
    let found = indexReports.compactMap { $0.take(plan: label) }
    if let first = found.first { throw first }
  }
}
