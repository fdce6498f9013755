import Tensors

/// Reads the arguments of one described layer; what isn't as it should be is an error that names the layer.
struct LayerArguments {
  let place: String
  private let values: [String: LayerDescription.Argument]

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
    try value(name, fallback, "a whole number from \(least) on") {
      guard case .number(let number) = $0, let whole = Int(exactly: number) else { return nil }
      return whole >= least ? whole : nil
    }
  }

  func integers(_ name: String, _ fallback: [Int]) throws(ModelError) -> [Int] {
    try value(name, fallback, "a list of whole numbers from 1 on") {
      guard case .numbers(let numbers) = $0 else { return nil }
      let whole = numbers.compactMap(Int.init(exactly:)).filter { $0 >= 1 }
      return whole.count == numbers.count ? whole : nil
    }
  }

  func pair(_ name: String, _ fallback: Pair? = nil, least: Int = 1) throws(ModelError) -> Pair {
    try value(name, fallback, "a whole number from \(least) on, or two") {
      let numbers: [Double]
      switch $0 {
      case .number(let number): numbers = [number, number]
      case .numbers(let both): numbers = both
      default: return nil
      }
      let whole = numbers.compactMap(Int.init(exactly:)).filter { $0 >= least && $0 <= 1 << 20 }
      return numbers.count == 2 && whole.count == 2 ? Pair(whole[0], whole[1]) : nil
    }
  }

  func number(_ name: String, _ fallback: Double, in range: ClosedRange<Double>) throws(ModelError)
    -> Double
  {
    try value(name, fallback, "a number from \(range.lowerBound) to \(range.upperBound)") {
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
