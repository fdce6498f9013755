import Tensors

/// Reads the arguments of one described layer; what isn't as it should be is an error that names the layer.
struct LayerArguments {
  let place: String
  private let values: [String: LayerDescription.Argument]
  /// Notes what is asked for, where that is all that is wanted.
  private let notes: Notes?

  /// The largest whole number: a size that kernels take.
  private static let most = 1 << 20

  /// - Parameter known: the arguments that there are; a value without a name is the first.
  init(_ layer: LayerDescription, place: String, known: [String]) throws(ModelError) {
    self.place = place
    var values = layer.arguments
    if let bare = values[""] {
      guard let first = known.first, values.count == 1 else {
        throw ModelError(place: place, found: "the argument \(bare.text)", expected: Self.list(known))
      }
      values = [first: bare]
    }
    if let name = values.keys.sorted().first(where: { !known.contains($0) }) {
      throw ModelError(place: place, found: "an argument \"\(name)\"", expected: Self.list(known))
    }
    self.values = values
    notes = nil
  }

  /// No arguments: what is asked for is noted.
  init(noting notes: Notes) { (place, values, self.notes) = ("", [:], notes) }

  /// The arguments that something asks for.
  final class Notes {
    private(set) var arguments: [ModelDescription.Argument] = []

    fileprivate func add(_ name: String, _ kind: SettingKind, _ usual: LayerDescription.Argument?) {
      arguments.append(ModelDescription.Argument(name: name, kind: kind, usual: usual))
    }
  }

  private static func list(_ known: [String]) -> String {
    known.isEmpty ? "none" : "arguments out of \(known.joined(separator: ", "))"
  }

  func error(_ found: String, _ expected: String) -> ModelError {
    ModelError(place: place, found: found, expected: expected)
  }

  /// Argument `name` as `take` reads it, or the fallback where there is none.
  private func value<Value>(
    _ name: String, _ fallback: Value?, _ expected: String,
    _ take: (LayerDescription.Argument) -> Value?
  ) throws(ModelError) -> Value {
    guard let argument = values[name] else {
      guard let fallback else { throw error("no \(name)", expected) }
      return fallback
    }
    guard let value = take(argument) else { throw error("\(name): \(argument.text)", expected) }
    return value
  }

  func integer(_ name: String, _ fallback: Int? = nil, least: Int = 1) throws(ModelError) -> Int {
    notes?.add(name, .integer(least...Self.most), fallback.map { .integer($0) })
    return try value(name, fallback, "a whole number from \(least) to \(Self.most)") {
      guard case .number(let number) = $0, let whole = Int(exactly: number) else { return nil }
      return (least...Self.most).contains(whole) ? whole : nil
    }
  }

  func integers(_ name: String, _ fallback: [Int]) throws(ModelError) -> [Int] {
    notes?.add(name, .list(.integer(1...Self.most), 0...1 << 20), .integers(fallback))
    return try value(name, fallback, "a list of whole numbers from 1 to \(Self.most)") {
      guard case .numbers(let numbers) = $0 else { return nil }
      let whole = numbers.compactMap(Int.init(exactly:)).filter { (1...Self.most).contains($0) }
      return whole.count == numbers.count ? whole : nil
    }
  }

  func pair(_ name: String, _ fallback: Pair? = nil, least: Int = 1) throws(ModelError) -> Pair {
    try value(name, fallback, "a whole number from \(least) to \(Self.most), or two") {
      let numbers: [Double]
      switch $0 {
      case .number(let number): numbers = [number, number]
      case .numbers(let both): numbers = both
      default: return nil
      }
      let whole = numbers.compactMap(Int.init(exactly:)).filter { (least...Self.most).contains($0) }
      return numbers.count == 2 && whole.count == 2 ? Pair(whole[0], whole[1]) : nil
    }
  }

  func number(_ name: String, _ fallback: Double, in range: ClosedRange<Double>) throws(ModelError)
    -> Double
  {
    notes?.add(name, .number(range), .number(fallback))
    return try value(name, fallback, "a number from \(range.lowerBound) to \(range.upperBound)") {
      guard case .number(let number) = $0, range.contains(number) else { return nil }
      return number
    }
  }

  func flag(_ name: String, _ fallback: Bool) throws(ModelError) -> Bool {
    try value(name, fallback, "true or false") {
      guard case .flag(let flag) = $0 else { return nil }
      return flag
    }
  }

  /// A list of layers; nil where there is none.
  func layers(_ name: String) throws(ModelError) -> [LayerDescription]? {
    try value(name, .some(nil), "a list of layers") {
      guard case .layers(let layers) = $0 else { return nil }
      return .some(layers)
    }
  }

  /// A name; nil where there is none.
  func text(_ name: String) throws(ModelError) -> String? {
    try value(name, .some(nil), "a name") {
      guard case .text(let text) = $0 else { return nil }
      return .some(text)
    }
  }
}
