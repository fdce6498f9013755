import Learning
import Runs
import Yams

/// A value in the file of a sweep, with its name and its line for errors.
struct SweepNode {
  private let node: Node
  private let name, file: String

  init(_ node: Node, _ name: String, _ file: String) {
    (self.node, self.name, self.file) = (node, name, file)
  }

  var line: Int { node.mark?.line ?? 1 }

  func failure(_ reason: String) -> CommandFailure { yamlFailure(file, line, "\(name) \(reason)") }

  /// A value of a mapping; nil where there is none.
  subscript(key: String) -> SweepNode? {
    node.mapping?[key].map { SweepNode($0, name == "the file" ? key : "\(name).\(key)", file) }
  }

  func require(_ key: String) throws(CommandFailure) -> SweepNode {
    guard let value = self[key] else { throw failure("has no \"\(key)\", which must be there") }
    return value
  }

  /// Names and values of a mapping, in their order; `_` in a name is `-`.
  func entries() throws(CommandFailure) -> [(String, SweepNode)] {
    guard let mapping = node.mapping else {
      throw failure("is \(found); expected lines of 'name: value'")
    }
    var entries: [(String, SweepNode)] = []
    for (key, value) in mapping {
      let name = (key.string ?? "?").replacing("_", with: "-")
      let node = SweepNode(value, "\(self.name).\(name)", file)
      if entries.contains(where: { $0.0 == name }) { throw node.failure("stands there more than once") }
      entries.append((name, node))
    }
    return entries
  }

  func refuseUnknown(_ known: [String]) throws(CommandFailure) {
    guard let mapping = node.mapping else {
      throw failure("is \(found); expected lines of 'name: value'")
    }
    for key in mapping.keys {
      let name = key.string ?? "?"
      guard !known.contains(name) else { continue }
      let nearest = known.nearest(to: name).prefix(3).joined(separator: ", ")
      throw yamlFailure(file, key.mark?.line ?? line, "\(name) is no key here; the nearest are: \(nearest)")
    }
  }

  /// Text that is not empty.
  func text() throws(CommandFailure) -> String {
    guard let scalar = node.scalar, !scalar.string.isEmpty, node.null == nil || scalar.style != .plain else {
      throw failure("is \(found); expected a word or a number")
    }
    return scalar.string
  }

  func word(of known: [String]) throws(CommandFailure) -> String {
    let word = try text()
    guard !known.contains(word) else { return word }
    let nearest = known.nearest(to: word).joined(separator: ", ")
    throw failure("is \(word); expected one of: \(nearest)")
  }

  func whole(in range: ClosedRange<Int>) throws(CommandFailure) -> Int {
    let text = try text()
    guard let number = Int(text.replacing("_", with: "")), range.contains(number) else {
      throw failure("is \(text); expected a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// The value of an option: a word, a number, true or false, or a list of such.
  func value() throws(CommandFailure) -> SweepValue {
    if let sequence = node.sequence {
      guard !sequence.isEmpty else { throw failure("is an empty list") }
      return .list(
        try sequence.map { (part) throws(CommandFailure) in try SweepNode(part, name, file).text() })
    }
    if node.scalar?.style == .plain, let flag = node.scalar.flatMap({ Bool($0.string) }) {
      return .flag(flag)
    }
    return .text(try text())
  }

  /// The values of a parameter: a list, or a range `{min: …, max: …}`.
  func space(isGrid: Bool) throws(CommandFailure) -> SweepSpace {
    if let sequence = node.sequence {
      let values = try sequence.map { (part) throws(CommandFailure) in try SweepNode(part, name, file).value()
      }
      guard !values.isEmpty else { throw failure("is an empty list; expected its values") }
      if let twice = values.indices.first(where: { values[..<$0].contains(values[$0]) }) {
        throw failure("has \(values[twice]) twice")
      }
      return .choices(values)
    }
    guard node.mapping != nil else {
      throw failure("is \(found); expected a list of values, or {min: …, max: …}")
    }
    return .range(try range(isGrid: isGrid))
  }

  private func range(isGrid: Bool) throws(CommandFailure) -> SweepRange {
    try refuseUnknown(["min", "max", "scale", "count"])
    let (low, high) = (try require("min"), try require("max"))
    let scale = try self["scale"]?.word(of: ["linear", "log"])
    let isLogarithmic = scale == "log"
    let (least, most) = (try low.number(), try high.number())
    guard least < most else {
      throw high.failure("is \(try high.text()); it must be more than min, \(try low.text())")
    }
    guard !isLogarithmic || least > 0 else {
      throw low.failure("is \(try low.text()); it must be more than 0 where scale is log")
    }
    let isWhole = [low, high].allSatisfy { $0.node.scalar.flatMap { Int($0.string) } != nil }
    var count: Int?
    if isGrid {
      guard let node = self["count"] else {
        throw failure("has no \"count\": how many values a grid has of it; or list them: [0.1, 0.2]")
      }
      let values = try node.whole(in: 2...1000)
      guard !isWhole || Double(values) <= most - least + 1 else {
        throw node.failure(
          "is more than there are whole numbers from min to max; with a decimal point they are numbers of any kind"
        )
      }
      count = values
    } else if let node = self["count"] {
      throw node.failure("has a meaning for a grid alone")
    }
    return SweepRange(
      low: least, high: most, isLogarithmic: isLogarithmic, isWhole: isWhole, count: count)
  }

  private func number() throws(CommandFailure) -> Double {
    let text = try text()
    guard let number = Double(text), abs(number) < 1e15 else {
      throw failure("is \(text); expected a number")
    }
    return number
  }

  private var found: String {
    switch node {
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .scalar(let scalar): scalar.string.isEmpty || node.null != nil ? "empty" : scalar.string
    case .alias: "an alias"
    }
  }
}
