import Foundation
import TestSupport
import Testing
import Vulkan

/// What a device can do for shaders, beside what vulkaninfo prints.
@Suite struct ShaderFeaturesTests {
  static let vulkaninfo = ["/usr/bin", "/usr/local/bin"].map { $0 + "/vulkaninfo" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  /// The structures of which all of Vulkan's truths are a shader's features.
  private let structures = [
    "VkPhysicalDeviceShaderAtomicFloatFeaturesEXT", "VkPhysicalDeviceShaderAtomicFloat2FeaturesEXT",
    "VkPhysicalDeviceShaderAtomicInt64Features", "VkPhysicalDeviceShaderIntegerDotProductFeatures",
    "VkPhysicalDeviceCooperativeMatrixFeaturesKHR", "VkPhysicalDeviceCooperativeMatrixFeaturesNV",
    "VkPhysicalDeviceWorkgroupMemoryExplicitLayoutFeaturesKHR", "VkPhysicalDeviceShaderClockFeaturesKHR",
    "VkPhysicalDeviceRayQueryFeaturesKHR", "VkPhysicalDeviceComputeShaderDerivativesFeaturesNV",
    "VkPhysicalDeviceFloatControlsProperties",
    "VkPhysicalDevice8BitStorageFeatures", "VkPhysicalDeviceShaderFloat16Int8Features",
  ]

  @Test(.enabled(if: vulkaninfo != nil, "there is no vulkaninfo"))
  func `Features are those that vulkaninfo tells, by its names`() throws {
    let physical = TestDevice.shared.physical
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.vulkaninfo))
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    var (device, structure, values): (String, String, [String: Bool]) = ("", "", [:])
    var ofStructures: Set<String> = []
    for line in text.split(separator: "\n") {
      if let match = line.wholeMatch(of: /GPU([0-9]+):/) {
        device = String(match.1)
      } else if let match = line.wholeMatch(of: /(Vk[A-Za-z0-9]+):/) {
        structure = String(match.1)
      } else if device == "\(physical.index)",
        let match = line.wholeMatch(of: /\s+([A-Za-z0-9]+) += (true|false)/)
      {
        values[String(match.1)] = match.2 == "true"
        if structures.contains(structure), match.2 == "true" { ofStructures.insert(String(match.1)) }
      }
    }
    #expect(!ofStructures.isEmpty)
    #expect(physical.shaderFeatures.isSuperset(of: ofStructures))
    // Of what vulkaninfo knows, nothing is claimed that it denies.
    #expect(physical.shaderFeatures.filter { values[$0] == false } == [])
  }
}
