import Foundation

extension Drawing {
  /// The drawing as an `svg` element that styles of the page colour.
  ///
  /// - Parameter identifier: tells its title and description from those of others on the page.
  package func svg(identifier: String) -> String {
    var attributes =
      #"class="chart" viewBox="0 0 \#(number(width)) \#(number(height))" role="img" "#
      + #"aria-labelledby="\#(identifier)-t" aria-describedby="\#(identifier)-d""#
    if let frame {
      let edges = [frame.left, frame.top, frame.right, frame.bottom].map(number).joined(separator: " ")
      let values = [frame.x.low, frame.x.high, frame.y.low, frame.y.high].map { "\($0)" }
      attributes += #" data-frame="\#(edges)" data-axes="\#(values.joined(separator: " "))""#
    }
    return "<svg \(attributes)>"
      + #"<title id="\#(identifier)-t">\#(escaped(title))</title>"#
      + #"<desc id="\#(identifier)-d">\#(escaped(summary))</desc>\#(body)</svg>"#
  }

  /// The drawing as a file of its own, which is dark where the reader's system is.
  package var svgFile: String {
    let dark = Ink.palette.enumerated().map { index, colour in
      ".s\(index){color:\(colour.dark)}"
    }
    let light = Ink.palette.enumerated().map { index, colour in ".s\(index){color:\(colour.light)}" }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="\(number(width))" height="\(number(height))" \
      viewBox="0 0 \(number(width)) \(number(height))" role="img" aria-labelledby="t" aria-describedby="d" \
      font-family="system-ui, 'Helvetica Neue', Arial, sans-serif">
      <title id="t">\(escaped(title))</title>
      <desc id="d">\(escaped(summary))</desc>
      <style>
      \(light.joined())
      @media (prefers-color-scheme: dark) {
      svg{background:#15191e}
      line.grid,path.grid{stroke:#2b323a}path.axis{stroke:#66707b}text.text{fill:#e8ecf0}text.muted{fill:#a5afba}
      \(Ink.palette.indices.map { "path.s\($0),.line.s\($0){stroke:currentColor}.fill.s\($0){fill:currentColor}" }.joined())
      \(dark.joined())
      }
      </style>
      \(body)
      </svg>

      """
  }

  private var body: String { marks.map(element).joined(separator: "\n") }

  private func element(_ mark: Mark) -> String {
    switch mark {
    case .line(let points, let ink, let width):
      let dash = ink.dash.map { #" stroke-dasharray="\#($0)""# } ?? ""
      return
        #"<path class="line \#(ink.name)"\#(series(ink)) d="\#(path(points))" fill="none" stroke="\#(ink.light)" "#
        + #"stroke-width="\#(number(width))" stroke-linejoin="round"\#(dash)/>"#
    case .area(let points, let ink, let opacity):
      return #"<path class="fill \#(ink.name)"\#(series(ink)) d="\#(path(points))Z" fill="\#(ink.light)" "#
        + #"stroke="none" fill-opacity="\#(number(opacity))"/>"#
    case .dot(let point, let radius, let ink):
      return
        #"<circle class="fill \#(ink.name)"\#(series(ink)) cx="\#(number(point.x))" cy="\#(number(point.y))" "#
        + #"r="\#(number(radius))" fill="\#(ink.light)"/>"#
    case .text(let text, let point, let anchor, let size, let ink, let isBold):
      return #"<text class="\#(ink.name)" x="\#(number(point.x))" y="\#(number(point.y))" "#
        + #"font-size="\#(number(size))" text-anchor="\#(anchor.rawValue)" fill="\#(ink.light)""#
        + (isBold ? #" font-weight="600""# : "") + ">\(escaped(text))</text>"
    }
  }

  private func series(_ ink: Ink) -> String {
    if case .series(let index) = ink { #" data-series="\#(index)""# } else { "" }
  }

  private func path(_ points: [Point]) -> String {
    "M" + points.map { "\(number($0.x)) \(number($0.y))" }.joined(separator: "L")
  }
}

/// A coordinate with at most two decimals.
func number(_ value: Double) -> String {
  let rounded = (value * 100).rounded() / 100
  return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
}

/// Text for XML and HTML.
package func escaped(_ text: String) -> String {
  guard text.contains(where: { "&<>\"'".contains($0) || ($0.asciiValue ?? 32) < 32 }) else { return text }
  return text.unicodeScalars.reduce(into: "") { result, scalar in
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\t", "\n": result.unicodeScalars.append(scalar)
    // Other control characters are in no XML.
    case _ where scalar.value < 32: result += "\u{fffd}"
    default: result.unicodeScalars.append(scalar)
    }
  }
}
