public import Bundles
import Kernels
import Synchronization

/// Generated kernels that were compiled elsewhere: what recordings need is looked for here before it is compiled.
///
/// Which kernels a recording needs depends on its shapes and on the kind of device; `reprise-glslc plan` runs a program and keeps
/// those that it used.
public enum PrecompiledKernels {
  private struct Entry {
    let kernel: Kernel
    let sourceBytes: Int
  }

  private static let known = Mutex<[String: Entry]>([:])

  /// Lengths of the kernels' sources, by name: with the hash in the name they tell whose kernel it is.
  private typealias Contents = [String: Int]

  /// Makes the kernels of a bundle known to all recordings that are made from now on in this process.
  ///
  /// - Throws: `BundleError` where it is no bundle of kernels that `reprise-glslc plan` made.
  public static func add(_ bundle: KernelBundle) throws(BundleError) {
    let lengths = try bundle.contents(.kernels, as: Contents.self)
    var entries: [String: Entry] = [:]
    for kernel in bundle.kernels {
      guard let length = lengths[kernel.name] else {
        throw .otherKind(
          file: "the bundle", found: "the kernel \"\(kernel.name)\" alone",
          expected: "the length of its source too, as 'reprise-glslc plan' writes it")
      }
      entries[kernel.name] = Entry(kernel: kernel, sourceBytes: length)
    }
    known.withLock { $0.merge(entries) { _, new in new } }
  }

  /// Makes the kernels of a file known.
  ///
  /// - Throws: `BundleError`.
  public static func add(contentsOf path: String) throws(BundleError) {
    try add(KernelBundle(contentsOf: path))
  }

  static func kernel(_ name: String, sourceBytes: Int) -> Kernel? {
    known.withLock { known in known[name].flatMap { $0.sourceBytes == sourceBytes ? $0.kernel : nil } }
  }

  /// A bundle of the generated kernels that lie in a cache directory; nil where there are none.
  package static func bundle(ofCache directory: String, names: [String]) -> KernelBundle? {
    var (kernels, lengths) = ([Kernel](), Contents())
    for name in names.sorted() {
      guard let (words, sourceBytes) = KernelFile.read(directory: directory, name: name) else { continue }
      kernels.append(Kernel(name: name, words: words))
      lengths[name] = sourceBytes
    }
    return kernels.isEmpty ? nil : KernelBundle(.kernels, kernels: kernels, contents: lengths)
  }
}
