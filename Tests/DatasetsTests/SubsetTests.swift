import Datasets
import Tensors
import Testing

/// Choices of rows.
@Suite struct SubsetTests {
  /// A data set of one number a sample, its row, with `counts` samples of the classes in turns.
  private func data(_ counts: [Int]) throws -> Dataset {
    var left = counts
    var labels: [Int32] = []
    while left.contains(where: { $0 > 0 }) {
      for index in left.indices where left[index] > 0 { labels.append(Int32(index)); left[index] -= 1 }
    }
    return try Dataset(
      Samples(labels.indices.map { Float($0) }, shape: [1]),
      .classes(labels, names: counts.indices.map { "class \($0)" }), source: "rows")
  }

  private func counts(_ rows: [UInt32], in data: Dataset) -> [Int] {
    let labels = data.classes?.labels ?? []
    return (data.classes?.names ?? []).indices.map { index in
      rows.count { labels[Int($0)] == Int32(index) }
    }
  }

  @Test func splitsKeepTheSharesOfClasses() throws {
    let data = try data([50, 30, 21, 2, 1])
    let split = try data.split(data.rows, validation: 0.1, seed: 1)
    // 10.4 of 104: 5, 3 and 2 by tenths, and one of class 3, which has two.
    #expect(counts(split.validation, in: data) == [5, 3, 2, 1, 0])
    #expect((split.training + split.validation).sorted() == data.rows)
    #expect(split == (try data.split(data.rows, validation: 0.1, seed: 1)))
    #expect(split != (try data.split(data.rows, validation: 0.1, seed: 2)))
    let rest = try data.split(split.training, validation: 0.5, seed: 1)
    #expect((rest.training + rest.validation).sorted() == split.training)
    // The largest remainders, .5 of 7.5 and of 4.5, get what is left, the first class first.
    let halves = try self.data([15, 9, 4])
    #expect(
      counts(try halves.split(halves.rows, validation: 0.5, seed: 3).validation, in: halves) == [8, 4, 2])
  }

  @Test func numbersAreSplitByChance() throws {
    let data = try Dataset(
      Samples((0..<20).map { Float($0) }, shape: [2]), .values((0..<10).map { Float($0) }, shape: [1]),
      source: "numbers")
    let split = try data.split(data.rows, validation: 0.25, seed: 1)
    #expect(split.validation.count == 3 && split.training.count == 7)
    #expect((split.training + split.validation).sorted() == data.rows)
    #expect(try data.samples(perClass: 4, of: split.training, seed: 1).count == 4)
  }

  @Test func someSamplesOfEachClass() throws {
    let data = try data([9, 5, 4])
    let rows = try data.samples(perClass: 4, of: data.rows, seed: 1)
    #expect(counts(rows, in: data) == [4, 4, 4])
    #expect(rows == rows.sorted() && Set(rows).count == 12)
    #expect(rows != (try data.samples(perClass: 4, of: data.rows, seed: 2)))
    expectError("4 samples of class 'class 2'", "expected 5") {
      _ = try data.samples(perClass: 5, of: data.rows, seed: 1)
    }
    expectError("0 samples a class") { _ = try data.samples(perClass: 0, of: data.rows, seed: 1) }
  }

  @Test func smallClassesAreRepeated() throws {
    let data = try data([5, 2, 0])
    let rows = data.balanced(data.rows)
    #expect(counts(rows, in: data) == [5, 5, 0])
    #expect(Array(rows.prefix(7)) == data.rows)
    #expect(Array(rows.suffix(3)) == [1, 3, 1])
  }

  @Test func someClassesAreADataSet() throws {
    let data = try data([3, 2, 2])
    let some = try data.onlyClasses([2, 0])
    #expect(some.classes?.names == ["class 2", "class 0"])
    #expect(some.classes?.labels == [1, 0, 1, 0, 1])
    #expect(some.inputs.numbers == [0, 2, 3, 5, 6])
    for wanted in [[], [0, 0], [3], [-1]] {
      expectError("\(wanted)", "0 to 2") { _ = try data.onlyClasses(wanted) }
    }
  }

  @Test func emptySplitsAreRefused() throws {
    let data = try data([1, 1])
    expectError("2 rows", "none on a side") { _ = try data.split(data.rows, validation: 0.5, seed: 1) }
    for fraction in [0, 1, -0.5, Double.nan] {
      expectError("a validation split of \(fraction)", "between 0 and 1") {
        _ = try data.split(data.rows, validation: fraction, seed: 1)
      }
    }
  }
}
