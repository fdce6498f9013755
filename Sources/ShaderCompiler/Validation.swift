import CSPIRVTools

/// What is wrong with a SPIR-V module by the rules of SPIR-V and of Vulkan, in SPIRV-Tools' words; nil where nothing is.
package func validationError(of words: [UInt32], target: ShaderTarget) -> String? {
  let context = spvContextCreate(target.spirvTools)
  defer { spvContextDestroy(context) }
  return words.withUnsafeBufferPointer { words in
    var binary = spv_const_binary_t(code: words.baseAddress, wordCount: words.count)
    var diagnostic: spv_diagnostic?
    defer { spvDiagnosticDestroy(diagnostic) }
    guard spvValidate(context, &binary, &diagnostic) != SPV_SUCCESS else { return nil }
    let text = diagnostic.map { String(cString: $0.pointee.error) } ?? "the validator gave no reason"
    return text.split(separator: "\n").map { $0.trimmingSpaces }.joined(separator: "; ")
  }
}

extension Substring {
  /// Without spaces at its ends.
  var trimmingSpaces: Substring {
    let front = drop { $0 == " " }
    return front.lastIndex { $0 != " " }.map { front[...$0] } ?? front
  }
}
