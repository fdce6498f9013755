import FoundationEssentials
import Glibc
import ShaderCompiler
import Vulkan

/// What outputs were made from: a hidden file in the folder that `build` writes to.
struct BuildState: Codable {
  /// A file that was read, or looked for where it isn't.
  struct Input: Codable, Equatable {
    let path: String
    /// Of its content; nil where it wasn't there.
    let hash: UInt64?
  }

  /// One output.
  struct Output: Codable {
    /// Of the tool and the options.
    let options: UInt64
    /// The shader, its includes, and where they were looked for in vain.
    let inputs: [Input]
    /// Of the content that was written.
    let content: UInt64

    /// The includes that were read.
    var includes: [String] { inputs.dropFirst().filter { $0.hash != nil }.map(\.path) }
  }

  /// By the output's path.
  var outputs: [String: Output] = [:]

  /// The file's name.
  static let name = ".reprise-glslc.json"

  /// Reads a folder's state; an empty one where there is none, or none that is understood: then everything is built.
  init(folder: String) {
    guard let bytes = try? fileBytes(at: "\(folder)/\(Self.name)"),
      let state = try? JSONDecoder().decode(BuildState.self, from: Data(bytes))
    else { return }
    self = state
  }

  /// The file's bytes; equal states give equal bytes.
  func encoded() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and numbers always encode.
    return (try? encoder.encode(self)).map { Array($0) } ?? []
  }

  /// A hash of the tool: another build of it may compile otherwise.
  static var tool: String {
    var status = stat()
    guard stat("/proc/self/exe", &status) == 0 else { return "" }
    return "\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
  }
}

/// Hashes of files, each read once.
struct FileHashes {
  private var known: [String: UInt64?] = [:]

  /// The hash of a file's content; nil where it can't be read.
  subscript(path: String) -> UInt64? {
    mutating get {
      if let hash = known[path] { return hash }
      let hash = (try? fileBytes(at: path)).map(hash(of:))
      known[path] = .some(hash)
      return hash
    }
  }
}

/// FNV-1a of bytes.
func hash(of bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { fnv1a($0) } }
