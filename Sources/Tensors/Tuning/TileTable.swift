import Synchronization
package import Vulkan

/// The numbers by which a product is cut: what `MatrixTiles` reads, and `reprise tune` tries.
package struct TileSettings: Equatable, Sendable {
  /// 1: a lane holds a block of B that the rows of A walk past, where there are enough rows. 0: it holds a tile of C.
  var holdsB: Int
  /// Depth of that block, and fours of columns that it is wide, at most.
  var depth, fours: Int
  /// Rows of a workgroup where B is held, and of a lane's tile of C, at most.
  var heldRows, tileRows: Int
  /// Subgroups of a workgroup, at most.
  var subgroups: Int
  /// Workgroups that keep the device busy: k is split where there would be fewer.
  var workgroups: Int
  /// The shortest part that k is split into for that.
  var shortestPart: Int

  /// A number of the settings: its name in files, and all values that it may have.
  struct Field {
    let name: String
    let path: WritableKeyPath<TileSettings, Int>
    let values: [Int]
  }

  /// All numbers, those first that decide what the others mean.
  static var fields: [Field] {
    [
      Field(name: "holdsB", path: \.holdsB, values: [0, 1]),
      Field(name: "depth", path: \.depth, values: [8, 16, 32, 64, 128]),
      Field(name: "fours", path: \.fours, values: [1, 2, 3, 4]),
      Field(name: "heldRows", path: \.heldRows, values: [16, 32, 64, 128, 256, 512]),
      Field(name: "tileRows", path: \.tileRows, values: [2, 4, 8, 16]),
      Field(name: "subgroups", path: \.subgroups, values: [1, 2, 4, 8, 16]),
      Field(name: "workgroups", path: \.workgroups, values: (0...11).map { 1 << $0 }),
      Field(name: "shortestPart", path: \.shortestPart, values: [32, 64, 128, 256, 512]),
    ]
  }

  /// The defaults of a kind of device. Those of CPUs were measured on lavapipe, those of GPUs are estimates.
  package init(for device: PhysicalDevice) {
    let size = device.subgroups.size
    switch device.kind {
    case .cpu:
      self.init(
        holdsB: 1, depth: 64, fours: device.branchesAtDescriptors ? 4 : 2, heldRows: 256, tileRows: 8,
        subgroups: 1, workgroups: 8, shortestPart: 128)
    case .integrated:
      // A few cores: splitting k costs memory traffic that they share with the host.
      self.init(
        holdsB: 0, depth: 64, fours: 2, heldRows: 128, tileRows: 8,
        subgroups: max(1, 64 / size), workgroups: 64, shortestPart: 128)
    case .discrete, .virtual, .other:
      self.init(
        holdsB: 0, depth: 64, fours: 2, heldRows: 128, tileRows: 8,
        subgroups: max(1, 64 / size), workgroups: 256, shortestPart: 128)
    }
  }

  private init(
    holdsB: Int, depth: Int, fours: Int, heldRows: Int, tileRows: Int, subgroups: Int,
    workgroups: Int, shortestPart: Int
  ) {
    self.holdsB = holdsB
    self.depth = depth
    self.fours = fours
    self.heldRows = heldRows
    self.tileRows = tileRows
    self.subgroups = subgroups
    self.workgroups = workgroups
    self.shortestPart = shortestPart
  }

  /// These as defaults for products of a shape.
  ///
  /// A wide block behind descriptors takes longer to compile, and where there are few columns gains nothing.
  func usual(for shape: ShapeClass, on device: PhysicalDevice) -> TileSettings {
    var settings = self
    if [.tiny, .small].contains(shape.columns), !device.branchesAtDescriptors { settings.fours = 1 }
    return settings
  }

  /// Whether kernels can be made of these: a file may hold anything.
  func isUsable(on device: PhysicalDevice) -> Bool {
    let lanes = subgroups.multipliedReportingOverflow(by: device.subgroups.size)
    return Self.fields.allSatisfy { $0.values.contains(self[keyPath: $0.path]) }
      // What a lane holds: more takes drivers long to compile, and registers run out.
      && depth * fours <= 256
      && !lanes.overflow
      && lanes.partialValue <= min(device.limits.maxWorkgroupInvocations, device.limits.maxWorkgroupSize[0])
  }

  /// The numbers that differ from `other`'s, as text.
  package func changes(from other: TileSettings) -> String {
    Self.fields.filter { self[keyPath: $0.path] != other[keyPath: $0.path] }
      .map { "\($0.name) \(self[keyPath: $0.path])" }.joined(separator: ", ")
  }
}

/// Products of about one size along each axis, as the kernels see them: the longer side of a narrow C lies along columns.
package struct ShapeClass: Hashable, Sendable, CustomStringConvertible {
  /// A range of sizes.
  enum Band: String, CaseIterable {
    case tiny, small, medium, large

    init(_ size: Int) { self = size < 16 ? .tiny : size < 128 ? .small : size < 512 ? .medium : .large }

    var range: String {
      switch self {
      case .tiny: "1–15"
      case .small: "16–127"
      case .medium: "128–511"
      case .large: "512–"
      }
    }
  }

  let rows, depth, columns: Band

  package var description: String { "\(rows.range) × \(depth.range) × \(columns.range)" }
}

/// Which settings products get on a device.
package struct TileTable: Sendable {
  /// Those of the kind of device.
  package let defaults: TileSettings
  /// Better ones that `reprise tune` measured.
  package var tuned: [ShapeClass: TileSettings] = [:]

  private static let known = Mutex(RecentCache<String, TileTable>(capacity: 64))

  /// What holds on `device`: read once a process, from the device's folder of caches. `REPRISE_NO_TUNING=1` leaves it out.
  static func of(_ device: Device) -> TileTable {
    let defaults = TileTable(defaults: TileSettings(for: device.physical))
    guard !environmentSwitch("REPRISE_NO_TUNING"), let path = TileFile.path(device) else { return defaults }
    if let table = known.withLock({ $0.value(for: path) }) { return table }
    let table = TileTable(defaults: defaults.defaults, tuned: TileFile.read(device) ?? [:])
    known.withLock { $0.keep(table, for: path) }
    return table
  }

  /// From here on this process has `tuned` for `device`.
  static func note(_ tuned: [ShapeClass: TileSettings], for device: Device) {
    guard let path = TileFile.path(device) else { return }
    known.withLock {
      $0.keep(TileTable(defaults: TileSettings(for: device.physical), tuned: tuned), for: path)
    }
  }

  /// The settings of `product`. Batches and sums were not measured: they keep the defaults.
  func settings(_ product: RecordedProduct, on device: PhysicalDevice) -> TileSettings {
    let shape = product.shapeClass
    let usual = defaults.usual(for: shape, on: device)
    return product.batch.isEmpty && product.terms == 1 ? tuned[shape] ?? usual : usual
  }
}

extension RecordedProduct {
  /// Of a product that is turned as the kernels want it.
  var shapeClass: ShapeClass {
    ShapeClass(rows: .init(c.rows), depth: .init(a.columns), columns: .init(c.columns))
  }
}
