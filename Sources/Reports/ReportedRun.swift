import Foundation
package import Runs

/// A run as a report sees it: what it measured, its settings and its results.
package struct ReportedRun {
  package let measured: MeasuredRun
  package let kind: RunKind
  /// All of config.yaml.
  package let settings: [(key: String, value: String)]
  /// What it came to on the test split, once it has been evaluated.
  package let test: EvaluationReport?

  /// Reads what lies beside the metrics.
  ///
  /// - Throws: `CommandFailure` with the file and line that can't be read.
  package init(_ measured: MeasuredRun) throws(CommandFailure) {
    self.measured = measured
    let agents = measured.agents
    kind = try agents[0].algorithm()
    var settings = try FlatSettings(of: agents[0]).entries.map { (key: $0.key, value: $0.value.description) }
    if agents.count > 1, let index = settings.firstIndex(where: { $0.key == "seed" }) {
      settings[index].value = agents.map { String($0.name.dropFirst("seed-".count)) }.joined(separator: ", ")
    }
    self.settings = settings
    let file = measured.directory.test
    guard access(file, F_OK) == 0 else {
      test = nil
      return
    }
    do {
      test = try decodedJSON(EvaluationReport.self, readText(file))
    } catch {
      throw CommandFailure("\(file) can't be read as the result of an evaluation: \(error)")
    }
  }

  /// What it is called on the page.
  package var name: String { measured.name }

  /// A setting by its key.
  package func setting(_ key: String) -> String? { settings.first { $0.key == key }?.value }

  /// What learns, and on what: an environment or data.
  package var summary: String {
    "\(kind.rawValue) on \(setting("environment") ?? setting("data.name") ?? "data")"
  }
}

extension [ReportedRun] {
  /// All keys of their settings, in the order of the first that has them.
  package var keys: [String] {
    reduce(into: []) { keys, run in
      for (key, _) in run.settings where !keys.contains(key) { keys.append(key) }
    }
  }

  /// The keys that not all of them have with the same value.
  package var differingKeys: [String] { keys.filter { key in Set(map { $0.setting(key) }).count > 1 } }
}
