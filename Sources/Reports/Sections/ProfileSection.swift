import Foundation
import Runs

extension ReportSection {
  /// What each dispatch of the plan cost, of runs that were trained with `--profile`.
  ///
  /// - Throws: `CommandFailure` for a file that is damaged.
  package static func profile(_ runs: [ReportedRun]) throws -> ReportSection? {
    let parts = try runs.compactMap { run -> String? in
      let file = run.measured.agents[0].profile
      guard access(file, F_OK) == 0 else { return nil }
      guard let costs = try? decodedJSON([DispatchCost].self, readText(file)) else {
        throw CommandFailure(
          "\(file) is no profile: expected a list of dispatches, as 'train --profile' writes it.")
      }
      return table(run.name, costs)
    }
    guard !parts.isEmpty else { return nil }
    return ReportSection("profile", "Profile", parts.joined(separator: "\n"))
  }

  /// The dispatches, those first that took longest.
  private static func table(_ name: String, _ costs: [DispatchCost]) -> String {
    func total(_ cost: DispatchCost) -> Double { cost.microseconds * Double(cost.runs) / 1e3 }
    let sum = costs.reduce(0) { $0 + total($1) }
    let rows = costs.sorted { total($0) > total($1) }.map { cost in
      let rate = 1e-3 / max(cost.microseconds, 1e-3)
      return [
        "\(cost.segment): \(cost.label)", numberText(total(cost)),
        numberText((1000 * total(cost) / max(sum, 1e-9)).rounded() / 10), "\(cost.runs)",
        numberText(cost.microseconds), numberText(Double(cost.bytesRead + cost.bytesWritten) * rate),
        cost.flops > 0 ? numberText(Double(cost.flops) * rate) : "–",
      ]
    }
    let caption = "\(name): dispatches of the last iteration, \(numberText(sum)) ms in all"
    return Reports.table(
      caption: caption,
      columns: ["dispatch", "ms", "%", "runs", "µs a run", "GB/s", "GFLOP/s"], rows: rows, isNumeric: true)
  }
}
