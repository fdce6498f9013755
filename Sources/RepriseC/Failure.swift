import Bundles
import CReprise
import Glibc
import Learning
import Recording
import Reinforcement
import Tensors
import Vulkan

/// What the last failure of each thread was.
enum Failure {
  /// A C string of a thread, which goes with the thread.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { free($0) }
    return key
  }()
  /// What a thread without a failure is told.
  nonisolated(unsafe) private static let none = cString("")

  /// The message of the calling thread.
  static var message: UnsafePointer<CChar> {
    UnsafePointer(pthread_getspecific(key)?.assumingMemoryBound(to: CChar.self) ?? none)
  }

  /// Keeps an error's sentence for the calling thread, and gives its number.
  static func note(_ error: any Error) -> reprise_result {
    free(pthread_getspecific(key))
    pthread_setspecific(key, cString("\(error)"))
    return result(of: error)
  }

  private static func result(of error: any Error) -> reprise_result {
    switch error {
    case is ConfigurationError, is ArgumentError, is RecipeError: REPRISE_ERROR_ARGUMENT
    case is BundleError, is CheckpointError, VulkanError.file: REPRISE_ERROR_FILE
    case VulkanError.outOfMemory, RecordingError.planTooLarge: REPRISE_ERROR_MEMORY
    case is VulkanError: REPRISE_ERROR_DEVICE
    case is NoCompilerError: REPRISE_ERROR_KERNEL
    case is DivergenceError, is EnvironmentFaultError: REPRISE_ERROR_TRAINING
    default: REPRISE_ERROR_OTHER
    }
  }
}

/// An argument that can't be used.
struct ArgumentError: Error, CustomStringConvertible {
  let description: String
}

/// Calls `body`; what it throws becomes the result and the thread's message.
func attempt(_ body: () throws -> Void) -> reprise_result {
  do {
    try body()
    return REPRISE_SUCCESS
  } catch {
    return Failure.note(error)
  }
}

/// A C string that `free` takes.
func cString(_ text: String) -> UnsafeMutablePointer<CChar> {
  let characters = text.utf8CString
  let memory = UnsafeMutablePointer<CChar>.allocate(capacity: characters.count)
  for (place, character) in characters.enumerated() { memory[place] = character }
  return memory
}

/// A C string as a string; nil for null.
func string(_ text: UnsafePointer<CChar>?) -> String? { text.map { String(cString: $0) } }

/// Copies a string into an array of a C struct, cut short where it doesn't fit.
func copy<Characters>(_ text: String, to characters: inout Characters) {
  withUnsafeMutableBytes(of: &characters) { bytes in
    for (place, byte) in text.utf8.prefix(bytes.count - 1).enumerated() { bytes[place] = byte }
  }
}

/// Copies numbers into an array of a C struct, as many as fit.
func fill<Numbers, Number>(_ array: inout Numbers, _ values: [Number]) {
  withUnsafeMutableBytes(of: &array) { raw in
    let numbers = raw.bindMemory(to: Number.self)
    for (place, value) in values.prefix(numbers.count).enumerated() { numbers[place] = value }
  }
}

/// A reference to `object` that C holds and gives back to `release`.
func retained(_ object: AnyObject) -> OpaquePointer {
  OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

/// What C holds by a pointer that `retained` made.
func object<Object: AnyObject>(_: Object.Type, _ pointer: OpaquePointer) -> Object {
  Unmanaged<Object>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
}

/// Lets go of what C held.
func release(_ pointer: OpaquePointer?) {
  if let pointer { Unmanaged<AnyObject>.fromOpaque(UnsafeRawPointer(pointer)).release() }
}
