/// Why a shader was not compiled: the compiler's findings, in the order it made them.
public struct ShaderError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was found; never empty.
  public let diagnostics: [Diagnostic]

  /// An error made of findings.
  public init(diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics
  }

  /// An error of one finding.
  public init(file: String, line: Int? = nil, _ message: String) {
    self.init(diagnostics: [Diagnostic(file: file, line: line, severity: .error, message: message)])
  }

  /// One `file:line: error: message` line a finding.
  public var description: String {
    diagnostics.map(\.description).joined(separator: "\n")
  }
}

/// One finding about a shader's text.
public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
  /// How bad a finding is; since warnings are errors here, both stop a compilation.
  public enum Severity: String, Sendable, Hashable {
    case error, warning
  }

  /// The file that the finding is about, as it was named to the compiler.
  public let file: String
  /// The line, counted from 1; nil where the finding is about the whole file.
  public let line: Int?
  /// How bad it is.
  public let severity: Severity
  /// What was found.
  public let message: String

  /// A finding from its parts.
  public init(file: String, line: Int?, severity: Severity, message: String) {
    self.file = file
    self.line = line
    self.severity = severity
    self.message = message
  }

  /// `file:line: error: message`.
  public var description: String {
    let place = line.map { "\(file):\($0)" } ?? file
    return "\(place): \(severity.rawValue): \(message)"
  }
}

extension Diagnostic {
  /// Reads one line of shaderc's messages; nil where it has not the form `file:line: severity: message`.
  init?(compilerLine text: Substring) {
    let found = [Severity.error, .warning].compactMap { severity in
      text.firstRange(of: ": \(severity.rawValue): ").map { (severity: severity, range: $0) }
    }
    guard let (severity, range) = found.min(by: { $0.range.lowerBound < $1.range.lowerBound }) else {
      return nil
    }
    let place = text[..<range.lowerBound]
    let message = String(text[range.upperBound...])
    if let colon = place.lastIndex(of: ":"), let line = Int(place[place.index(after: colon)...]) {
      self.init(file: String(place[..<colon]), line: line, severity: severity, message: message)
    } else {
      self.init(file: String(place), line: nil, severity: severity, message: message)
    }
  }

  /// Reads all of shaderc's messages about `file`; text of another form is kept as an error about `file`.
  static func all(compilerMessages text: String, file: String) -> [Diagnostic] {
    text.split(separator: "\n").map { line in
      Diagnostic(compilerLine: line)
        ?? Diagnostic(file: file, line: nil, severity: .error, message: String(line))
    }
  }
}

extension ShaderError {
  /// Reads all of shaderc's messages about `file`.
  init(compilerMessages text: String, file: String) {
    let found = Diagnostic.all(compilerMessages: text, file: file)
    if found.isEmpty {
      self.init(file: file, "the shader compiler failed and gave no reason")
    } else {
      self.init(diagnostics: found)
    }
  }
}
