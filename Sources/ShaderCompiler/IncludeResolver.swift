import CShaderc
import Glibc

/// Answers shaderc's `#include` requests during one compilation, and remembers which files it gave.
final class IncludeResolver {
  /// The files given so far, each once.
  private(set) var includes: [String] = []
  /// Where files were looked for in vain, each once.
  private(set) var absent: [String] = []

  private let includePaths: [String]
  private let texts: [String: String]
  /// What begins the name of an include that is a text, also where a shader asks for no other.
  private static let textFolder = "<Reprise>/"
  private var answers: [UnsafeMutablePointer<shaderc_include_result>] = []

  /// Deep enough for any honest shader; a file that includes itself without a guard stops here.
  private static let depthLimit = 64

  init(includePaths: [String], texts: [String: String]) {
    self.includePaths = includePaths
    self.texts = texts
  }

  deinit {
    for answer in answers {
      free(UnsafeMutableRawPointer(mutating: answer.pointee.source_name))
      free(UnsafeMutableRawPointer(mutating: answer.pointee.content))
      answer.deallocate()
    }
  }

  /// Makes `options` ask this resolver, which must outlive the compilation.
  func install(in options: shaderc_compile_options_t) {
    shaderc_compile_options_set_include_callbacks(
      options,
      { context, requested, _, requesting, depth in
        guard let context, let requested, let requesting else { return nil }
        let resolver = Unmanaged<IncludeResolver>.fromOpaque(context).takeUnretainedValue()
        return resolver.answer(
          requested: String(cString: requested), from: String(cString: requesting), depth: depth)
      },
      { _, _ in },  // The answers live as long as the resolver.
      Unmanaged.passUnretained(self).toOpaque())
  }

  private func answer(
    requested: String, from requesting: String, depth: Int
  ) -> UnsafeMutablePointer<shaderc_include_result> {
    guard depth <= Self.depthLimit else {
      return remember(path: "", content: Array("more than \(Self.depthLimit) includes deep".utf8))
    }
    if let name = textName(requested: requested, from: requesting) {
      guard let text = texts[name] else {
        return remember(path: "", content: Array("Reprise has no include \(name)".utf8))
      }
      return remember(path: Self.textFolder + name, content: Array(text.utf8))
    }
    let candidates = candidates(requested: requested, from: requesting)
    for path in candidates {
      do throws(SystemFault) {
        let content = try fileBytes(at: path)
        if !includes.contains(path) { includes.append(path) }
        return remember(path: path, content: content)
      } catch {
        if error.code != ENOENT && error.code != ENOTDIR {
          return remember(path: "", content: Array("cannot read \(path): \(error)".utf8))
        }
        if !absent.contains(path) { absent.append(path) }
      }
    }
    if let text = texts[requested] {
      return remember(path: Self.textFolder + requested, content: Array(text.utf8))
    }
    let looked = candidates.joined(separator: ", ")
    return remember(path: "", content: Array("no such file (looked for \(looked))".utf8))
  }

  /// The text that is meant: by a request that says so, or one of a text, which sees no files.
  private func textName(requested: String, from requesting: String) -> String? {
    if requested.hasPrefix(Self.textFolder) { return String(requested.dropFirst(Self.textFolder.count)) }
    guard requesting.hasPrefix(Self.textFolder) else { return nil }
    let own = requesting.dropFirst(Self.textFolder.count)
    let beside = own.lastIndex(of: "/").map { String(own[...$0]) + requested }
    return beside.flatMap { texts[$0] == nil ? nil : $0 } ?? requested
  }

  /// Beside the including file first, then in the include paths in their order; each place once.
  private func candidates(requested: String, from requesting: String) -> [String] {
    if requested.hasPrefix("/") { return [requested] }
    let ownFolder = requesting.lastIndex(of: "/").map { String(requesting[...$0]) } ?? ""
    let folders = [ownFolder] + includePaths.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    return folders.reduce(into: []) { places, folder in
      if !places.contains(folder + requested) { places.append(folder + requested) }
    }
  }

  /// An empty path is shaderc's sign that the include failed and that the content says why.
  private func remember(path: String, content: [UInt8]) -> UnsafeMutablePointer<shaderc_include_result> {
    let answer = UnsafeMutablePointer<shaderc_include_result>.allocate(capacity: 1)
    answer.initialize(
      to: shaderc_include_result(
        source_name: copy(Array(path.utf8)), source_name_length: path.utf8.count,
        content: copy(content), content_length: content.count, user_data: nil))
    answers.append(answer)
    return answer
  }

  private func copy(_ bytes: [UInt8]) -> UnsafePointer<CChar>? {
    let memory = malloc(bytes.count + 1)
    memory?.initializeMemory(as: UInt8.self, from: bytes, count: bytes.count)
    memory?.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
    return memory.map { UnsafePointer($0.assumingMemoryBound(to: CChar.self)) }
  }
}
