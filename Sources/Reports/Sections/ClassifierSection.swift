import Runs

extension ReportSection {
  /// What classifiers and regressors came to on their test splits.
  ///
  /// - Parameter predictions: of each run, by its name: pictures and what was found in them, or why there are none.
  package static func test(_ runs: [ReportedRun], predictions: [String: String]) -> ReportSection? {
    let supervised = runs.filter { $0.kind == .classifier || $0.kind == .regressor }
    guard !supervised.isEmpty else { return nil }
    let parts = supervised.map { run in
      let content = (run.test.map(tables) ?? note(missing(run))) + (predictions[run.name] ?? "")
      return supervised.count == 1 ? content : "<h3>\(escaped(run.name))</h3>\n\(content)"
    }
    return ReportSection("test", "On the test split", parts.joined(separator: "\n"))
  }

  private static func missing(_ run: ReportedRun) -> String {
    "\(run.name) has not been evaluated on a test split: that is done once, when training has ended, where the data has one."
  }

  private static func tables(_ test: EvaluationReport) -> String {
    var rows = [["samples", "\(test.samples)"], ["loss", numberText(test.loss)]]
    if let accuracy = test.accuracy { rows.append(["accuracy", numberText(accuracy)]) }
    if let k = test.topK, let accuracy = test.topKAccuracy {
      rows.append(["accuracy among the \(k) likeliest", numberText(accuracy)])
    }
    if let error = test.rootMeanSquaredError { rows.append(["root mean squared error", numberText(error)]) }
    if let error = test.meanAbsoluteError { rows.append(["mean absolute error", numberText(error)]) }
    if let determination = test.determination { rows.append(["R²", numberText(determination)]) }
    var text = table(caption: "Result", columns: ["measure", "value"], rows: rows, isNumeric: true)
    guard let classes = test.perClass, let confusion = test.confusion else { return text }
    text += table(
      caption: "Each class", columns: ["class", "precision", "recall", "F1", "samples"],
      rows: classes.map {
        [$0.name, numberText($0.precision), numberText($0.recall), numberText($0.f1), "\($0.support)"]
      }, isNumeric: true)
    return #"<div class="columns">\#(text)\#(matrix(confusion, classes.map(\.name)))</div>"#
  }

  /// The confusion matrix as a heat map: the deeper a cell, the larger its part of the row.
  private static func matrix(_ counts: [[Int]], _ names: [String]) -> String {
    let caption = "Confusion: samples of each class (rows) by the class that was found (columns)"
    let head = names.map { #"<th scope="col"><span>\#(escaped($0))</span></th>"# }.joined()
    let body = zip(names, counts).map { name, row in
      let sum = Double(max(1, row.reduce(0, +)))
      let cells = row.enumerated().map { column, count in
        let part = Int((100 * Double(count) / sum).rounded())
        let kind = names[column] == name ? "right" : "wrong"
        return #"<td class="\#(kind)\#(part > 55 ? " deep" : "")" style="--part:\#(part)%">\#(count)</td>"#
      }
      return #"<tr><th scope="row">\#(escaped(name))</th>\#(cells.joined())</tr>"#
    }
    return scrolling(
      caption,
      #"<table class="confusion"><caption>\#(caption)</caption><thead><tr><td></td>\#(head)</tr></thead>"#
        + "\n<tbody>\(body.joined(separator: "\n"))</tbody></table>")
  }
}
