import Foundation
import FoundationXML
import Reports
import Runs
import Testing

/// Axes, and what is drawn between them.
@Suite struct ChartTests {
  @Test(arguments: [
    (0.0, 500.0, 5, ["0", "100", "200", "300", "400", "500"]),
    (0, 65_536, 7, ["0", "10k", "20k", "30k", "40k", "50k", "60k"]),
    (-1600, -150, 4, ["-1500", "-1000", "-500"]),
    (0, 0.0003, 3, ["0", "0.0001", "0.0002", "0.0003"]),
    (0, 2e-6, 2, ["0", "1e-06", "2e-06"]),
    (0.70, 0.95, 5, ["0.70", "0.75", "0.80", "0.85", "0.90", "0.95"]),
    (0, 3e9, 3, ["0", "1G", "2G", "3G"]),
    (1_000_000, 1_000_004, 4, ["1000000", "1000001", "1000002", "1000003", "1000004"]),
  ]) func `Ticks are round numbers with as many digits as tell them apart`(
    low: Double, high: Double, count: Int, labels: [String]
  ) {
    let axis = Axis(from: low, to: high, count: count)
    #expect(axis.ticks.map(axis.label) == labels)
  }

  @Test func `Any range has an axis`() {
    let numbers = [
      0, 1, -1, 1e-300, 1e300, -1e308, 1e308, Double.leastNonzeroMagnitude, 1e15, 1e15 + 0.125, 0.1,
      12_345.678,
    ]
    for low in numbers {
      for high in numbers where low <= high {
        let axis = Axis(from: low, to: high, count: 5, isRounded: true)
        #expect(axis.low < axis.high && axis.ticks.count < 20, "\(low) to \(high)")
        #expect(axis.ticks.allSatisfy { !axis.label($0).isEmpty })
      }
    }
  }

  private func chart(_ names: [String], seeds: Int = 2) -> Chart {
    let series = names.enumerated().map { index, name in
      let curves = (0..<seeds).map { seed in
        (0..<9).map { LearningCurve.Point(Double($0), Double($0 * (index + 1) + seed)) }
      }
      return Chart.Series(Curve(name, of: curves), ink: index)
    }
    return Chart(title: "Return & <more>", abscissa: "steps", series: series)
  }

  @Test func `An SVG file is XML with a name, a description and a line and a band for each series`() throws {
    let names = (0..<9).map { "run \($0)" }
    let text = chart(names).drawing(width: 720, height: 400, isAlone: true).svgFile
    let parser = Parser()
    let xml = XMLParser(data: Data(text.utf8))
    xml.delegate = parser
    #expect(xml.parse(), "\(String(describing: xml.parserError))")
    #expect(parser.texts["title"] == ["Return & <more>"])
    #expect(
      parser.texts["desc"]?.first?.contains("run 3, mean of 2 seeds: from 0.5 at 0 to 32.5 at 8 steps")
        == true)
    for name in names { #expect(parser.texts["text"]?.contains(name) == true) }
    let lines = parser.elements.filter {
      $0["class"]?.hasPrefix("line s") == true && $0["data-series"] != nil
    }
    // In the legend and in the frame; those that share a colour differ in their dashes.
    #expect(lines.count == 2 * names.count)
    #expect(Set(lines.map { "\($0["stroke"] ?? "") \($0["stroke-dasharray"] ?? "")" }).count == names.count)
    #expect(parser.elements.count { $0["class"]?.hasPrefix("fill s") == true } == names.count)
  }

  @Test func `An axis may be of decades, or of names`() {
    let decades = Axis(decadesFrom: 1e-4, to: 1e-1)
    #expect(decades.ticks.map(decades.label) == ["0.0001", "0.001", "0.01", "0.1"])
    let places = [1e-4, 1e-3, 1e-2, 1e-1].map(decades.place)
    let steps = zip(places.dropFirst(), places).map { $0 - $1 }
    #expect(steps.allSatisfy { abs($0 - steps[0]) < 1e-9 } && places[0] > 0 && places[3] < 1)
    let short = Axis(decadesFrom: 0.03, to: 0.6)
    #expect(short.ticks.map(short.label) == ["0.05", "0.1", "0.2", "0.5"])
    let one = Axis(decadesFrom: 0.5, to: 0.5)
    #expect(one.place(of: 0.5) == 0.5)
    let names = Axis(names: ["adam", "sgd"])
    #expect(names.ticks.map(names.label) == ["adam", "sgd"])
    #expect(names.ticks.map(names.place) == [0.25, 0.75])
  }

  @Test func `Points stand where their axes say`() {
    let scatter = Scatter(
      title: "Return by rate", abscissa: "rate", axis: Axis(decadesFrom: 0.001, to: 0.1),
      points: [(0.01, 10), (0.1, 0), (0.001, 5)])
    let drawing = scatter.drawing(width: 380, height: 240)
    #expect(drawing.summary == "3 points; the highest is 10 at 0.01.")
    let dots = drawing.marks.compactMap { mark -> Drawing.Point? in
      if case .dot(let point, _, _) = mark { point } else { nil }
    }
    guard let frame = drawing.frame else { return #expect(Bool(false), "no frame") }
    #expect(dots.count == 3)
    #expect(abs(dots[0].x - (frame.left + frame.right) / 2) < 1e-9)
    #expect(dots[2].x < dots[0].x && dots[0].x < dots[1].x)
    #expect(abs(dots[0].y - frame.top) < 1e-9 && abs(dots[1].y - frame.bottom) < 1e-9)
  }

  @Test func `Bins hold every number, and what is none is counted apart`() {
    let histogram = Histogram([0, 0, 1, 2, 4, .nan, .infinity], bins: 4)
    #expect(histogram.counts == [2, 1, 1, 1])
    #expect((histogram.low, histogram.high) == (0, 4))
    #expect((histogram.mean, histogram.strange) == (1.4, 2))
    #expect(abs(histogram.deviation - 1.496_662_954_709_576_4) < 1e-12)  // numpy.std([0, 0, 1, 2, 4])
    #expect(Histogram([3, 3]).counts == [2])
    #expect(Histogram([]).counts == [0])
  }
}

/// The elements of a document.
private final class Parser: NSObject, XMLParserDelegate {
  var elements: [[String: String]] = []
  var texts: [String: [String]] = [:]
  private var names: [String] = []

  func parser(
    _: XMLParser, didStartElement name: String, namespaceURI _: String?, qualifiedName _: String?,
    attributes: [String: String]
  ) {
    elements.append(attributes)
    names.append(name)
    texts[name, default: []].append("")
  }

  func parser(_: XMLParser, didEndElement _: String, namespaceURI _: String?, qualifiedName _: String?) {
    names.removeLast()
  }

  func parser(_: XMLParser, foundCharacters string: String) {
    guard let name = names.last, let index = texts[name]?.indices.last else { return }
    texts[name]?[index] += string
  }
}
