import CSPIRVOptimizer
import Glibc

extension ShaderCompiler {
  /// SPIR-V after spirv-opt's performance passes, as `compile` gives it when it optimizes; for code that was changed in between.
  ///
  /// - Throws: ``ShaderError`` about `file` where the words are no module that it understands.
  package static func optimized(_ words: [UInt32], file: String) throws(ShaderError) -> [UInt32] {
    var count = 0
    guard let result = spirvOptimized(words, words.count, &count) else {
      throw ShaderError(file: file, "spirv-opt does not take the SPIR-V")
    }
    defer { free(result) }
    return Array(UnsafeBufferPointer(start: result, count: count))
  }
}
