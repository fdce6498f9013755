import ShaderCompiler

/// Kernels as C.
enum CHeader {
  /// A header with each kernel's words in an array.
  static func words(of modules: [KernelModule], file: String) throws(ShaderError) -> String {
    try text(modules, guardedBy: file, include: "stdint.h") { module in
      let lines = stride(from: 0, to: module.words.count, by: 8).map { start in
        let words = module.words[start..<min(start + 8, module.words.count)].map { word in
          let digits = String(word, radix: 16)
          return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
        }
        return "  \(words.joined(separator: ", ")),\n"
      }
      return "static const uint32_t \(module.name)_spv[] = {\n\(lines.joined())};\n"
    }
  }

  /// A header that has the files beside it by `#embed`, aligned as Vulkan wants code.
  static func embedding(_ modules: [KernelModule]) throws(ShaderError) -> String {
    try text(modules, guardedBy: "kernels.h", include: "stdint.h") { module in
      """
      _Alignas(uint32_t) static const unsigned char \(module.name)_spv[] = {
      #embed "\(module.name).spv"
      };

      """
    }
  }

  private static func text(
    _ modules: [KernelModule], guardedBy file: String, include: String, _ definition: (KernelModule) -> String
  ) throws(ShaderError) -> String {
    for module in modules where module.name.wholeMatch(of: #/[A-Za-z_][A-Za-z0-9_]*/#) == nil {
      throw ShaderError(file: module.place, "'\(module.name)' is no name in C: rename it")
    }
    let guardName =
      "REPRISE_"
      + file.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? "\($0)" : "_" }.joined()
    return """
      // Made by reprise-glslc: SPIR-V modules, whose sizes in bytes are those of the arrays.
      #ifndef \(guardName)
      #define \(guardName)
      #include <\(include)>

      \(modules.map(definition).joined(separator: "\n"))
      #endif

      """
  }
}
