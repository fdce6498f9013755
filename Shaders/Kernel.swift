/// A compute shader as SPIR-V. Those in this folder are its static members: `matmul.comp` is `Kernel.matmul`.
///
/// Two kernels are equal where their names and the hashes of their words are; the hash is computed once, so
/// that kernels are cheap dictionary keys.
public struct Kernel: Sendable, Hashable {
  /// The shader's name, in snake_case; it stands in plans and messages.
  public let name: String
  /// The SPIR-V module, in the machine's byte order.
  public let words: [UInt32]
  private let wordHash: UInt64
  /// Whether it reads `gl_NumWorkGroups`.
  public let knowsGroupCount: Bool

  /// A kernel from SPIR-V that was compiled elsewhere.
  public init(name: String, words: [UInt32]) {
    self.name = name
    self.words = words
    // FNV-1a over whole words.
    wordHash = words.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    // OpDecorate of four words: a variable, BuiltIn, NumWorkgroups.
    knowsGroupCount = words.indices.dropLast(3).contains {
      words[$0] == 4 << 16 | 71 && words[$0 + 2] == 11 && words[$0 + 3] == 24
    }
  }

  /// A kernel from the text that `reprise-glslc build --emit swift` writes: base64 of the words' bytes,
  /// least significant first. Only a broken build can hold other text, so other text stops the program.
  public init(name: String, base64: StaticString) {
    guard let words = base64.withUTF8Buffer({ Kernel.words(base64: $0) }) else {
      preconditionFailure("the SPIR-V of kernel \(name) is damaged: build again from clean")
    }
    self.init(name: name, words: words)
  }

  /// Whether both have one name and one hash of their words.
  public static func == (left: Kernel, right: Kernel) -> Bool {
    left.wordHash == right.wordHash && left.words.count == right.words.count && left.name == right.name
  }

  /// Feeds the name and the hash of the words.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(wordHash)
  }
}
