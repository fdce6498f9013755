import ShaderCompiler
import Vulkan

/// What a shader may need: a profile's table, or a device of this machine.
struct CheckTarget {
  /// What messages call it.
  let name: String
  let maxWorkgroupSize: [Int]
  let maxWorkgroupInvocations, maxSharedMemory, maxPushConstants, maxDescriptorSets: Int
  let maxStorageBuffers, maxUniformBuffers, maxStorageImages, maxSampledImages, maxSamplers, maxResources: Int
  /// By GLSL's names.
  let subgroupOperations: Set<String>
  /// By Vulkan's names.
  let features, extensions: Set<String>

  private static let limits = [
    "max_workgroup_size", "max_workgroup_invocations", "max_shared_memory", "max_push_constants",
    "max_descriptor_sets", "max_storage_buffers", "max_uniform_buffers", "max_storage_images",
    "max_sampled_images", "max_samplers", "max_resources",
  ]

  /// The profiles that the tool has.
  static let builtIn = ["minimum", "android", "desktop"]

  /// A profile of the tool's, or the one that a file holds.
  init(profile: String) throws(ShaderError) {
    let text: [UInt8]
    switch profile {
    case "minimum": text = PackageResources.minimum_yaml
    case "android": text = PackageResources.android_yaml
    case "desktop": text = PackageResources.desktop_yaml
    default:
      do throws(SystemFault) {
        text = try fileBytes(at: profile)
      } catch {
        throw ShaderError(
          file: profile,
          "cannot read the profile: \(error) (the tool's own are \(Self.builtIn.joined(separator: ", ")))")
      }
    }
    let table = try YAMLTable(
      text: String(decoding: text, as: UTF8.self), file: profile,
      keys: ["name", "subgroup_operations", "features", "extensions"] + Self.limits)
    name = "profile \(profile) (\(try table.string("name")))"
    maxWorkgroupSize = try table.counts("max_workgroup_size", length: 3)
    maxWorkgroupInvocations = try table.count("max_workgroup_invocations")
    maxSharedMemory = try table.count("max_shared_memory")
    maxPushConstants = try table.count("max_push_constants")
    maxDescriptorSets = try table.count("max_descriptor_sets")
    maxStorageBuffers = try table.count("max_storage_buffers")
    maxUniformBuffers = try table.count("max_uniform_buffers")
    maxStorageImages = try table.count("max_storage_images")
    maxSampledImages = try table.count("max_sampled_images")
    maxSamplers = try table.count("max_samplers")
    maxResources = try table.count("max_resources")
    subgroupOperations = Set(try table.strings("subgroup_operations"))
    features = Set(try table.strings("features"))
    extensions = Set(try table.strings("extensions"))
  }

  /// A device of this machine.
  init(_ device: PhysicalDevice) {
    let limits = device.limits
    name = "device \"\(device.name)\""
    maxWorkgroupSize = limits.maxWorkgroupSize
    maxWorkgroupInvocations = limits.maxWorkgroupInvocations
    maxSharedMemory = limits.maxSharedMemory
    maxPushConstants = limits.maxPushConstants
    maxDescriptorSets = limits.maxDescriptorSets
    maxStorageBuffers = limits.maxStorageBuffersPerStage
    maxUniformBuffers = limits.maxUniformBuffersPerStage
    maxStorageImages = limits.maxStorageImagesPerStage
    maxSampledImages = limits.maxSampledImagesPerStage
    maxSamplers = limits.maxSamplersPerStage
    maxResources = limits.maxResourcesPerStage
    subgroupOperations = Set(device.subgroups.operations)
    features = device.shaderFeatures
    extensions = device.extensions
  }
}
