import CGlslang
import CSPIRVTools
import CShaderc
import Glibc

/// What runs the SPIR-V.
public enum ShaderTarget: String, Sendable, CaseIterable {
  /// SPIR-V 1.5. From 1.6 on, a workgroup size that is a specialization constant becomes `LocalSizeId`, which Vulkan 1.2
  /// devices do not take.
  case vulkan12 = "vulkan1.2"
  /// SPIR-V 1.6.
  case vulkan13 = "vulkan1.3"

  var shaderc: (environment: shaderc_env_version, version: shaderc_spirv_version) {
    switch self {
    case .vulkan12: (shaderc_env_version_vulkan_1_2, shaderc_spirv_version_1_5)
    case .vulkan13: (shaderc_env_version_vulkan_1_3, shaderc_spirv_version_1_6)
    }
  }

  var glslang: (client: glslang_target_client_version_t, version: glslang_target_language_version_t) {
    switch self {
    case .vulkan12: (GLSLANG_TARGET_VULKAN_1_2, GLSLANG_TARGET_SPV_1_5)
    case .vulkan13: (GLSLANG_TARGET_VULKAN_1_3, GLSLANG_TARGET_SPV_1_6)
    }
  }

  var spirvTools: spv_target_env {
    switch self {
    case .vulkan12: SPV_ENV_VULKAN_1_2
    case .vulkan13: SPV_ENV_VULKAN_1_3
    }
  }
}

/// What makes SPIR-V of GLSL.
public enum FrontEnd: String, Sendable, CaseIterable {
  /// libshaderc, with all of spirv-opt's performance passes.
  case shaderc
  /// glslang by its own interface, with its passes for small code. libshaderc preprocesses.
  case glslang

  /// The one that the environment variable `REPRISE_FRONT_END` names, else shaderc.
  ///
  /// - Throws: ``ShaderError`` where it names none.
  static func usual() throws(ShaderError) -> FrontEnd {
    guard let value = getenv("REPRISE_FRONT_END"), value.pointee != 0 else { return .shaderc }
    let name = String(cString: value)
    guard let frontEnd = FrontEnd(rawValue: name) else {
      let known = allCases.map(\.rawValue).joined(separator: " or ")
      throw ShaderError(file: "REPRISE_FRONT_END", "found '\(name)'; expected \(known)")
    }
    return frontEnd
  }
}
