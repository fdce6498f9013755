import Foundation
import TestSupport
import Testing
import Vulkan

/// `reprise-glslc check`: validity, and needs against limits.
@Suite struct CheckTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  /// A profile that has more than any shader here needs, with lines replaced by others.
  private func profile(_ changes: [String: String] = [:]) throws -> String {
    var lines = [
      "name": "a table", "max_workgroup_size": "[1024, 1024, 64]", "max_workgroup_invocations": "1024",
      "max_shared_memory": "65536", "max_push_constants": "256", "max_descriptor_sets": "8",
      "max_storage_buffers": "64", "max_uniform_buffers": "64", "max_storage_images": "64",
      "max_sampled_images": "64", "max_samplers": "64", "max_resources": "128",
      "subgroup_operations": "[basic, arithmetic]", "features": "[shaderFloat64]", "extensions": "[]",
    ]
    lines.merge(changes) { $1 }
    let text = lines.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
    try tool.folder.write(text, to: "p.yaml")
    return "p.yaml"
  }

  /// Needs something of everything.
  private let greedy = """
    #version 450
    #extension GL_KHR_shader_subgroup_arithmetic : require
    layout(local_size_x = 8, local_size_y = 4) in;
    layout(push_constant) uniform Push { vec4 a[2]; } p;
    layout(std430, set = 2, binding = 0) buffer A { double total; float y[]; };
    layout(binding = 1) uniform B { vec4 b; };
    layout(binding = 2, rgba8) uniform writeonly image2D image;
    layout(binding = 3) uniform sampler2D picture;
    shared float tile[100];
    void main() {
      tile[gl_LocalInvocationIndex] = subgroupAdd(y[0]) + b.x + p.a[1].x + texelFetch(picture, ivec2(0), 0).x;
      imageStore(image, ivec2(0), vec4(tile[3]));
      total += double(tile[2]);
    }
    """

  @Test func `What fits is said, and each thing that doesn't has a line`() throws {
    try tool.folder.write(greedy, to: "greedy.comp")
    let fits = try tool.run("check", "greedy.comp", "--profile", try profile())
    #expect(fits.status == 0, "\(fits.errors)")
    #expect(fits.output == "1 kernel fits profile p.yaml (a table).\n")
    let cases = [
      (
        "max_workgroup_size", "[8, 3, 1]",
        "a workgroup of 4 lanes along y; profile p.yaml (a table) has at most 3"
      ),
      (
        "max_workgroup_invocations", "31",
        "a workgroup of 8 × 4 × 1 lanes; profile p.yaml (a table) has at most 31"
      ),
      ("max_shared_memory", "399", "400 bytes of shared memory; profile p.yaml (a table) has 399"),
      ("max_push_constants", "31", "32 bytes of push constants; profile p.yaml (a table) has 31"),
      ("max_descriptor_sets", "2", "3 descriptor sets; profile p.yaml (a table) has at most 2"),
      ("max_storage_buffers", "0", "1 storage buffers; profile p.yaml (a table) has at most 0"),
      ("max_uniform_buffers", "0", "1 uniform buffers; profile p.yaml (a table) has at most 0"),
      ("max_storage_images", "0", "1 storage images; profile p.yaml (a table) has at most 0"),
      ("max_sampled_images", "0", "1 sampled images; profile p.yaml (a table) has at most 0"),
      ("max_samplers", "0", "1 samplers; profile p.yaml (a table) has at most 0"),
      ("max_resources", "3", "4 resources; profile p.yaml (a table) has at most 3"),
      (
        "subgroup_operations", "[basic]",
        "subgroup operations arithmetic (capability GroupNonUniformArithmetic), which profile p.yaml (a table) lacks"
      ),
      (
        "features", "[]",
        "the feature shaderFloat64 (capability Float64), which profile p.yaml (a table) lacks"
      ),
    ]
    for (key, value, expected) in cases {
      let result = try tool.run("check", "greedy.comp", "--profile", try profile([key: value]))
      #expect(result.status == 1, "\(key)")
      #expect(result.errors == "greedy.comp: error: greedy needs \(expected)\n")
    }
  }

  /// Atomic operations on two kinds of memory, dot products, and execution modes of floats.
  private let extended = """
    #version 450
    #extension GL_EXT_shader_atomic_float : require
    #extension GL_EXT_shader_atomic_float2 : require
    #extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
    #extension GL_EXT_shader_atomic_int64 : require
    #extension GL_EXT_spirv_intrinsics : require
    spirv_execution_mode(extensions = ["SPV_KHR_float_controls"], capabilities = [4467], 4462, 32);
    spirv_execution_mode(extensions = ["SPV_KHR_float_controls"], capabilities = [4464], 4459, 64);
    spirv_instruction(extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6019, 6018], id = 4451)
    uint dot4(uint a, uint b, spirv_literal int form);
    layout(std430, binding = 0) buffer A { float total; uint word; };
    shared float tile;
    shared int64_t count;
    void main() {
      atomicAdd(tile, 1.0);
      atomicMax(total, atomicExchange(tile, 2.0));
      atomicAdd(count, 1);
      word = dot4(word, word, 0);
    }
    """

  /// What it needs, by the Vulkan specification, and of what.
  private let extendedFeatures = [
    "shaderInt64": "capability Int64",
    "shaderIntegerDotProduct": "capability DotProductInput4x8BitPacked",
    "shaderDenormPreserveFloat64": "execution mode DenormPreserve 64",
    "shaderRoundingModeRTEFloat32": "execution mode RoundingModeRTE 32",
    "shaderSharedFloat32AtomicAdd": "an atomic operation",
    "shaderSharedFloat32Atomics": "an atomic operation",
    "shaderBufferFloat32AtomicMinMax": "an atomic operation",
    "shaderSharedInt64Atomics": "an atomic operation",
  ]
  private let extendedExtensions = [
    "VK_EXT_shader_atomic_float", "VK_EXT_shader_atomic_float2", "VK_KHR_shader_integer_dot_product",
  ]

  @Test func `Features of extensions count by the memory, type and width they are used on`() throws {
    try tool.folder.write(extended, to: "extended.comp")
    func check(without feature: String) throws -> Tool.Result {
      let features = extendedFeatures.keys.filter { $0 != feature }.joined(separator: ", ")
      let table = ["features": "[\(features)]", "extensions": "\(extendedExtensions)"]
      return try tool.run("check", "extended.comp", "--profile", try profile(table))
    }
    let fits = try check(without: "")
    #expect(fits.status == 0, "\(fits.errors)")
    for (feature, source) in extendedFeatures {
      let result = try check(without: feature)
      #expect(result.status == 1)
      let first = result.errors.split(separator: "\n").first ?? ""
      #expect(
        first
          == "extended.comp: error: extended needs the feature \(feature) (\(source)), which profile p.yaml (a table) lacks"
      )
    }
  }

  @Test func `A device has the features of its extensions`() throws {
    try tool.folder.write(extended, to: "extended.comp")
    let physical = TestDevice.shared.physical
    let lacking =
      extendedFeatures.keys.filter { !physical.shaderFeatures.contains($0) }
      + extendedExtensions.filter { !physical.extensions.contains($0) }
    let result = try tool.run("check", "extended.comp", "--device", "\(physical.index)")
    #expect(result.status == (lacking.isEmpty ? 0 : 1))
    for name in Array(extendedFeatures.keys) + extendedExtensions {
      let line = result.errors.split(separator: "\n").contains { $0.contains(" \(name) (") }
      #expect(line == lacking.contains(name), "\(name)")
    }
  }

  /// Why the kernels don't fit what every device has: `Plan` refuses them there, and the device is told.
  @Test func `The project's kernels against Vulkan's minimum`() throws {
    let result = try tool.run("check", Tool.shaders, "--profile", "minimum")
    #expect(result.status == 1)
    var buffers: [String: Int] = [:]
    var ballot: Set<String> = []
    for line in result.errors.split(separator: "\n") {
      let match = try #require(
        line.firstMatch(of: #/error: ([a-z_]+) needs (([0-9]+) storage buffers|.*ballot)/#))
      if let count = match.3 { buffers[String(match.1)] = Int(count) } else { ballot.insert(String(match.1)) }
    }
    let environments = ["acrobot", "cartpole", "continuous_mountain_car", "mountain_car", "pendulum"]
    var expected = [
      "depthwise_convolution": 6, "depthwise_convolution_weights": 5, "generalized_advantage": 6,
      "matrix_product": 8, "matrix_product_held": 8, "matrix_product_held_plain": 8,
      "matrix_product_plain": 8, "matrix_product_parts": 6, "radix_move": 5,
    ]
    for name in environments {
      (expected["explore_\(name)"], expected["step_\(name)"], expected["rollout_\(name)"]) = (6, 13, 16)
    }
    #expect(buffers == expected)
    #expect(ballot == Set(environments.map { "rollout_\($0)" } + ["matrix_product", "matrix_product_held"]))
  }

  @Test func `They fit a desktop, and the device that tests run on`() throws {
    for target in [["--profile", "desktop"], ["--device", "best"]] {
      let result = try tool.run(["check", Tool.shaders] + target)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.hasPrefix("\(try Tool.shaderFiles().count) kernels fit "))
    }
    #expect(try tool.run("check", Tool.shaders, "--profile", "android").status == 1)
  }

  @Test func `A module that is not valid says why, and its limits are not looked at`() throws {
    try tool.folder.write(scale, to: "scale.comp")
    #expect(try tool.run("build", "scale.comp", "-o", ".").status == 0)
    var bytes = try tool.folder.bytes(of: "scale.spv")
    // SPIR-V 1.9.
    bytes[5] = 9
    try tool.folder.write(bytes, to: "scale.spv")
    let result = try tool.run("check", "scale.spv")
    #expect(result.status == 1)
    #expect(
      result.errors.hasPrefix("scale.spv: error: scale is not valid: Invalid SPIR-V header."))
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test func `Profiles are read strictly`() throws {
    try tool.folder.write(scale, to: "scale.comp")
    /// The first line: the text follows.
    func errors(_ profile: String) throws -> String {
      let result = try tool.run("check", "scale.comp", "--profile", profile)
      #expect(result.status == 1)
      return String(result.errors.prefix { $0 != "\n" })
    }
    #expect(
      try errors(profile(["max_storage_bufers": "3"])).contains(
        "error: unknown key 'max_storage_bufers'; the nearest is 'max_storage_buffers'"))
    // Keys are in the order of the alphabet, from line 1.
    #expect(
      try errors(profile(["features": "none"])) == "p.yaml:2:1: error: 'features' is 'none'; expected a list")
    #expect(
      try errors(profile(["max_samplers": "many"])).hasSuffix(
        "error: 'max_samplers' is 'many'; expected a number from 0 on"))
    #expect(
      try errors(profile(["max_workgroup_size": "[1, 2]"])).hasSuffix("expected a list of 3 numbers"))
    try tool.folder.write("name: short\n", to: "short.yaml")
    #expect(try errors("short.yaml") == "short.yaml:1: error: 'max_workgroup_size' is missing")
    try tool.folder.write("name: a\nname: b\n", to: "twice.yaml")
    #expect(try errors("twice.yaml").contains("name stands there more than once"))
    try tool.folder.write("name: [\n", to: "broken.yaml")
    #expect(try errors("broken.yaml").contains("error: it is no YAML: "))
    #expect(
      try errors("absent")
        == "absent: error: cannot read the profile: No such file or directory (the tool's own are minimum, android, desktop)"
    )
    #expect(try tool.run("check", "scale.comp", "--profile", "minimum", "--device", "best").status == 64)
    let device = try tool.run("check", "scale.comp", "--device", "no such device")
    #expect(device.status == 1)
    #expect(device.errors.hasPrefix("--device no such device: error: "))
  }
}
