/// A shader's `#version` line.
struct VersionDirective {
  /// The oldest GLSL that is compiled here.
  static let oldest = 450

  /// The number after `#version`.
  let number: Int
  /// The line it stands on, counted from 1.
  let line: Int

  /// Reads the directive, which only white space and comments may precede; nil where there is none.
  init?(source: String) {
    var rest = Substring(source).utf8
    var line = 1
    while let byte = rest.first {
      if byte == UInt8(ascii: "\n") {
        line += 1
        rest.removeFirst()
      } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") {
        rest.removeFirst()
      } else if rest.starts(with: "//".utf8) {
        rest = rest.drop { $0 != UInt8(ascii: "\n") }
      } else if rest.starts(with: "/*".utf8) {
        rest.removeFirst(2)
        while !rest.isEmpty, !rest.starts(with: "*/".utf8) {
          if rest.removeFirst() == UInt8(ascii: "\n") { line += 1 }
        }
        rest = rest.dropFirst(2)
      } else {
        break
      }
    }
    let directive = Substring(rest).prefix { !$0.isNewline }
    guard let match = directive.prefixMatch(of: #/#[ \t]*version[ \t]+([0-9]+)/#), let number = Int(match.1)
    else { return nil }
    self.number = number
    self.line = line
  }

  /// Refuses what glslang answers by printing all of its built-in functions to standard output.
  static func check(source: String, file: String) throws(ShaderError) {
    guard let version = VersionDirective(source: source) else {
      throw ShaderError(
        file: file, line: 1, "no #version: begin the shader with '#version \(oldest)' or a later one")
    }
    guard version.number >= oldest else {
      throw ShaderError(
        file: file, line: version.line,
        "#version \(version.number) is too old: use '#version \(oldest)' or a later one")
    }
  }
}
