import Foundation

/// A file of events that TensorBoard reads while it is written, one of any number in the folder of a run: each start and each
/// going on of a run begins another.
package final class EventFile {
  package let path: String
  private let descriptor: Int32

  /// Whether a file of a run's folder is one.
  static func isName(_ name: String) -> Bool { name.hasPrefix(prefix) }

  private static let prefix = "events.out.tfevents."

  private static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Begins a file that TensorBoard reads after all others of the folder.
  ///
  /// - Parameter step: the first step that is written here; what earlier files say of it and of later ones holds no more. nil
  ///   where the run begins.
  /// - Throws: `CommandFailure` when it can't be written.
  package init(in run: RunDirectory, from step: Int? = nil) throws(CommandFailure) {
    // Files are read in the order of their names, which begin with the second.
    let others = run.eventFiles.compactMap { name in
      Int(name.dropFirst(Self.prefix.count).prefix { $0.isNumber })
    }
    let now = Date.now
    let second = max(Int(now.timeIntervalSince1970), (others.max() ?? 0) + 1)
    path = "\(run.path)/\(Self.prefix)\(second).\(Self.host).\(getpid()).0"
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CommandFailure("\(path) can't be written: \(systemError())") }
    try append(Event(wallTime: now, step: step ?? 0, content: .version))
    if let step { try append(Event(wallTime: now, step: step, content: .begin)) }
  }

  deinit { close(descriptor) }

  /// Appends the values of a step in one record.
  func append(_ values: [(tag: String, value: Event.Value)], step: Int) throws(CommandFailure) {
    guard !values.isEmpty else { return }
    try append(Event(wallTime: .now, step: step, content: .summary(values)))
  }

  /// Appends numbers of a step.
  package func append(scalars: [(tag: String, value: Double)], step: Int) throws(CommandFailure) {
    try append(scalars.map { ($0.tag, .scalar(Float($0.value))) }, step: step)
  }

  /// Appends how tensors are spread at a step.
  package func append(histograms: [(tag: String, histogram: TensorHistogram)], step: Int)
    throws(CommandFailure)
  {
    try append(histograms.map { ($0.tag, .histogram($0.histogram)) }, step: step)
  }

  /// In one write, so that a process that is killed leaves whole records.
  private func append(_ event: Event) throws(CommandFailure) {
    try writeAll(event.bytes.asRecord, to: descriptor, name: path)
  }
}
