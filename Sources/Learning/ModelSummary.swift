public import Tensors
import Vulkan

/// The layers of a network with the shapes that they give and what they cost, as torchinfo shows them.
public struct ModelSummary: Sendable, Equatable, CustomStringConvertible {
  /// A module, and what it gave.
  public struct Row: Sendable, Equatable {
    /// Its key, as in `features.0`.
    public let path: String
    /// The name of its type, as in `Conv2d`.
    public let kind: String
    /// The shape of its result, the batch included.
    public let output: Shape
    /// Elements of its own parameters; 0 for containers, whose parts have rows of their own.
    public let parameters: Int
    /// Products with its own weights that are added up, for the whole batch.
    public let multiplyAdds: Int
    /// Whether its parameters are frozen.
    public let isFrozen: Bool
  }

  /// The shape of the input, the batch included.
  public let input: Shape
  /// Every module that was applied, containers before their parts.
  public let rows: [Row]
  /// Elements of all parameters, of those that are not frozen, and of all buffers.
  public let parameters, trainable, buffers: Int
  /// Products with weights that are added up, for the whole batch.
  public var multiplyAdds: Int { rows.reduce(0) { $0 + $1.multiplyAdds } }

  init(_ network: Network, module: String?, input: Shape, _ notes: [SummaryNotes.Note]) {
    let frozen = network.frozen
    let prefix = module.map { "\($0)." } ?? ""
    let parameters = network.parameters.filter { $0.name.hasPrefix(prefix) }
    self.input = input
    self.parameters = parameters.reduce(0) { $0 + $1.shape.count }
    trainable = parameters.filter { !frozen.contains($0.name) }.reduce(0) { $0 + $1.shape.count }
    buffers = network.buffers.filter { $0.label.hasPrefix(prefix) }
      .reduce(0) { $0 + $1.type.shape.count }
    rows = notes.map { note in
      let own = note.module is any Container ? [] : note.module.parameters
      return Row(
        path: note.path, kind: "\(type(of: note.module))", output: note.output,
        parameters: own.reduce(0) { $0 + $1.shape.count },
        multiplyAdds: note.module.multiplyAdds(input: note.input, output: note.output),
        isFrozen: !own.isEmpty && own.allSatisfy { frozen.contains("\(note.path).\($0.name)") })
    }
  }

  /// A table; parameters that are frozen stand in parentheses.
  public var description: String {
    let header = ["layer", "kind", "output", "parameters", "multiply-adds"]
    let cells = rows.map { row in
      let indent = String(repeating: "  ", count: row.path.count { $0 == "." })
      let count = row.isFrozen ? "(\(row.parameters.grouped))" : row.parameters.grouped
      return [
        indent + row.path, row.kind, "\(row.output)", row.parameters > 0 ? count : "–",
        row.multiplyAdds > 0 ? row.multiplyAdds.grouped : "–",
      ]
    }
    let widths = header.indices.map { column in ([header] + cells).map { $0[column].count }.max() ?? 0 }
    let lines = ([header] + cells).map { line in
      let padded = zip(line, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return column < 3 ? cell.0 + space : space + cell.0
      }
      return padded.joined(separator: "  ")
    }
    let totals =
      "\(parameters.grouped) parameters, \(trainable.grouped) trainable; \(buffers.grouped) in buffers; "
      + "\(multiplyAdds.grouped) multiply-adds for an input of \(input)"
    return (lines + [totals]).joined(separator: "\n")
  }
}

/// What containers note about their parts while a summary is traced.
final class SummaryNotes {
  struct Note {
    let path: String
    let module: any Module
    let input, output: Shape
  }

  private var notes: [Note?] = []
  /// In the order in which the modules began.
  var rows: [Note] { notes.compactMap { $0 } }

  /// Keeps a place for a module whose parts come behind it.
  func begin() -> Int {
    notes.append(nil)
    return notes.count - 1
  }

  func end(_ place: Int, _ path: String, _ module: any Module, _ input: Shape, _ output: Shape) {
    notes[place] = Note(path: path, module: module, input: input, output: output)
  }
}
