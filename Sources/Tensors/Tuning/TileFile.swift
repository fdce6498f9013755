import Glibc
package import Vulkan

/// The settings that `reprise tune` found for a device, on disk.
///
/// Lines of text: the format's version, the device, its driver and its subgroups; then a line for each class of shapes,
/// with its sizes and all numbers by name; last a checksum of all that stands before it. A file is used whole or not at all.
package enum TileFile {
  private static let sizeLimit = 1 << 16

  /// Where the settings of `device` are kept; nil without a folder of caches.
  package static func path(_ device: Device) -> String? {
    let physical = device.physical
    // Without subgroup operations the kernels are others.
    let plain = physical.handsRound ? "" : "-plain"
    return device.cacheDirectory.map {
      "\($0)/tiles-\(physical.identity.driverID)-\(physical.uuid)\(plain).txt"
    }
  }

  /// What is kept for `device`; nil when there is nothing that can be trusted.
  package static func read(_ device: Device) -> [ShapeClass: TileSettings]? {
    path(device).flatMap { readFile($0, limit: sizeLimit) }.flatMap { decode($0, for: device.physical) }
  }

  /// Replaces what is kept for `device`, which this process uses from here on.
  ///
  /// - Throws: `VulkanError.file` when it can't be written.
  package static func write(_ tuned: [ShapeClass: TileSettings], for device: Device) throws(VulkanError) {
    guard let path = path(device), let folder = device.cacheDirectory, makeDirectory(folder) else {
      throw .file(
        path: path(device) ?? "of tiles", detail: "there is no folder of caches that can be written to")
    }
    try encode(tuned, for: device.physical).span.bytes.withUnsafeBytes { (bytes) throws(VulkanError) in
      try writeAtomically(path, bytes)
    }
    TileTable.note(tuned, for: device)
  }

  /// Forgets what is kept for `device`; false when there was nothing.
  ///
  /// - Throws: `VulkanError.file` when it can't be removed.
  package static func remove(_ device: Device) throws(VulkanError) -> Bool {
    guard let path = path(device) else { return false }
    if unlink(path) != 0 {
      guard errno == ENOENT || errno == ENOTDIR else {
        throw .file(path: path, detail: "unlink: \(String(cString: strerror(errno)))")
      }
      return false
    }
    TileTable.note([:], for: device)
    return true
  }

  static func encode(_ tuned: [ShapeClass: TileSettings], for device: PhysicalDevice) -> [UInt8] {
    let lines = tuned.map { shape, settings in
      "\(shape.rows) \(shape.depth) \(shape.columns): "
        + TileSettings.fields.map { "\($0.name) \(settings[keyPath: $0.path])" }.joined(separator: " ") + "\n"
    }
    let text = header(device) + lines.sorted().joined()
    return Array((text + checksumLine(text)).utf8)
  }

  static func decode(_ bytes: [UInt8], for device: PhysicalDevice) -> [ShapeClass: TileSettings]? {
    guard let text = String(validating: bytes, as: UTF8.self), text.hasPrefix(header(device)),
      let mark = text.utf8.dropLast().lastIndex(of: UInt8(ascii: "\n")),
      text[text.index(after: mark)...] == checksumLine(String(text[...mark]))
    else { return nil }
    var tuned: [ShapeClass: TileSettings] = [:]
    for line in text[...mark].dropFirst(header(device).count).split(separator: "\n") {
      guard let (shape, settings) = entry(line, device), tuned.updateValue(settings, forKey: shape) == nil
      else {
        return nil
      }
    }
    return tuned
  }

  /// `large small large: holdsB 1 depth 64 …`
  private static func entry(_ line: Substring, _ device: PhysicalDevice) -> (ShapeClass, TileSettings)? {
    let halves = line.split(separator: ": ", omittingEmptySubsequences: false)
    guard halves.count == 2 else { return nil }
    let bands = halves[0].split(separator: " ", omittingEmptySubsequences: false).map {
      ShapeClass.Band(rawValue: String($0))
    }
    let words = halves[1].split(separator: " ", omittingEmptySubsequences: false)
    let fields = TileSettings.fields
    guard bands.count == 3, let rows = bands[0], let depth = bands[1], let columns = bands[2],
      words.count == 2 * fields.count
    else { return nil }
    var settings = TileSettings(for: device)
    for (index, field) in fields.enumerated() {
      guard words[2 * index] == field.name, let value = Int(words[2 * index + 1]) else { return nil }
      settings[keyPath: field.path] = value
    }
    guard settings.isUsable(on: device) else { return nil }
    return (ShapeClass(rows: rows, depth: depth, columns: columns), settings)
  }

  /// What every file of this format, device and driver begins with.
  private static func header(_ device: PhysicalDevice) -> String {
    let identity = device.identity
    return """
      reprise tiles 1
      device \(identity.vendorID) \(identity.deviceID) \(device.name)
      driver \(identity.driverID) \(identity.driverVersion) \(device.driverName) \(identity.driverInfo)
      subgroups of \(device.subgroups.size)\(device.handsRound ? "" : ", plain")

      """
  }

  private static func checksumLine(_ text: String) -> String {
    var text = text
    return "checksum \(hexadecimal(text.withUTF8 { fnv1a(UnsafeRawBufferPointer($0)) }))\n"
  }
}
