import ArgumentParser

/// A list in one argument: `64,64`; `none` is the empty list.
struct CommaSeparated<Element: ExpressibleByArgument & Sendable>: ExpressibleByArgument, Sendable {
  let elements: [Element]

  init(_ elements: [Element]) { self.elements = elements }

  init?(argument: String) {
    var elements: [Element] = []
    for part in argument == "none" ? [] : argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let element = Element(argument: String(part)) else { return nil }
      elements.append(element)
    }
    self.elements = elements
  }

  var defaultValueDescription: String {
    elements.isEmpty ? "none" : elements.map(\.defaultValueDescription).joined(separator: ",")
  }
}
