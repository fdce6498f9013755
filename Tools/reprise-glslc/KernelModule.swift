import Bundles
import Kernels
import SPIRV
import ShaderCompiler

/// A kernel as SPIR-V, whatever it was read from.
struct KernelModule {
  /// What messages call it: the file, and where that is a bundle, the kernel in it.
  let place: String
  /// The kernel's name.
  let name: String
  /// The module.
  let words: [UInt32]

  /// The module's file.
  var bytes: [UInt8] { spirvBytes(words) }

  /// The kernels of files and of all files below folders; GLSL is compiled.
  static func load(_ inputs: [String], options: CompilerOptions, debugInfo: Bool? = nil)
    throws(ShaderError) -> [KernelModule]
  {
    var modules: [KernelModule] = []
    let compiler = try ShaderCompiler()
    for file in try ShaderFile.find(inputs, formats: ShaderFile.Format.allCases) {
      switch file.format {
      case .source:
        let words = try options.compile(file, with: compiler, debugInfo: debugInfo).words
        modules.append(KernelModule(place: file.path, name: file.name, words: words))
      case .module:
        modules.append(KernelModule(place: file.path, name: file.name, words: try file.moduleWords()))
      case .bundle:
        do throws(BundleError) {
          modules += try KernelBundle(contentsOf: file.path).kernels.map {
            KernelModule(place: "\(file.path): \($0.name)", name: $0.name, words: $0.words)
          }
        } catch {
          throw ShaderError(file: file.path, error.reason)
        }
      }
    }
    return modules
  }

  /// What stands in it.
  func reflection() throws(ShaderError) -> Reflection {
    do throws(ModuleError) {
      return try Reflection(words)
    } catch {
      throw ShaderError(file: place, error.description)
    }
  }
}

/// The bytes of a module's file, least significant first.
func spirvBytes(_ words: [UInt32]) -> [UInt8] {
  words.flatMap { word in withUnsafeBytes(of: word.littleEndian, Array.init) }
}
