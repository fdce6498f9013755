#if canImport(Glibc)
  import Glibc
#endif

/// Whether an environment variable is set to something other than nothing or 0.
func environmentFlag(_ name: String) -> Bool {
  guard let value = getenv(name).map({ String(cString: $0) }) else { return false }
  return !value.isEmpty && value != "0"
}
