import Kernels

/// The functions of `Shaders/*.glsl` that generated kernels may call: where each stands, and what it needs.
enum ShaderFunctions {
  /// One include, without comments: the functions that it defines, and the includes that it needs.
  private struct Include {
    let name: String
    let functions: Set<String>
    let needed: [String]
    let text: String

    init(_ source: ShaderText) {
      let lines = source.text.split(separator: "\n")
      name = source.name
      functions = Set(
        lines.compactMap { $0.first?.isLetter == true ? ShaderFunctions.calls(in: $0).first : nil })
      needed = lines.filter { $0.hasPrefix("#include") }.map { String($0.split(separator: "\"")[1]) }
      text = lines.filter { !$0.hasPrefix("#include") && !$0.hasPrefix("//") }.joined(separator: "\n")
    }
  }

  private static let includes = [
    ShaderText.numbers, .division, .exponential, .trigonometry, .hyperbolic, .activation, .errorFunction,
    .random, .distributions, .half,
  ].map { Include($0) }

  /// The texts of the includes whose functions `code` calls, each after those that it needs.
  static func text(calledBy code: [String]) -> [String] {
    let called = Set(code.flatMap { calls(in: $0) })
    var texts: [String] = []
    var known = Set<String>()
    func add(_ include: Include) {
      guard known.insert(include.name).inserted else { return }
      for other in includes where include.needed.contains(other.name) { add(other) }
      texts.append(include.text)
    }
    for include in includes where !include.functions.isDisjoint(with: called) { add(include) }
    return texts
  }

  /// Whether `line` calls a function of many instructions: one of any include but the first.
  static func isLong(_ line: String) -> Bool {
    calls(in: line).contains { name in includes.dropFirst().contains { $0.functions.contains(name) } }
  }

  /// The names in `line` that an opening parenthesis follows.
  private static func calls(in line: some StringProtocol) -> [String] {
    var names: [String] = []
    var name: [UInt8] = []
    for byte in line.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        name.append(byte)
      default:
        if byte == UInt8(ascii: "("), !name.isEmpty { names.append(String(decoding: name, as: UTF8.self)) }
        name.removeAll(keepingCapacity: true)
      }
    }
    return names
  }
}
