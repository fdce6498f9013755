import Kernels
import Recording
import ShaderCompiler
import Synchronization
import Vulkan

/// Compiles generated kernels, each once: in this process, and through a verified file on disk.
enum KernelLibrary {
  /// One for the process: the last one that goes takes glslang's tables along, which take longer to make than a kernel.
  private static let compiler = Result { () throws(ShaderError) in try ShaderCompiler() }
  private static let kernels = Mutex(RecentCache<String, Kernel>(capacity: 1024))

  /// The kernel of a GLSL `source`, which the compiler's messages call `file`.
  ///
  /// - Throws: `ShaderError` when it doesn't compile, which for generated code is a fault of the generator.
  static func kernel(source: String, cacheDirectory: String?, file: String? = nil) throws -> Kernel {
    if let known = kernels.withLock({ $0.value(for: source) }) { return known }
    var text = source
    let hash = text.withUTF8 { fnv1a(UnsafeRawBufferPointer($0)) }
    let name = "fused_\(hexadecimal(hash))"
    let words: [UInt32]
    if let cached = cacheDirectory.flatMap({ KernelFile.read(directory: $0, name: name, source: source) }) {
      words = cached
    } else {
      let span = Trace.begin(.compilation, name)
      defer { span?.end() }
      words = try compiler.get().compile(source: source, file: file ?? "\(name).comp").words
      if let cacheDirectory {
        KernelFile.write(directory: cacheDirectory, name: name, source: source, words: words)
      }
    }
    let kernel = Kernel(name: name, words: words)
    kernels.withLock { $0.keep(kernel, for: source) }
    return kernel
  }
}

func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
