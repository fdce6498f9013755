import ShaderCompiler
import Testing

/// Findings with the lines that they are about.
@Suite struct DiagnosticTests {
  private func excerpt(_ message: String, _ source: String?, line: Int? = 2, color: Bool = false) -> String {
    Diagnostic(file: "a.comp", line: line, severity: .error, message: message).excerpt(
      of: source, color: color)
  }

  @Test func `A token that stands once has a column and a caret`() {
    #expect(
      excerpt("'xy' : undeclared identifier", "first\n  float a = xy + x;\n") == """
        a.comp:2:13: error: 'xy' : undeclared identifier
         2 |   float a = xy + x;
           |             ^
        """)
    // A tab stays one, and a letter with an accent is one column.
    #expect(
      excerpt("'b' : no", "\n\té b;") == """
        a.comp:2:4: error: 'b' : no
         2 | \té b;
           | \t  ^
        """)
    // Part of a longer word is another token; signs are tokens too.
    #expect(excerpt("'x' : no", "\nxx x_ x1 x;").hasPrefix("a.comp:2:10: error:"))
    #expect(excerpt("'+' : no", "\na+b").hasPrefix("a.comp:2:2: error:"))
  }

  @Test func `Without one place there is no caret, without the text no line`() {
    #expect(excerpt("'x' : no", "\nx = x;") == "a.comp:2: error: 'x' : no\n 2 | x = x;")
    #expect(excerpt("syntax error", "\nx;\r\n") == "a.comp:2: error: syntax error\n 2 | x;")
    #expect(excerpt("'' : no", "\nx;") == "a.comp:2: error: '' : no\n 2 | x;")
    #expect(excerpt("'x' : no", nil) == "a.comp:2: error: 'x' : no")
    #expect(excerpt("'x' : no", "x", line: 7) == "a.comp:7: error: 'x' : no")
    #expect(excerpt("'x' : no", "x", line: nil) == "a.comp: error: 'x' : no")
  }

  @Test func `Colours are escape sequences around the same text`() {
    let colored = excerpt("'x' : no", "\nx;", color: true)
    #expect(colored.contains("\u{1B}[1;31merror:\u{1B}[0m"))
    #expect(colored.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == excerpt("'x' : no", "\nx;"))
  }
}
