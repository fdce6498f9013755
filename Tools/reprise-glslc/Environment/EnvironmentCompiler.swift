import Bundles
import Kernels
import Reinforcement
import SPIRV
import ShaderCompiler

/// Makes the kernels of an environment out of its file: a header and three functions.
struct EnvironmentCompiler {
  /// The file as it is named in messages.
  let file: String
  /// What its header says.
  let manifest: EnvironmentManifest
  private let compiler: ShaderCompiler
  private let includePaths: [String]
  private let macros: [(String, String?)]

  /// Reads the file's header.
  ///
  /// - Throws: ``ShaderError``.
  init(file: String, includePaths: [String], macros: [(String, String?)]) throws(ShaderError) {
    self.file = file
    let text: String
    do throws(SystemFault) {
      text = String(decoding: try fileBytes(at: file), as: UTF8.self)
    } catch {
      throw ShaderError(file: file, "cannot read the environment: \(error)")
    }
    manifest = try EnvironmentHeader(of: text, file: file).manifest
    compiler = try ShaderCompiler()
    (self.includePaths, self.macros) = (includePaths, macros)
  }

  /// The three functions, as a file has to have them, and a call of each.
  private static let functions = [
    ("void reset(out float state[STATE_SIZE], uvec4 random)", "reset(state, uvec4(0u));"),
    (
      "void observe(float state[STATE_SIZE], out float observation[OBSERVATION_SIZE])",
      "observe(state, observation);"
    ),
    (
      "void step(inout float state[STATE_SIZE], ACTION action[ACTION_SIZE], float parameters[PARAMETER_COUNT], out float reward, out bool terminated)",
      "step(state, action, parameters, reward, terminated);"
    ),
  ]

  /// Compiles the file.
  ///
  /// - Throws: ``ShaderError`` with what the compiler found in the file.
  func environment() throws(ShaderError) -> BundledEnvironment {
    try checkFunctions()
    func kernel(_ name: String, extensions: String = "") throws(ShaderError) -> Kernel {
      let source = beginning(extensions) + "#include \"<Reprise>/\(name).glsl\"\n"
      let words = try compile(source)
      guard let checked = ArrayBounds.checked(words) else {
        throw ShaderError(file: file, "its SPIR-V could not be made keep within its arrays")
      }
      return Kernel(name: name, words: try ShaderCompiler.optimized(checked, file: file))
    }
    let environment = BundledEnvironment(
      manifest,
      kernels: EnvironmentKernels(
        rollout: try kernel("rollout", extensions: "#extension GL_KHR_shader_subgroup_ballot : require\n"),
        explore: try kernel("explore"), step: try kernel("step")))
    do throws(BundleError) {
      // What can't be loaded is not written either.
      return try BundledEnvironment(KernelBundle(bytes: environment.bundle.encoded(), file: file), file: file)
    } catch {
      throw ShaderError(file: file, error.reason)
    }
  }

  /// Refuses a file that lacks one of the functions, in words that name it.
  private func checkFunctions() throws(ShaderError) {
    let words = try checked(call: "")
    guard let reflection = try? Reflection(words), reflection.bindings.count == 1,
      reflection.pushConstants.isEmpty, reflection.sharedBytes == 0
    else {
      throw ShaderError(
        file: file,
        "it declares buffers, push constants or shared memory: an environment has its state alone")
    }
    for (function, call) in Self.functions {
      let words: [UInt32]
      do throws(ShaderError) {
        words = try checked(call: call)
      } catch {
        throw ShaderError(file: file, "it has no function '\(function)', or one with other parameters")
      }
      try checkVariables(words)
    }
  }

  /// Refuses arrays of which a lane can't have its own.
  private func checkVariables(_ words: [UInt32]) throws(ShaderError) {
    let demands: KernelDemands
    do throws(ModuleError) {
      demands = try KernelDemands(words, specialization: [])
    } catch {
      throw ShaderError(file: file, "its SPIR-V can't be used: \(error)")
    }
    guard demands.ownBytes <= KernelDemands.mostOwnBytes else {
      throw ShaderError(
        file: file,
        "its variables take \(demands.ownBytes) bytes a copy, of which \(KernelDemands.mostOwnBytes) can be had; "
          + "the largest is \(demands.own.largest)")
    }
  }

  private func checked(call: String) throws(ShaderError) -> [UInt32] {
    let source =
      beginning("") + """
        layout(local_size_x = 1) in;
        layout(std430, binding = 0) buffer All { float all[]; };
        void main() {
          float state[STATE_SIZE], observation[OBSERVATION_SIZE], parameters[PARAMETER_COUNT], reward = 0.0;
          ACTION action[ACTION_SIZE];
          bool terminated = false;
          \(call)
        }

        """
    return try compile(source)
  }

  private func compile(_ source: String) throws(ShaderError) -> [UInt32] {
    // Named so that the file lies beside it.
    try compiler.compile(
      source: source, file: "\(file).comp", includePaths: includePaths,
      texts: Dictionary(uniqueKeysWithValues: ShaderText.all.map { ($0.name, $0.text) }), macros: macros,
      optimize: false
    ).words
  }

  /// What a kernel begins with: what the header says, as GLSL, and the file.
  private func beginning(_ extensions: String) -> String {
    func list(_ values: [some Any], _ type: String) -> String {
      "\(type)[](\(values.map { "\(type)(\($0))" }.joined(separator: ", ")))"
    }
    let space: String
    switch manifest.actionSpace {
    case .box(let low, let high):
      space = """
        #define ACTION float
        #define BOX_ACTIONS
        const float ACTION_LOW[ACTION_SIZE] = \(list(low, "float"));
        const float ACTION_HIGH[ACTION_SIZE] = \(list(high, "float"));
        """
    case .discrete, .multiDiscrete:
      space = """
        #define ACTION uint
        const uint ACTION_COUNTS[ACTION_SIZE] = \(list(manifest.actionSpace.counts ?? [], "uint"));
        """
    }
    let indices = manifest.parameters.enumerated().map {
      "const uint PARAMETER_\($0.element.name.uppercased()) = \($0.offset)u;\n"
    }
    return """
      #version 450
      #define CHECKED_INDICES
      #extension GL_GOOGLE_include_directive : require
      #extension GL_EXT_control_flow_attributes : require
      \(extensions)#include "<Reprise>/random.glsl"
      #include "<Reprise>/numbers.glsl"
      const uint STATE_SIZE = \(manifest.stateSize)u;
      const uint OBSERVATION_SIZE = \(manifest.observationSize)u;
      const uint ACTION_SIZE = \(manifest.actionSpace.size)u;
      const uint MAXIMUM_STEPS = \(manifest.maximumSteps)u;
      const uint PARAMETER_COUNT = \(manifest.parameters.count)u;
      const float DEFAULT_PARAMETERS[PARAMETER_COUNT] = \(list(manifest.parameters.map(\.value), "float"));
      \(space)
      \(indices.joined())#include "\(file.split(separator: "/").last ?? "")"

      """
  }
}
