import Glibc

/// How wide llvmpipe computes: 256 bits where the CPU has them, or what its variable says.
///
/// At 512 kernels take 0.7 to 0.8 of the time on Mesa 25, and twice as long to compile, so that is the user's choice.
enum VectorWidth {
  private static let tuning = "GALLIVM_PERF"

  /// Keeps code of another width apart in Mesa's cache on disk, which wouldn't; once a process, before the first instance.
  static let isToldApart: Void = {
    guard let bits = environmentVariable("LP_NATIVE_VECTOR_WIDTH"), bits != "256" else { return }
    // It is about textures, which no kernel has, and part of the cache's key.
    let mark = "no_aos_sampling"
    setenv(tuning, environmentVariable(tuning).map { "\($0),\(mark)" } ?? mark, 1)
  }()
}
