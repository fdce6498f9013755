import Glibc

/// A folder, looked into in order of name; what is hidden isn't there.
enum Folder {
  /// Whether a folder is at `path`.
  static func exists(_ path: String) -> Bool { kind(path) == S_IFDIR }

  /// The names of what `path` holds, sorted, without those that begin with a dot.
  ///
  /// - Throws: `DataError.unreadable`.
  static func names(in path: String) throws(DataError) -> [String] {
    guard let folder = opendir(path) else { throw .unreadable(file: path, reason: systemError()) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// The first of `names` that is a file or folder in `path`.
  static func first(_ names: [String], in path: String) -> String? {
    names.lazy.map { "\(path)/\($0)" }.first { kind($0) != nil }
  }

  private static func kind(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}
