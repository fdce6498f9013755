import ArgumentParser
import Glibc
import ShaderCompiler

/// Writes a line to standard error.
func printError(_ message: String) {
  let line = Array((message + "\n").utf8)
  _ = write(STDERR_FILENO, line, line.count)
}

/// Prints findings as compilers do, with the lines that they are about; colours go to terminals alone, and not where
/// NO_COLOR (no-color.org) is set.
func report(_ diagnostics: [Diagnostic]) {
  let color = isatty(STDERR_FILENO) != 0 && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
  var texts: [String: String?] = [:]
  for diagnostic in diagnostics {
    let text: String?
    if let known = texts[diagnostic.file] {
      text = known
    } else {
      text = (try? fileBytes(at: diagnostic.file)).map { String(decoding: $0, as: UTF8.self) }
      texts[diagnostic.file] = .some(text)
    }
    printError(diagnostic.excerpt(of: text, color: color))
  }
}

/// Prints what `body` throws as compilers do, other errors as findings about `file`, and fails.
func reporting(about file: String, _ body: () throws -> Void) throws {
  try reporting { () throws(ShaderError) in
    do {
      try body()
    } catch {
      throw error as? ShaderError ?? ShaderError(file: file, "\(error)")
    }
  }
}

/// Prints what `body` throws as compilers do, and fails.
func reporting(_ body: () throws(ShaderError) -> Void) throws {
  do throws(ShaderError) {
    try body()
  } catch {
    report(error.diagnostics)
    throw ExitCode.failure
  }
}
