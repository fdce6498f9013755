import Kernels
import Recording
import Synchronization
import Vulkan

#if RuntimeCompiler
  import ShaderCompiler
#endif

/// Gives generated kernels: from this process, from bundles, from a verified file on disk, or from the compiler, each once.
enum KernelLibrary {
  #if RuntimeCompiler
    /// One for the process: the last one that goes takes glslang's tables along, which take longer to make than a kernel.
    private static let compiler = Result { () throws(ShaderError) in try ShaderCompiler() }
  #endif
  private static let kernels = Mutex(RecentCache<String, Kernel>(capacity: 1024))

  /// The kernel of a GLSL `source`, which the compiler's messages call `file`.
  ///
  /// - Throws: `ShaderError` when it doesn't compile, which for generated code is a fault of the generator; `NoCompilerError`
  ///   where nobody has it and there is no compiler.
  static func kernel(source: String, cacheDirectory: String?, file: String? = nil) throws -> Kernel {
    if let known = kernels.withLock({ $0.value(for: source) }) { return known }
    var text = source
    let hash = text.withUTF8 { fnv1a(UnsafeRawBufferPointer($0)) }
    let name = "fused_\(hexadecimal(hash))"
    let kernel =
      try PrecompiledKernels.kernel(name, sourceBytes: text.utf8.count)
      ?? Kernel(name: name, words: words(of: source, name, cacheDirectory, file: file ?? "\(name).comp"))
    kernels.withLock { $0.keep(kernel, for: source) }
    return kernel
  }

  private static func words(of source: String, _ name: String, _ cacheDirectory: String?, file: String) throws
    -> [UInt32]
  {
    if let cached = cacheDirectory.flatMap({ KernelFile.read(directory: $0, name: name, source: source) }) {
      return cached
    }
    #if RuntimeCompiler
      let span = Trace.begin(.compilation, name)
      defer { span?.end() }
      let words = try compiler.get().compile(source: source, file: file).words
      if let cacheDirectory {
        KernelFile.write(directory: cacheDirectory, name: name, source: source, words: words)
      }
      return words
    #else
      throw NoCompilerError(kernel: file)
    #endif
  }
}

/// A generated kernel is in no bundle, and this build has no compiler.
public struct NoCompilerError: Error, Equatable, CustomStringConvertible {
  /// The kernel.
  public let kernel: String

  /// A sentence for people.
  public var description: String {
    "\(kernel) is in no bundle that was loaded, and this build of Reprise has no shader compiler (its trait RuntimeCompiler is off):"
      + " make a bundle with 'reprise-glslc plan' on this kind of device, and add it to PrecompiledKernels"
  }
}

func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
