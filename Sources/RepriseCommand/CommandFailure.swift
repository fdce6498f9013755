import Foundation

/// Something that the command can't do, as a sentence.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String

  init(_ sentence: String) { description = sentence }
}

/// The words for `errno`.
func systemError() -> String { String(cString: strerror(errno)) }
