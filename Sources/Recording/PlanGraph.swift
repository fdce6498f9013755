extension Plan {
  /// The plan as a directed graph for Graphviz's `dot`: a cluster a segment, a node a dispatch, and an edge from the last
  /// writer of bytes to each reader, with how many they are.
  public var graphviz: String {
    var lines = [
      "digraph \(quoted(label)) {",
      "  node [shape=box, fontname=\"sans-serif\", fontsize=10];",
      "  edge [fontname=\"sans-serif\", fontsize=9];",
    ]
    for (number, segment) in record.segments.enumerated() {
      lines += [
        "  subgraph cluster_\(number) {", "    label=\(quoted("\(segment.label) × \(segment.repeats)"));",
      ]
      for (index, dispatch) in segment.dispatches.enumerated() {
        lines.append(
          "    d\(number)_\(index) [label=\(quoted("\(dispatch.label)\n\(dispatch.kernel)\n\(dispatch.work)"))];"
        )
      }
      lines.append("  }")
    }
    lines += Self.edges(of: record, arena: arena.map { ObjectIdentifier($0) }).map { edge in
      "  \(edge.from) -> \(edge.to) [label=\"\(formatted(bytes: edge.bytes))\"];"
    }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private struct Edge {
    let from, to: String
    var bytes: Int
  }

  private static func edges(of record: PlanRecord, arena: ObjectIdentifier?) -> [Edge] {
    var edges: [Edge] = []
    var writers: [ObjectIdentifier: [(bytes: Range<Int>, node: String)]] = [:]
    for (number, segment) in record.segments.enumerated() {
      // A transient lives within a segment.
      if let arena { writers[arena] = nil }
      for (index, dispatch) in segment.dispatches.enumerated() {
        let node = "d\(number)_\(index)"
        let first = edges.count
        for binding in dispatch.bindings where binding.access.reads {
          for writer in writers[ObjectIdentifier(binding.buffer)] ?? [] {
            let bytes = writer.bytes.clamped(to: binding.bytes).count
            guard bytes > 0 else { continue }
            if let known = edges[first...].firstIndex(where: { $0.from == writer.node }) {
              edges[known].bytes += bytes
            } else {
              edges.append(Edge(from: writer.node, to: node, bytes: bytes))
            }
          }
        }
        for binding in dispatch.bindings where binding.access.writes {
          let kept = (writers[ObjectIdentifier(binding.buffer)] ?? []).flatMap { writer in
            [
              writer.bytes.clamped(to: 0..<binding.bytes.lowerBound),
              writer.bytes.clamped(to: binding.bytes.upperBound..<Int.max),
            ].filter { !$0.isEmpty }.map { (bytes: $0, node: writer.node) }
          }
          writers[ObjectIdentifier(binding.buffer)] = kept + [(binding.bytes, node)]
        }
      }
    }
    return edges
  }
}

/// A string as the DOT language writes it.
private func quoted(_ text: String) -> String {
  var escaped = ""
  for character in text {
    switch character {
    case "\"": escaped += "\\\""
    case "\\": escaped += "\\\\"
    case "\n": escaped += "\\n"
    default: escaped.append(character)
    }
  }
  return "\"\(escaped)\""
}
