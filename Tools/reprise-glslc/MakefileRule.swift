/// One rule of a makefile, its paths escaped.
func makefileRule(target: String, prerequisites: [String]) -> String {
  func escape(_ path: String) -> String {
    path.reduce(into: "") { text, character in
      switch character {
      case " ", "#": text += "\\\(character)"
      case "$": text += "$$"
      default: text.append(character)
      }
    }
  }
  return "\(escape(target)): \(prerequisites.map(escape).joined(separator: " "))\n"
}
