import ArgumentParser
import Runs

/// Seeds in one argument: `1-8`, `1,2,5`, `1-3,7`.
struct SeedList: Equatable, Sendable {
  let seeds: [UInt64]
  /// As it was written.
  let text: String

  /// Each of them, as config.yaml has them.
  var list: String { seeds.map(String.init).joined(separator: ",") }

  /// Seeds as they would be written: `1-3,7`.
  static func text(of seeds: [UInt64]) -> String {
    var ranges: [ClosedRange<UInt64>] = []
    for seed in seeds {
      if let last = ranges.last, seed > last.upperBound, seed - last.upperBound == 1 {
        ranges[ranges.count - 1] = last.lowerBound...seed
      } else {
        ranges.append(seed...seed)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }

  /// - Throws: `ValidationError` for what is no such list, and for a seed that is there twice.
  init(_ text: String) throws {
    self.text = text
    var seeds: [UInt64] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
      guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last else {
        throw ValidationError("expected seeds as 1-8 or 1,2,5")
      }
      guard last - first < RunOptions.mostSeeds, seeds.count + Int(last - first) < RunOptions.mostSeeds else {
        throw ValidationError("expected at most \(RunOptions.mostSeeds) seeds")
      }
      seeds += first...last
    }
    if let twice = seeds.first(where: { seed in seeds.count { $0 == seed } > 1 }) {
      throw ValidationError("seed \(twice) is there twice")
    }
    self.seeds = seeds
  }
}
