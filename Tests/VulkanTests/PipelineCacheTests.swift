import Foundation
import TestSupport
import Testing
import Vulkan

@Suite("Pipeline cache")
struct PipelineCacheTests {
  @Test("the cache is written once, found by the next device, and written again only when it grew")
  func reuse() throws {
    try withDirectory { directory in
      try makePipeline(directory, scale: 2, expectsFile: false)
      let path = try #require(try FileManager.default.contentsOfDirectory(atPath: directory).first)
      let first = try modified("\(directory)/\(path)")
      try makePipeline(directory, scale: 2, expectsFile: true)
      #expect(try modified("\(directory)/\(path)") == first, "nothing new: not written")
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 1, "no file left over")
    }
  }

  @Test("the file appears when asked for, and is not written twice")
  func saving() throws {
    try withDirectory { directory in
      let device = try TestDevice.make(cacheDirectory: directory + "/deeper/still")
      #expect(try !device.savePipelineCache(), "there is nothing to save yet")
      _ = try device.pipeline(
        words: ScaleKernel.words, name: "scale", bindings: 2, pushConstantBytes: 8, specialization: [32, 5])
      #expect(try device.savePipelineCache())
      #expect(try !device.savePipelineCache())
    }
  }

  @Test("a device without a usable directory works without a cache")
  func noDirectory() throws {
    let device = try TestDevice.make(cacheDirectory: "/dev/null/nowhere")
    let pipeline = try device.pipeline(
      words: ScaleKernel.words, name: "scale", bindings: 2, pushConstantBytes: 8, specialization: [32, 2])
    #expect(try scale(device, pipeline, [1, 2], bias: 0) == [2, 4])
    #expect(throws: VulkanError.self) { try device.savePipelineCache() }
  }

  @Test("a file that was damaged is ignored and replaced")
  func damaged() throws {
    try withDirectory { directory in
      try makePipeline(directory, scale: 2, expectsFile: false)
      let name = try #require(try FileManager.default.contentsOfDirectory(atPath: directory).first)
      let path = "\(directory)/\(name)"
      var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
      let good = bytes
      bytes[bytes.count / 2] ^= 0x10
      try Data(bytes).write(to: URL(filePath: path))
      try makePipeline(directory, scale: 2, expectsFile: false)
      #expect([UInt8](try Data(contentsOf: URL(filePath: path))) == good, "replaced")
    }
  }

  @Test("every flipped bit, every cut and every addition is noticed")
  func corruption() {
    let driver = identity()
    let payload = header(driver) + (0..<100).map { UInt8($0) }
    let file = PipelineCacheFile(shaders: [7, 1 << 60], payload: payload)
    let good = file.encoded(for: driver)
    #expect(PipelineCacheFile(good, for: driver) == file)
    for place in good.indices {
      var bad = good
      bad[place] ^= 1 << UInt8(place % 8)
      #expect(PipelineCacheFile(bad, for: driver) == nil, "byte \(place)")
      #expect(PipelineCacheFile(Array(good[..<place]), for: driver) == nil, "cut at \(place)")
    }
    #expect(PipelineCacheFile(good + [0], for: driver) == nil)
  }

  @Test("lengths that lie are noticed even under a right checksum")
  func lyingLengths() {
    let driver = identity()
    let good = PipelineCacheFile(shaders: [7], payload: header(driver)).encoded(for: driver)
    let body = good.dropLast(8)
    for place in body.indices {
      var bad = Array(body)
      bad[place] = 0xff
      guard bad != Array(body) else { continue }
      let checksum = bad.withUnsafeBytes { fnv1a($0) }
      let file = bad + withUnsafeBytes(of: checksum.littleEndian) { Array($0) }
      // Only the hash of a shader is free to be anything.
      if let read = PipelineCacheFile(file, for: driver) { #expect(read.payload == header(driver)) }
    }
  }

  @Test("a file of another driver, build or device is ignored")
  func otherDrivers() {
    let driver = identity()
    let good = PipelineCacheFile(shaders: [1], payload: header(driver)).encoded(for: driver)
    let changes: [(inout DriverIdentity) -> Void] = [
      { $0.vendorID += 1 }, { $0.deviceID += 1 }, { $0.driverID += 1 }, { $0.driverVersion += 1 },
      { $0.driverInfo += " (git)" }, { $0.deviceUUID[15] += 1 }, { $0.pipelineCacheUUID[0] += 1 },
    ]
    for change in changes {
      var other = driver
      change(&other)
      #expect(PipelineCacheFile(good, for: other) == nil)
    }
    // Vulkan's own header is believed no more than ours.
    var other = driver
    other.pipelineCacheUUID[3] += 1
    let mixed = PipelineCacheFile(shaders: [1], payload: header(other)).encoded(for: driver)
    #expect(PipelineCacheFile(mixed, for: driver) == nil)
  }

  private func identity() -> DriverIdentity {
    var driver = DriverIdentity()
    driver.vendorID = 0x1234
    driver.deviceID = 0x5678
    driver.driverID = 13
    driver.driverVersion = 99
    driver.driverInfo = "Mesa 22.3.6"
    driver.deviceUUID = (0..<16).map { UInt8($0) }
    driver.pipelineCacheUUID = (0..<16).map { UInt8($0 * 2) }
    return driver
  }

  /// VkPipelineCacheHeaderVersionOne.
  private func header(_ driver: DriverIdentity) -> [UInt8] {
    [32, 1, driver.vendorID, driver.deviceID].flatMap { word in
      withUnsafeBytes(of: word.littleEndian) { Array($0) }
    } + driver.pipelineCacheUUID
  }

  private func makePipeline(_ directory: String, scale factor: UInt32, expectsFile: Bool) throws {
    let device = try TestDevice.make(cacheDirectory: directory)
    #expect(device.hasSavedPipelines == expectsFile)
    let pipeline = try device.pipeline(
      words: ScaleKernel.words, name: "scale", bindings: 2, pushConstantBytes: 8,
      specialization: [32, factor])
    #expect(try scale(device, pipeline, [3], bias: 1) == [3 * factor + 1])
  }

  private func modified(_ path: String) throws -> Date? {
    try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
  }

  private func withDirectory(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.path + "/reprise-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try body(directory)
  }
}
