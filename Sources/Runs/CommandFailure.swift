import Foundation

/// Something that a command can't do, as a sentence.
package struct CommandFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ sentence: String) { description = sentence }
}

/// The words for `errno`.
package func systemError() -> String { String(cString: strerror(errno)) }
