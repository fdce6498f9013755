/// Classes as their labels are met: the place of each in `names`.
struct ClassTable {
  private var names: [String] = []
  private var indices: [String: Int32] = [:]
  private let isClosed: Bool

  /// A table of the classes that are known, or of those that will be met.
  init(known: [String]?) {
    isClosed = known != nil
    for name in known ?? [] where indices[name] == nil { insert(name) }
  }

  /// The number of a class; nil where the classes are known and this isn't one.
  mutating func index(of name: String) -> Int32? {
    if let index = indices[name] { return index }
    guard !isClosed else { return nil }
    insert(name)
    return indices[name]
  }

  /// What a label may be, for errors.
  var expected: String { "a class: \(names.joined(separator: ", "))" }

  /// The targets of `labels`. Classes that were known keep their order, others are sorted: by value where all are whole
  /// numbers, else by name.
  func targets(_ labels: [Int32]) -> Dataset.Targets {
    guard !isClosed else { return .classes(labels, names: names) }
    let numbers = names.compactMap { Int($0) }
    let order = names.indices.sorted {
      numbers.count == names.count ? numbers[$0] < numbers[$1] : names[$0] < names[$1]
    }
    var places = [Int32](repeating: 0, count: names.count)
    for (place, index) in order.enumerated() { places[index] = Int32(place) }
    return .classes(labels.map { places[Int($0)] }, names: order.map { names[$0] })
  }

  private mutating func insert(_ name: String) {
    indices[name] = Int32(names.count)
    names.append(name)
  }
}

extension StoredArray {
  /// The array as targets of `task`. With `names`, labels are their numbers; else they are names themselves.
  ///
  /// - Throws: `DataError.malformed` at a label outside `names`, or outside `classes`, where they are known.
  func targets(_ task: DataOptions.Task, classes: [String]?, names: [String]? = nil) throws(DataError)
    -> Dataset.Targets
  {
    switch task {
    case .prediction: return .unknown
    case .regression: return try values()
    case .classification:
      var table = ClassTable(known: names?.indices.map(String.init) ?? classes)
      var labels: [Int32] = []
      for (row, label) in try self.labels().enumerated() {
        guard let index = table.index(of: String(label)) else {
          throw malformed(row, found: "label \(label) of sample \(row)", expected: table.expected)
        }
        labels.append(index)
      }
      return names.map { .classes(labels, names: $0) } ?? table.targets(labels)
    }
  }
}
