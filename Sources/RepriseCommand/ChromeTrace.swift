import Recording
import Runs
import Vulkan

/// A trace in the JSON array format that Perfetto and chrome://tracing open: the host's spans, and the device's dispatches.
struct ChromeTrace {
  /// An event: complete (`X`), or the name of a track (`M`). Times are in microseconds.
  struct Event: Encodable {
    var name: String
    var cat: String?
    var ph = "X"
    var ts, dur: Double?
    var pid = 1
    let tid: Int
    var args: Arguments?
  }

  struct Arguments: Encodable {
    var name: String?
    var runs, bytes, flops: Int?
  }

  let events: [Event]

  init(events: [Event]) { self.events = events }

  /// - Parameter device: dispatches of a last replay that had ended when the host's last wait did.
  init(host: Trace, device: [Timing]) {
    let spans = host.spans
    let dropped = host.dropped
    var events = [
      Self.track(1, dropped == 0 ? "host" : "host, without the last \(dropped) spans"),
      Self.track(2, "device, last iteration"),
    ]
    // What holds others comes before them.
    for span in spans.sorted(by: { ($0.start, $1.seconds) < ($1.start, $0.seconds) }) {
      events.append(
        Self.complete(
          "\(span.kind.rawValue) \(span.name)", span.kind.rawValue, span.start, span.start + span.seconds, 1))
    }
    // The clocks have nothing in common but the end of the last replay.
    let end = spans.last { $0.kind == .wait }.map { $0.start + $0.seconds } ?? 0
    let shift = end - (device.last.map { $0.start + $0.seconds } ?? 0)
    for segment in device.chunked(by: { $0.segment == $1.segment }) {
      guard let first = segment.first, let last = segment.last else { continue }
      var event = Self.complete(
        first.segment, "segment", shift + first.start, shift + last.start + last.seconds, 2)
      event.args = Arguments(runs: first.repeats)
      events.append(event)
      for timing in segment {
        var event = Self.complete(
          timing.dispatch, "dispatch", shift + timing.start, shift + timing.start + timing.seconds, 2)
        event.args = Arguments(bytes: timing.bytes, flops: timing.flops > 0 ? timing.flops : nil)
        events.append(event)
      }
    }
    self.events = events
  }

  /// Replaces the file at `path`, an event a line.
  func write(to path: String) throws {
    let lines = try events.map { try jsonText($0) }
    let text = Array("[\n\(lines.joined(separator: ",\n"))\n]\n".utf8)
    try text.withUnsafeBytes { try writeAtomically(path, $0) }
  }

  private static func track(_ number: Int, _ name: String) -> Event {
    Event(name: "thread_name", ph: "M", tid: number, args: Arguments(name: name))
  }

  /// Ends are rounded before durations are, so that what touches still touches.
  private static func complete(
    _ name: String, _ category: String, _ start: Double, _ end: Double, _ track: Int
  ) -> Event {
    let (first, last) = ((start * 1e9).rounded(), (end * 1e9).rounded())
    return Event(name: name, cat: category, ts: first / 1e3, dur: (last - first) / 1e3, tid: track)
  }
}

extension Array {
  /// Runs of elements of which each belongs with the one before.
  fileprivate func chunked(by together: (Element, Element) -> Bool) -> [[Element]] {
    var chunks: [[Element]] = []
    for element in self {
      if let last = chunks.last?.last, together(last, element) {
        chunks[chunks.count - 1].append(element)
      } else {
        chunks.append([element])
      }
    }
    return chunks
  }
}
