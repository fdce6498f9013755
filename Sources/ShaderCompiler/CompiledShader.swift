/// One compute shader as SPIR-V, and what its text was made of.
public struct CompiledShader: Sendable, Hashable {
  /// The SPIR-V module, in the machine's byte order.
  public let words: [UInt32]

  /// The path of every file that was included, each once, in the order of first inclusion.
  public let includes: [String]

  /// Where includes were looked for before they were found: a file that appears there changes what is included.
  package let absentIncludes: [String]

  /// What the compiler warned of, where warnings are no errors.
  public let warnings: [Diagnostic]
}
