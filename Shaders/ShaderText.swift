/// The text of an include of this folder, for kernels whose code is made while a program runs: `random.glsl` is
/// `ShaderText.random`.
public struct ShaderText: Sendable {
  /// The file's name, as an `#include` says it.
  public let name: String
  /// The whole file.
  public let text: String
}
