import Glibc

/// The value of an environment variable; nil when it is unset or empty.
func environmentVariable(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}

/// True when a switch such as `REPRISE_VALIDATION` is set to anything but `0`.
public func environmentSwitch(_ name: String) -> Bool {
  environmentVariable(name).map { $0 != "0" } ?? false
}

/// Bytes that the system could still give without swapping, or nil where `/proc/meminfo` doesn't say.
func availableSystemMemory() -> Int? {
  guard let file = fopen("/proc/meminfo", "re") else { return nil }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, Int32(line.count), file) != nil {
    let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self).split(separator: " ")
    if words.first == "MemAvailable:", words.count > 1, let kibibytes = Int(words[1]) {
      return kibibytes * 1024
    }
  }
  return nil
}
