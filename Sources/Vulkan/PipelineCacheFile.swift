/// What a pipeline cache file holds: the driver's data, and what it was made with and for.
///
/// Layout, little endian: magic, format version, driver and device (see `prefix`), number of shader hashes and the
/// hashes, length of the payload, the payload, and a checksum of everything before it.
package struct PipelineCacheFile: Equatable {
  /// Files above this are not read; a cache that has grown past it starts anew.
  static let sizeLimit = 256 << 20

  private static let magic = Array("REPRPIPE".utf8)
  private static let formatVersion: UInt32 = 1
  private static let checksumBytes = 8
  /// Vulkan's own header, VkPipelineCacheHeaderVersionOne.
  private static let headerBytes = 32

  /// Hashes of the SPIR-V that pipelines in the cache were made from.
  package let shaders: Set<UInt64>
  /// What vkGetPipelineCacheData gave.
  package let payload: [UInt8]

  package init(shaders: Set<UInt64>, payload: [UInt8]) {
    self.shaders = shaders
    self.payload = payload
  }

  /// Reads a file; nil when a single bit of it is not as `encoded` wrote it for the same driver and device.
  package init?(_ file: [UInt8], for driver: DriverIdentity) {
    let prefix = Self.prefix(driver)
    guard file.count >= prefix.count + Self.checksumBytes, file.starts(with: prefix) else { return nil }
    let contents = file.dropLast(Self.checksumBytes)
    let checksum = contents.withUnsafeBytes { fnv1a($0) }
    guard file.suffix(Self.checksumBytes).elementsEqual(littleEndian(checksum)) else { return nil }

    var rest = contents.dropFirst(prefix.count)
    guard let count: UInt32 = take(&rest), Int(count) <= rest.count / 8 else { return nil }
    var shaders: Set<UInt64> = []
    for _ in 0..<count {
      guard let shader: UInt64 = take(&rest) else { return nil }
      shaders.insert(shader)
    }
    guard let length: UInt64 = take(&rest), length == UInt64(rest.count) else { return nil }
    guard Self.isFrom(driver, Array(rest.prefix(Self.headerBytes))) else { return nil }
    self.init(shaders: shaders, payload: Array(rest))
  }

  /// The file's bytes.
  package func encoded(for driver: DriverIdentity) -> [UInt8] {
    var file = Self.prefix(driver) + littleEndian(UInt32(shaders.count))
    for shader in shaders.sorted() { file += littleEndian(shader) }
    file += littleEndian(UInt64(payload.count)) + payload
    let checksum = file.withUnsafeBytes { fnv1a($0) }
    return file + littleEndian(checksum)
  }

  /// The bytes that every file of this driver and device starts with.
  private static func prefix(_ driver: DriverIdentity) -> [UInt8] {
    let info = Array(driver.driverInfo.utf8)
    return magic + littleEndian(formatVersion) + littleEndian(driver.vendorID) + littleEndian(driver.deviceID)
      + littleEndian(driver.driverID) + littleEndian(driver.driverVersion) + driver.deviceUUID
      + driver.pipelineCacheUUID + littleEndian(UInt32(info.count)) + info
  }

  /// True when Vulkan's own header names this driver and device.
  private static func isFrom(_ driver: DriverIdentity, _ header: [UInt8]) -> Bool {
    header
      == littleEndian(UInt32(headerBytes)) + littleEndian(UInt32(1)) + littleEndian(driver.vendorID)
      + littleEndian(driver.deviceID) + driver.pipelineCacheUUID
  }
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

private func take<Value: FixedWidthInteger>(_ bytes: inout ArraySlice<UInt8>) -> Value? {
  let size = MemoryLayout<Value>.size
  guard bytes.count >= size else { return nil }
  let value = bytes.prefix(size).withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
  bytes = bytes.dropFirst(size)
  return Value(littleEndian: value)
}
