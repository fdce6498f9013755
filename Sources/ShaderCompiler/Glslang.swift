import CGlslang
import Glibc

/// GLSL that is preprocessed already → SPIR-V, by glslang's own interface.
enum Glslang {
  private static let hasStarted = glslang_initialize_process() != 0

  /// The words, and the warnings where they are no errors.
  static func compile(
    preprocessed text: String, file: String, optimize: Bool, debugInfo: Bool, target: ShaderTarget,
    warningsAsErrors: Bool
  ) throws(ShaderError) -> (words: [UInt32], warnings: [Diagnostic]) {
    guard hasStarted else { throw ShaderError(file: "glslang", "the shader compiler did not start") }
    let result = text.withCString { code in
      Result { () throws(ShaderError) in
        let compilation = Compilation(code: code, file: file, debugInfo: debugInfo, target: target)
        return (try compilation.words(optimize: optimize, debugInfo: debugInfo), compilation.messages)
      }
    }
    let (words, messages) = try result.get()
    if warningsAsErrors, !messages.isEmpty {
      throw ShaderError(
        diagnostics: messages.map {
          Diagnostic(file: $0.file, line: $0.line, severity: .error, message: $0.message)
        })
    }
    return (words, messages)
  }
}

/// One shader in one program.
private final class Compilation {
  private let shader: OpaquePointer?
  private let program: OpaquePointer?
  private let file: String
  private let code: UnsafePointer<CChar>
  private var input: glslang_input_t

  init(code: UnsafePointer<CChar>, file: String, debugInfo: Bool, target: ShaderTarget) {
    self.file = file
    self.code = code
    // Without cascading errors the first ends the compilation.
    var messages =
      GLSLANG_MSG_SPV_RULES_BIT.rawValue | GLSLANG_MSG_VULKAN_RULES_BIT.rawValue
      | GLSLANG_MSG_CASCADING_ERRORS_BIT.rawValue
    if debugInfo { messages |= GLSLANG_MSG_DEBUG_INFO_BIT.rawValue }
    input = glslang_input_t()
    input.language = GLSLANG_SOURCE_GLSL
    input.stage = GLSLANG_STAGE_COMPUTE
    input.client = GLSLANG_CLIENT_VULKAN
    input.client_version = target.glslang.client
    input.target_language = GLSLANG_TARGET_SPV
    input.target_language_version = target.glslang.version
    input.code = code
    input.default_version = Int32(VersionDirective.oldest)
    input.default_profile = GLSLANG_NO_PROFILE
    input.messages = glslang_messages_t(rawValue: messages)
    input.resource = glslang_default_resource()
    shader = glslang_shader_create(&input)
    program = glslang_program_create()
  }

  deinit {
    glslang_program_delete(program)
    glslang_shader_delete(shader)
  }

  func words(optimize: Bool, debugInfo: Bool) throws(ShaderError) -> [UInt32] {
    guard glslang_shader_preprocess(shader, &input) != 0, glslang_shader_parse(shader, &input) != 0 else {
      throw failure
    }
    glslang_program_add_shader(program, shader)
    guard glslang_program_link(program, Int32(input.messages.rawValue)) != 0 else { throw failure }
    if debugInfo {
      glslang_program_add_source_text(program, GLSLANG_STAGE_COMPUTE, code, strlen(code))
      glslang_program_set_source_file(program, GLSLANG_STAGE_COMPUTE, file)
    }
    var options = glslang_spv_options_t()
    options.generate_debug_info = debugInfo
    options.strip_debug_info = !debugInfo
    options.disable_optimizer = !optimize
    // glslang optimises GLSL only where it is asked for small code.
    options.optimize_size = optimize
    glslang_program_SPIRV_generate_with_options(program, GLSLANG_STAGE_COMPUTE, &options)
    let count = glslang_program_SPIRV_get_size(program)
    guard count > 0 else { throw failure }
    return [UInt32](unsafeUninitializedCapacity: count) { buffer, initialized in
      glslang_program_SPIRV_get(program, buffer.baseAddress)
      initialized = count
    }
  }

  private var failure: ShaderError {
    let found = messages
    return found.isEmpty
      ? ShaderError(file: file, "the shader compiler failed and gave no reason")
      : ShaderError(diagnostics: found)
  }

  /// What glslang said so far, each line once.
  var messages: [Diagnostic] {
    let logs = [glslang_shader_get_info_log(shader), glslang_program_get_info_log(program)]
    return logs.compactMap { $0.map { String(cString: $0) } }.flatMap { $0.split(separator: "\n") }
      .compactMap { Diagnostic(glslangLine: $0, file: file) }
      .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

extension Diagnostic {
  /// Reads one line of glslang's messages, `ERROR: file:line: message`; nil for the count of errors that ends them.
  fileprivate init?(glslangLine text: Substring, file: String) {
    guard let match = text.prefixMatch(of: #/(ERROR|WARNING): /#) else { return nil }
    let severity: Severity = match.1 == "ERROR" ? .error : .warning
    let rest = text[match.range.upperBound...].trimmingSpaces
    guard let place = rest.prefixMatch(of: #/(.*?):([0-9]+): /#), let line = Int(place.2) else {
      if rest.contains("No code generated") { return nil }
      self.init(file: file, line: nil, severity: severity, message: String(rest))
      return
    }
    // The main text is number 0 where no #line gave it a name.
    self.init(
      file: place.1 == "0" ? file : String(place.1), line: line, severity: severity,
      message: String(rest[place.range.upperBound...]))
  }
}
