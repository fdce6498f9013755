/// A table with a caption for those who can't see where it stands, and headers that say what they are of.
///
/// - Parameters:
///   - rows: the first cell of each is its header; cells are text.
///   - isNumeric: whether the columns after the first hold numbers, which stand to the right.
func table(caption: String, columns: [String], rows: [[String]], isNumeric: Bool = false) -> String {
  let head = columns.map { #"<th scope="col">\#(escaped($0))</th>"# }.joined()
  let body = rows.map { row in
    "<tr>"
      + row.enumerated().map { index, cell in
        index == 0 ? #"<th scope="row">\#(escaped(cell))</th>"# : "<td>\(escaped(cell))</td>"
      }.joined() + "</tr>"
  }
  return scrolling(
    caption,
    #"<table\#(isNumeric ? #" class="numbers""# : "")><caption>\#(escaped(caption))</caption>"#
      + "<thead><tr>\(head)</tr></thead>\n<tbody>\(body.joined(separator: "\n"))</tbody></table>")
}

/// What may be wider than a telephone, in a frame that scrolls, by keyboard as well.
func scrolling(_ name: String, _ content: String) -> String {
  #"<div class="scroll" role="region" aria-label="\#(escaped(name))" tabindex="0">\#(content)</div>"#
}

/// A chart with its name above it, and the names of its series, which hide and show them.
func figure(_ chart: Chart, identifier: String, width: Double, height: Double) -> String {
  let drawing = chart.drawing(width: width, height: height, isAlone: false)
  let legend = chart.series.map { series in
    #"<button type="button" aria-pressed="true" data-series="\#(series.ink)">"#
      + #"<span class="swatch s\#(series.ink % Drawing.Ink.palette.count)"></span>\#(escaped(series.curve.name))</button>"#
  }
  let isOne = chart.series.count < 2
  return #"<figure class="plot" id="\#(identifier)"><figcaption>\#(escaped(chart.title))</figcaption>"#
    + #"<div class="legend"\#(isOne ? " hidden" : #" role="group" aria-label="Series""#)>\#(legend.joined())</div>"#
    + drawing.svg(identifier: identifier) + "</figure>"
}

/// What opens on a click.
func details(_ summary: String, isOpen: Bool = false, _ content: String) -> String {
  "<details\(isOpen ? " open" : "")><summary>\(escaped(summary))</summary>\n\(content)\n</details>"
}

/// A note of what is missing, and why.
func note(_ text: String) -> String { #"<p class="note">\#(escaped(text))</p>"# }

/// Text of a script element: JSON that can't end it.
func scriptText(_ json: String) -> String { json.replacing("<", with: "\\u003c") }
