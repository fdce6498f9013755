/// The text of an include of this folder, for kernels whose code is made while a program runs and for environments that
/// are not ours: `random.glsl` is `ShaderText.random`.
public struct ShaderText: Sendable {
  /// The file's path from this folder, as an `#include` says it: `Parameters/types.h`.
  public let name: String
  /// The whole file.
  public let text: String
}
