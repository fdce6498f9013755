import Tensors

/// A CSV file with a header: columns of numbers to learn from, and columns to be learnt.
struct CSVTable {
  /// The samples and targets.
  let data: Dataset
  /// The columns that the samples consist of.
  let columns: [String]

  /// Reads a table; the inputs are `options.inputColumns`, or else all columns that are no targets.
  ///
  /// - Throws: `DataError.malformedLine` for a ragged row, a cell that is no finite number, a class that isn't known;
  ///   `DataError.unusable` for columns that aren't there, or a table without rows.
  init(_ file: MappedFile, _ options: DataOptions) throws(DataError) {
    var rows = CSVRows(file)
    guard try rows.next() else {
      throw .unusable(source: file.path, found: "no line", expected: "a header and rows")
    }
    let header = Header(file: file.path, names: rows.fields.map(rows.text))
    try header.check()
    let targets = try header.targets(options)
    let wanted = options.inputColumns ?? header.names.filter { !options.targetColumns.contains($0) }
    let inputs = try header.indices(of: wanted)
    guard !inputs.isEmpty else {
      throw .unusable(
        source: file.path, found: "no column besides \(options.targetColumns)",
        expected: "columns to learn from")
    }

    var (values, numbers) = ([Float](), [Float]())
    var (labels, classes) = ([Int32](), ClassTable(known: options.classes))
    while try rows.next() {
      guard rows.fields.count == header.names.count else {
        throw .malformedLine(
          file: file.path, line: rows.line, column: nil, found: "\(rows.fields.count) fields",
          expected: "\(header.names.count) as in the header")
      }
      for column in inputs { values.append(try header.number(column, in: rows)) }
      switch options.task {
      case .classification:
        labels.append(try header.label(targets[0], in: rows, &classes))
      case .regression:
        for column in targets { numbers.append(try header.number(column, in: rows)) }
      case .prediction: break
      }
    }
    guard !values.isEmpty else {
      throw .unusable(source: file.path, found: "a header and no rows", expected: "one row or more")
    }
    let learnt: Dataset.Targets =
      switch options.task {
      case .classification: classes.targets(labels)
      case .regression: .values(numbers, shape: [targets.count])
      case .prediction: .unknown
      }
    data = try Dataset(Samples(values, shape: [inputs.count]), learnt, source: file.path)
    columns = wanted
  }
}

/// The names in a table's first line.
private struct Header {
  let file: String
  let names: [String]

  func check() throws(DataError) {
    for (index, name) in names.enumerated() where name.isEmpty || names[..<index].contains(name) {
      throw .malformedLine(
        file: file, line: 1, column: "\(index + 1)", found: name.isEmpty ? "no name" : "'\(name)' again",
        expected: "a name for each column")
    }
  }

  /// The columns that are to be learnt.
  func targets(_ options: DataOptions) throws(DataError) -> [Int] {
    guard options.task != .prediction else { return [] }
    let count = options.targetColumns.count
    guard count == 1 || (count > 1 && options.task == .regression) else {
      throw .unusable(
        source: file, found: count == 0 ? "no target column" : "\(count) target columns",
        expected: "\(options.task == .regression ? "one or more" : "one") of \(names.joined(separator: ", "))"
      )
    }
    return try indices(of: options.targetColumns)
  }

  func indices(of wanted: [String]) throws(DataError) -> [Int] {
    var indices: [Int] = []
    for name in wanted {
      guard let index = names.firstIndex(of: name) else {
        throw .malformedLine(
          file: file, line: 1, column: nil, found: "the columns \(names.joined(separator: ", "))",
          expected: "one named \(name)")
      }
      indices.append(index)
    }
    return indices
  }

  func number(_ column: Int, in rows: CSVRows) throws(DataError) -> Float {
    guard let number = rows.number(rows.fields[column]) else {
      throw malformed(column, in: rows, expected: "a finite number")
    }
    return number
  }

  func label(_ column: Int, in rows: CSVRows, _ classes: inout ClassTable) throws(DataError) -> Int32 {
    let name = rows.text(rows.fields[column])
    guard !name.isEmpty else { throw malformed(column, in: rows, expected: "a label") }
    guard let label = classes.index(of: name) else {
      throw malformed(column, in: rows, expected: classes.expected)
    }
    return label
  }

  private func malformed(_ column: Int, in rows: CSVRows, expected: String) -> DataError {
    let text = rows.text(rows.fields[column])
    return .malformedLine(
      file: file, line: rows.line, column: names[column],
      found: text.isEmpty ? "nothing" : "'\(text.prefix(40))'", expected: expected)
  }
}
