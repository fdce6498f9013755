import CShaderc

/// Compiles GLSL compute shaders to SPIR-V, in memory, through libshaderc or glslang.
///
/// One compiler may be used from many threads at once, and its copies share it; making one costs more
/// than compiling a small shader, so keep it.
public struct ShaderCompiler: Sendable {
  private let handle: CompilerHandle

  /// Starts the compiler.
  ///
  /// - Throws: ``ShaderError`` where libshaderc cannot start (it is out of memory).
  public init() throws(ShaderError) {
    guard let pointer = shaderc_compiler_initialize() else {
      throw ShaderError(file: "libshaderc", "the shader compiler did not start: out of memory")
    }
    handle = CompilerHandle(pointer)
  }

  /// Compiles the entry point `main` of a compute shader.
  ///
  /// An `#include`, in quotes or angle brackets, is looked for beside the including file, then in the
  /// include paths. Nothing else is read or written. The same input gives the same words.
  ///
  /// - Parameters:
  ///   - source: The shader's text, which begins with `#version 450` or a later one.
  ///   - file: The name that stands in messages and debug information; its folder is where the shader's
  ///     own includes are looked for first.
  ///   - includePaths: Folders to look for includes in, in this order.
  ///   - texts: Includes by name that are found where no file is; those that they include are looked for among them alone.
  ///   - macros: Names to define before the first line, with a value or empty.
  ///   - optimize: Whether spirv-opt's passes run.
  ///   - debugInfo: Whether names, the source and its lines are kept in the SPIR-V.
  ///   - target: What runs the SPIR-V.
  ///   - frontEnd: What compiles it; without one that of the environment variable `REPRISE_FRONT_END`, or shaderc.
  ///   - warningsAsErrors: Whether a warning ends the compilation.
  /// - Throws: ``ShaderError`` with every error and warning that the compiler found.
  public func compile(
    source: String, file: String, includePaths: [String] = [], texts: [String: String] = [:],
    macros: [(String, String?)] = [], optimize: Bool = true, debugInfo: Bool = false,
    target: ShaderTarget = .vulkan12, frontEnd: FrontEnd? = nil, warningsAsErrors: Bool = true
  ) throws(ShaderError) -> CompiledShader {
    // Not with ??, whose throws aren't typed.
    let chosen = if let frontEnd { frontEnd } else { try FrontEnd.usual() }
    try VersionDirective.check(source: source, file: file)
    guard let options = shaderc_compile_options_initialize() else {
      throw ShaderError(file: file, "cannot set the shader compiler's options: out of memory")
    }
    defer { shaderc_compile_options_release(options) }
    shaderc_compile_options_set_target_env(
      options, shaderc_target_env_vulkan, UInt32(target.shaderc.environment.rawValue))
    shaderc_compile_options_set_target_spirv(options, target.shaderc.version)
    if warningsAsErrors { shaderc_compile_options_set_warnings_as_errors(options) }
    if optimize {
      shaderc_compile_options_set_optimization_level(options, shaderc_optimization_level_performance)
    }
    if debugInfo {
      shaderc_compile_options_set_generate_debug_info(options)
    }
    for (name, value) in macros {
      shaderc_compile_options_add_macro_definition(
        options, name, name.utf8.count, value, value?.utf8.count ?? 0)
    }
    let resolver = IncludeResolver(includePaths: includePaths, texts: texts)
    resolver.install(in: options)

    switch chosen {
    case .shaderc:
      let (bytes, warnings) = try run(shaderc_compile_into_spv, source, file, options, resolver)
      return CompiledShader(
        words: words(inBytes: bytes), includes: resolver.includes, absentIncludes: resolver.absent,
        warnings: warnings)
    case .glslang:
      let (bytes, _) = try run(shaderc_compile_into_preprocessed_text, source, file, options, resolver)
      let (words, warnings) = try Glslang.compile(
        preprocessed: String(decoding: bytes, as: UTF8.self), file: file, optimize: optimize,
        debugInfo: debugInfo, target: target, warningsAsErrors: warningsAsErrors)
      return CompiledShader(
        words: words, includes: resolver.includes, absentIncludes: resolver.absent, warnings: warnings)
    }
  }

  private typealias Step = (
    shaderc_compiler_t?, UnsafePointer<CChar>?, Int, shaderc_shader_kind, UnsafePointer<CChar>?,
    UnsafePointer<CChar>?, shaderc_compile_options_t?
  ) -> shaderc_compilation_result_t?

  /// What one of shaderc's functions makes of a source.
  private func run(
    _ step: Step, _ source: String, _ file: String, _ options: shaderc_compile_options_t,
    _ resolver: IncludeResolver
  ) throws(ShaderError) -> (bytes: [UInt8], warnings: [Diagnostic]) {
    var source = source
    let result = withExtendedLifetime((handle, resolver)) {
      source.withUTF8 { text in
        text.withMemoryRebound(to: CChar.self) { text in
          step(
            handle.pointer, text.baseAddress, text.count, shaderc_glsl_compute_shader, file, "main", options)
        }
      }
    }
    guard let result else {
      throw ShaderError(file: file, "the shader compiler gave no result: out of memory")
    }
    defer { shaderc_result_release(result) }
    let messages = shaderc_result_get_error_message(result).map { String(cString: $0) } ?? ""
    guard shaderc_result_get_compilation_status(result) == shaderc_compilation_status_success,
      let bytes = shaderc_result_get_bytes(result)
    else {
      throw ShaderError(compilerMessages: messages, file: file)
    }
    let content = UnsafeRawBufferPointer(start: bytes, count: shaderc_result_get_length(result))
    return (Array(content), Diagnostic.all(compilerMessages: messages, file: file))
  }
}

/// The words that bytes are, in the machine's byte order.
private func words(inBytes bytes: [UInt8]) -> [UInt32] {
  bytes.withUnsafeBytes { bytes in
    stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map {
      bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)
    }
  }
}

/// Owns a shaderc compiler. Unchecked, because shaderc promises that compiling takes it as constant and so
/// needs no lock; it is released when nobody can be compiling with it any more.
private final class CompilerHandle: @unchecked Sendable {
  let pointer: shaderc_compiler_t

  init(_ pointer: shaderc_compiler_t) {
    self.pointer = pointer
  }

  deinit {
    shaderc_compiler_release(pointer)
  }
}
