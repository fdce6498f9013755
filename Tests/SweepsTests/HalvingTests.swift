import Runs
import Sweeps
import TestSupport
import Testing

/// Which trials go on, and which did best.
@Suite struct HalvingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func eachRungIsSoManyTimesTheOneBefore() {
    #expect(Rungs(minimum: 10, factor: 3, total: 90).limits == [10, 30, nil])
    #expect(Rungs(minimum: 10, factor: 3, total: 100).limits == [10, 30, nil])
    #expect(Rungs(minimum: 10, factor: 2, total: 20).limits == [10, nil])
    #expect(Rungs(minimum: 10, factor: 2, total: 19).limits == [nil])
    #expect(Rungs().limits == [nil])
  }

  private func sweep(goal: String = "maximize") throws -> Sweep {
    let text =
      "train: ppo\nmethod: halving\ntrials: 9\nhalving: {minimum: 10}\ngoal: \(goal)\nparameters: {gamma: {min: 0.1, max: 0.9}}\n"
    let file = try SweepFile(folder.write(text, to: "sweep.yaml"))
    return Sweep(
      file, try file.trials(), Rungs(minimum: 10, factor: 3, total: 90),
      try SweepMetric(file, columns: ["return_mean"]))
  }

  private func rung(_ values: Double?...) -> SweepResults.Rung {
    SweepResults.Rung(steps: 10, seconds: 1, values: values)
  }

  @Test func theBestThirdGoesOn() throws {
    let sweep = try sweep()
    var results = SweepResults(sweep)
    #expect(sweep.due(results)?.rung == 0 && sweep.due(results)?.trials == Array(0..<9))
    // A tie between 1, 4 and 7, of which two have room; NaN, no result and a failure never go on.
    let means: [Double?] = [1, 5, nil, .nan, 5, 3, 2, 5, nil]
    for place in 0..<8 { results.trials[place].rungs = [rung(means[place], means[place])] }
    #expect(sweep.due(results)?.rung == 0 && sweep.due(results)?.trials == [8])
    results.trials[8].failure = "it broke"
    results.trials[0].rungs = [rung(6, 7)]
    #expect(sweep.due(results)?.rung == 1 && sweep.due(results)?.trials == [0, 1, 4])
    #expect(sweep.entrants(results) == [Array(0..<9), [0, 1, 4]])
    results.trials[1].failure = "it broke"
    results.trials[0].rungs.append(rung(1, 1))
    #expect(sweep.due(results)?.trials == [4])
    results.trials[4].rungs.append(rung(0, 1))
    #expect(sweep.due(results)?.rung == 2 && sweep.due(results)?.trials == [0])
    results.trials[0].rungs.append(rung(4, 4))
    #expect(sweep.due(results) == nil)
    // Who got further, who did better, who comes first; failures last.
    #expect(results.ranking == [0, 4, 7, 5, 6, 2, 3, 1, 8])
    #expect(results.best == 0)
  }

  @Test func whatIsMinimizedIsBestWhereItIsSmall() throws {
    let sweep = try sweep(goal: "minimize")
    var results = SweepResults(sweep)
    for place in 0..<9 { results.trials[place].rungs = [rung(Double(9 - place))] }
    #expect(sweep.due(results)?.trials == [6, 7, 8])
    #expect(results.ranking == [8, 7, 6, 5, 4, 3, 2, 1, 0])
  }

  @Test func whereAllFailTheSweepEnds() throws {
    let sweep = try sweep()
    var results = SweepResults(sweep)
    for place in 0..<9 { results.trials[place].failure = "it broke" }
    #expect(sweep.due(results) == nil && results.best == nil)
  }

  @Test func resultsAreReadBack() throws {
    let sweep = try sweep()
    let file = "\(folder.path)/results.json"
    #expect(try SweepResults(sweep, of: file) == SweepResults(sweep))
    var results = SweepResults(sweep)
    results.trials[2].rungs = [rung(0.1, nil)]
    results.trials[3].failure = "it \"broke\""
    try results.write(to: file)
    #expect(try SweepResults(sweep, of: file) == results)
    #expect(results.trials[2].rungs[0].mean == nil)
    #expect(rung(1, 2, 3, 4).mean == 2.5 && rung(1).deviation == nil)
    // NumPy's std([1, 2, 3, 4], ddof=1).
    #expect(abs((rung(1, 2, 3, 4).deviation ?? 0) - 1.2909944487358056) < 1e-15)
    // Of other trials, and no results at all.
    try results.write(to: file)
    let other = try Sweep(
      SweepFile(
        folder.write(
          "train: ppo\nmethod: random\ntrials: 9\nseed: 2\nparameters: {gamma: {min: 0.1, max: 0.9}}\n",
          to: "other.yaml")), SweepFile("\(folder.path)/other.yaml").trials(), Rungs(), sweep.metric)
    #expect(throws: CommandFailure.self) { try SweepResults(other, of: file) }
    try folder.write("{\"tri", to: "results.json")
    #expect(throws: CommandFailure.self) { try SweepResults(sweep, of: file) }
  }
}
