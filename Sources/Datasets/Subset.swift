import Tensors

/// Rows of a data set in two parts.
public struct Split: Sendable, Equatable {
  /// Rows to learn from, ascending.
  public let training: [UInt32]
  /// Rows to choose a checkpoint by, ascending.
  public let validation: [UInt32]

  /// Rows to learn from, and rows to choose by.
  public init(training: [UInt32], validation: [UInt32]) {
    self.training = training
    self.validation = validation
  }
}

extension Dataset {
  /// The numbers of all rows.
  public var rows: [UInt32] { (0..<UInt32(count)).map { $0 } }

  /// Sets `fraction` of `rows` aside by chance: of each class, as `sklearn.model_selection.train_test_split(stratify:)`,
  /// and at least one row of a class on each side where it has two.
  ///
  /// - Throws: `DataError.unusable` where a side would be empty.
  public func split(_ rows: [UInt32], validation fraction: Double, seed: UInt64) throws(DataError) -> Split {
    guard 0 < fraction, fraction < 1 else {
      throw .unusable(
        source: source, found: "a validation split of \(fraction)", expected: "a fraction between 0 and 1")
    }
    let groups = grouped(rows)
    let quotas = groups.map { Double($0.count) * fraction }
    var sizes = quotas.map { Int($0) }
    let missing = Int((Double(rows.count) * fraction).rounded()) - sizes.reduce(0, +)
    let byRemainder = quotas.indices.sorted {
      let (a, b) = (quotas[$0] - quotas[$0].rounded(.down), quotas[$1] - quotas[$1].rounded(.down))
      return a == b ? $0 < $1 : a > b
    }
    for group in byRemainder.prefix(max(0, missing)) { sizes[group] += 1 }
    var (training, validation) = ([UInt32](), [UInt32]())
    for (index, group) in groups.enumerated() {
      let size = group.count < 2 ? 0 : min(max(sizes[index], 1), group.count - 1)
      let shuffled = group.shuffled(seed: seed, pass: index)
      validation += shuffled.prefix(size)
      training += shuffled.dropFirst(size)
    }
    guard !training.isEmpty, !validation.isEmpty else {
      throw .unusable(
        source: source,
        found: "\(rows.count) rows, of which a validation split of \(fraction) leaves none on a side",
        expected: "two rows or more of a class")
    }
    return Split(training: training.sorted(), validation: validation.sorted())
  }

  /// `count` rows of each class by chance, ascending; of a regression's data, `count` rows.
  ///
  /// - Throws: `DataError.unusable` where a class has fewer.
  public func samples(perClass count: Int, of rows: [UInt32], seed: UInt64) throws(DataError) -> [UInt32] {
    guard count > 0 else {
      throw .unusable(source: source, found: "\(count) samples a class", expected: "1 or more")
    }
    var chosen: [UInt32] = []
    for (index, group) in grouped(rows).enumerated() {
      guard group.count >= count else {
        let name = if case .classes(_, let names) = targets { "class '\(names[index])'" } else { "the data" }
        throw .unusable(source: source, found: "\(group.count) samples of \(name)", expected: "\(count)")
      }
      chosen += group.shuffled(seed: seed, pass: index).prefix(count)
    }
    return chosen.sorted()
  }

  /// `rows`, and behind them those of smaller classes again and again, until each class that there is has as many as the
  /// largest.
  public func balanced(_ rows: [UInt32]) -> [UInt32] {
    let groups = grouped(rows).filter { !$0.isEmpty }
    let largest = groups.map(\.count).max() ?? 0
    return rows + groups.flatMap { group in (group.count..<largest).map { group[$0 % group.count] } }
  }

  /// The samples of some classes, which become 0, 1, … in the order given and keep their names; they are copied.
  ///
  /// - Throws: `DataError.unusable` for a class that isn't there, one that is named twice, or without a sample.
  public func onlyClasses(_ wanted: [Int]) throws(DataError) -> Dataset {
    guard case .classes(let labels, let names) = targets else {
      throw .unusable(
        source: source, found: "targets that are no classes", expected: "classes to choose from")
    }
    guard !wanted.isEmpty, Set(wanted).count == wanted.count, wanted.allSatisfy(names.indices.contains) else {
      throw .unusable(
        source: source, found: "a choice of the classes \(wanted)",
        expected: "some of 0 to \(names.count - 1), each once")
    }
    var places = [Int32?](repeating: nil, count: names.count)
    for (place, index) in wanted.enumerated() { places[index] = Int32(place) }
    let rows = labels.indices.filter { places[Int(labels[$0])] != nil }
    guard !rows.isEmpty else {
      throw .unusable(source: source, found: "no sample of the classes \(wanted)", expected: "one or more")
    }
    return try Dataset(
      inputs.copied(rows),
      .classes(rows.compactMap { places[Int(labels[$0])] }, names: wanted.map { names[$0] }),
      source: source)
  }

  /// `rows` by class; all as one where there are no classes.
  private func grouped(_ rows: [UInt32]) -> [[UInt32]] {
    guard case .classes(let labels, let names) = targets else { return [rows] }
    var groups = [[UInt32]](repeating: [], count: names.count)
    for row in rows { groups[Int(labels[Int(row)])].append(row) }
    return groups
  }
}

extension [UInt32] {
  /// The elements in the order that belongs to `seed` and `pass`.
  fileprivate func shuffled(seed: UInt64, pass: Int) -> [UInt32] {
    indices.map { self[Int(permuted(UInt32($0), count: UInt32(count), seed: seed, pass: UInt32(pass)))] }
  }
}

extension Samples {
  /// Some of the samples, in memory.
  fileprivate func copied(_ rows: [Int]) -> Samples {
    func gathered<Value: BitwiseCopyable>(_: Value.Type) -> [Value] {
      [Value](unsafeUninitializedCapacity: rows.count * shape.count) { values, count in
        for (place, row) in rows.enumerated() {
          withBytes(row..<row + 1) {
            UnsafeMutableRawBufferPointer(
              rebasing: UnsafeMutableRawBufferPointer(values)[(place * bytesPerSample)...]
            )
            .copyMemory(from: $0)
          }
        }
        count = rows.count * shape.count
      }
    }
    return element == .uint8
      ? Samples(gathered(UInt8.self), shape: shape) : Samples(gathered(Float.self), shape: shape)
  }
}
