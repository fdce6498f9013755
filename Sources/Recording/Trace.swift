import Synchronization

/// What the host spent its time on: spans that nest, while `Trace.current` is set.
///
/// `Trace.$current.withValue(trace) { … }` traces what one thread does in the closure.
public final class Trace: Sendable {
  /// The trace of this task; nil costs nothing.
  @TaskLocal public static var current: Trace?

  /// What a span is about.
  public enum Kind: String, Sendable, CaseIterable {
    /// All of a recording: tracing the graph, and the three below.
    case recording
    /// From the graph to dispatches.
    case lowering
    /// GLSL to SPIR-V, where no cache has it.
    case compilation
    /// Placing memory, finding barriers, writing command buffers.
    case encoding
    /// SPIR-V to the driver's code.
    case pipelines
    /// Handing work to the queue.
    case submission
    /// Waiting for the device.
    case wait
  }

  /// Something that the host did, in seconds since the trace began.
  public struct Span: Sendable {
    /// What it is about.
    public let kind: Kind
    /// Of what: a plan, a pass, a kernel.
    public let name: String
    /// When it began and how long it took.
    public let start, seconds: Double
  }

  /// A span that has not ended.
  package struct Open {
    fileprivate let trace: Trace
    fileprivate let kind: Kind
    fileprivate let name: String
    fileprivate let start: Double

    /// Ends the span; those that began within it have ended.
    package func end() { trace.end(self) }
  }

  private struct State {
    var spans: [Span] = []
    var dropped = 0
    var seconds: [Kind: Double] = [:]
    /// For each open span, the seconds of those that ended within it.
    var inner: [Double] = []
  }

  private let state = Mutex(State())
  private let begin = ContinuousClock.now
  private let capacity: Int

  /// - Parameter capacity: spans that are kept; those that come later only count in `seconds`.
  public init(capacity: Int = 100_000) { self.capacity = capacity }

  /// Begins a span of the current trace, if there is one.
  package static func begin(_ kind: Kind, _ name: @autoclosure () -> String) -> Open? {
    guard let trace = current else { return nil }
    trace.state.withLock { $0.inner.append(0) }
    return Open(trace: trace, kind: kind, name: name(), start: trace.now)
  }

  /// The spans that have ended, in the order of their ends.
  public var spans: [Span] { state.withLock { $0.spans } }
  /// Spans that found no room.
  public var dropped: Int { state.withLock { $0.dropped } }
  /// Seconds of each kind, without those of spans within.
  public var seconds: [Kind: Double] { state.withLock { $0.seconds } }

  private var now: Double { (ContinuousClock.now - begin).seconds }

  private func end(_ open: Open) {
    let span = Span(kind: open.kind, name: open.name, start: open.start, seconds: now - open.start)
    state.withLock { state in
      let inner = state.inner.popLast() ?? 0
      if !state.inner.isEmpty { state.inner[state.inner.count - 1] += span.seconds }
      state.seconds[span.kind, default: 0] += span.seconds - inner
      if state.spans.count < capacity { state.spans.append(span) } else { state.dropped += 1 }
    }
  }
}
