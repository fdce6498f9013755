extension [String] {
  /// These names, those first that the fewest edits make match `pattern`.
  package func nearest(to pattern: String) -> [String] {
    map { (name: $0, edits: pattern.edits(toMatch: $0)) }.sorted { $0.edits < $1.edits }.map(\.name)
  }
}

extension String {
  /// How many characters have to be added, dropped or replaced for this pattern to match `name` (Levenshtein 1966); `*`
  /// takes any text and `?` any character.
  fileprivate func edits(toMatch name: String) -> Int {
    let name = Array<Character>(name)
    var row = Array(0...name.count)
    for symbol in self {
      var next = [row[0] + (symbol == "*" ? 0 : 1)]
      for (column, character) in name.enumerated() {
        let (dropped, added) = (row[column + 1], next[column])
        let replaced = row[column] + (symbol == character || symbol == "?" ? 0 : 1)
        next.append(symbol == "*" ? Swift.min(dropped, added) : Swift.min(replaced, dropped + 1, added + 1))
      }
      row = next
    }
    return row[name.count]
  }
}
