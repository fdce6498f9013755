/// Why words are no SPIR-V module that can be read.
package struct ModuleError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Bytes from the module's start.
  package let offset: Int
  /// What stands there.
  package let found: String
  /// What had to.
  package let expected: String

  /// The place, what was found, and what was expected.
  package var description: String { "at byte \(offset): found \(found); expected \(expected)" }
}
