/// A compiled shader as Swift text: an extension of `Kernel` that holds its SPIR-V.
///
/// A base64 `StaticString` compiles in a tenth of a second where an array literal takes a minute.
package struct KernelEmbedding {
  /// The kernel's name, which is its file's name without the extension.
  package let name: String
  private let words: [UInt32]

  /// - Throws: ``ShaderError`` about `file` unless `name` is snake_case.
  package init(name: String, words: [UInt32], file: String) throws(ShaderError) {
    guard name.wholeMatch(of: #/[a-z][a-z0-9]*(_[a-z0-9]+)*/#) != nil else {
      throw ShaderError(
        file: file, "'\(name)' cannot name a kernel: name the file in snake_case, such as 'row_softmax.comp'")
    }
    self.name = name
    self.words = words
  }

  /// The kernel's name in Swift: `cartpole_rollout` is `Kernel.cartpoleRollout`.
  package var identifier: String {
    let parts = name.split(separator: "_")
    return parts.dropFirst().reduce(into: String(parts[0])) { result, part in
      result += part.prefix(1).uppercased() + part.dropFirst()
    }
  }

  /// A file's text.
  ///
  /// - Parameter module: The module to import `Kernel` from; nil within that module itself.
  package static func swiftSource(of kernels: [KernelEmbedding], importing module: String?) -> String {
    """
    // Made by reprise-glslc.
    \(module.map { "public import \($0)\n\n" } ?? "")extension Kernel {
    \(kernels.map(\.member).joined(separator: "\n\n"))
    }

    """
  }

  private var member: String {
    """
      /// \(name).comp
      public static let `\(identifier)` = Kernel(
        name: "\(name)",
        base64: "\(Self.base64(words))")
    """
  }

  /// Base64 (RFC 4648, with padding) of the words' bytes, least significant first.
  package static func base64(_ words: [UInt32]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << (16 - 8 * $1.offset) }
      for position in 0..<4 {
        let index = Int(bits >> (18 - 6 * position)) & 63
        text.append(position <= group.count ? alphabet[index] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
