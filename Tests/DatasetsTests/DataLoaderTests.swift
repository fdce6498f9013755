import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Datasets

/// Batches as they arrive on the device.
@Suite struct DataLoaderTests {
  let device = TestDevice.shared

  /// Bytes that tell each element of each sample: sample · 3 + place.
  func dataset(_ count: Int, shape: Shape = [5]) throws -> Dataset {
    let bytes = (0..<count).flatMap { sample in
      (0..<shape.count).map { UInt8(truncatingIfNeeded: sample * 3 + $0) }
    }
    return try Dataset(
      Samples(bytes, shape: shape), .classes((0..<count).map { Int32($0 % 3) }, names: ["a", "b", "c"]),
      source: "test")
  }

  /// All inputs and targets of an epoch in the order in which they came.
  ///
  /// - Parameters:
  ///   - looks: epochs are cut at each so manieth look at whether they should be.
  ///   - another: a loader like the first, which goes on with an epoch that was cut.
  func epochs(
    _ loader: DataLoader, _ count: Int, perUpdate: Int = 1, cutAfter looks: Int = .max,
    another: () throws -> DataLoader? = { nil }
  ) throws -> (inputs: [[Float]], targets: [[Int32]]) {
    var loader = loader
    let size = loader.options.batchSize
    let width = loader.sampleShape.count
    let room = loader.batchesPerEpoch * size
    let inputs = try Variable([room * width], on: device, label: "all inputs")
    let targets = try Variable([room], .int32, on: device, label: "all targets")
    let number = try Variable([], .uint32, on: device, label: "number")
    func scattered(_ variable: Variable, _ values: Tensor, _ first: Tensor) {
      let graph = values.graph
      let places = graph.arange(values.shape.count, .uint32) + first
      variable.assign(graph.read(variable).scatter(places, values.reshape([values.shape.count]), axis: 0))
    }
    func recorded(_ loader: DataLoader) throws -> Epoch {
      var options = PlanOptions()
      if looks < .max { options.secondsPerSubmission = 0 }
      return try loader.record(
        "collect", options: options, batchesPerUpdate: perUpdate,
        begin: { graph in
          number.assign(graph.constant(0, number.type))
        }
      ) { graph, batch in
        let place = graph.read(number)
        scattered(inputs, batch.inputs, place * Double(width))
        scattered(targets, batch.targets, place)
        number.assign(place + Double(batch.count))
      }
    }
    var epoch = try recorded(loader)
    var look = 0
    var result: (inputs: [[Float]], targets: [[Int32]]) = ([], [])
    var isCut = false
    for _ in 0..<count {
      while try !epoch.run(isCut: {
        look += 1
        isCut = isCut || look % looks == 0
        return isCut
      }) {
        isCut = false
        guard let cut = epoch.cut, let fresh = try another() else { continue }
        for (old, new) in [
          (loader.epochCounter, fresh.epochCounter), (loader.batchCounter, fresh.batchCounter),
          (loader.position, fresh.position),
        ] {
          try new.write(old.read(UInt32.self))
        }
        loader = fresh
        epoch = try recorded(fresh)
        try epoch.enter(after: cut)
      }
      result.inputs.append(Array(try inputs.read(Float.self).prefix(loader.samplesPerEpoch * width)))
      result.targets.append(Array(try targets.read(Int32.self).prefix(loader.samplesPerEpoch)))
    }
    return result
  }

  func loader(
    _ dataset: Dataset, rows: [UInt32]? = nil, limit: Int? = nil, _ change: (inout DataLoader.Options) -> Void
  )
    throws -> DataLoader
  {
    var options = DataLoader.Options()
    change(&options)
    return try DataLoader(DeviceDataset(dataset, on: device, residentLimit: limit), rows: rows, options)
  }

  @Test func samplesComeInOrderWithASmallerLastBatch() throws {
    let loader = try loader(dataset(11), rows: [10, 0, 3, 4, 7]) { $0.batchSize = 2 }
    #expect(loader.batchesPerEpoch == 3)
    let (inputs, targets) = try epochs(loader, 1)
    let expected = [10, 0, 3, 4, 7].flatMap { row in (0..<5).map { Float(row * 3 + $0) / 255 } }
    #expect(zip(inputs[0], expected).allSatisfy { abs($0 - $1) < 1e-7 } && inputs[0].count == 25)
    #expect(targets[0] == [1, 0, 0, 1, 1])
  }

  @Test func eachEpochHasAnOrderOfItsOwn() throws {
    let loader = try loader(dataset(33)) { ($0.batchSize, $0.shuffle, $0.seed) = (8, true, 3) }
    let (inputs, _) = try epochs(loader, 3)
    let orders = inputs.map { epoch in
      stride(from: 0, to: epoch.count, by: 5).map { Int((epoch[$0] * 85).rounded()) }
    }
    for order in orders { #expect(order.sorted() == Array(0..<33)) }
    #expect(Set(orders).count == 3 && !orders.contains(Array(0..<33)))
  }

  @Test(arguments: [(1, false), (3, false), (1, true), (2, true)])
  func streamedIsTheSameAsResident(_ perUpdate: Int, _ dropLast: Bool) throws {
    let data = try dataset(103)
    func collected(limit: Int?) throws -> (inputs: [[Float]], targets: [[Int32]]) {
      let loader = try loader(data, rows: (1..<102).map { $0 }, limit: limit) {
        ($0.batchSize, $0.shuffle, $0.dropLast, $0.streamBytes) = (8, true, dropLast, 5 * 8 * 3)
      }
      #expect(loader.dataset.isResident == (limit == nil))
      return try epochs(loader, 2, perUpdate: perUpdate)
    }
    let (resident, streamed) = (try collected(limit: nil), try collected(limit: 0))
    #expect(resident.inputs == streamed.inputs && resident.targets == streamed.targets)
    #expect(resident.inputs[0].count == (dropLast ? 96 : 101) * 5)
  }

  @Test(arguments: [1, 2, 3], [nil, 0])
  func aCutEpochGoesOnInAnotherObject(_ perUpdate: Int, limit: Int?) throws {
    let data = try dataset(103)
    func loader() throws -> DataLoader {
      try self.loader(data, rows: (1..<102).map { $0 }, limit: limit) {
        ($0.batchSize, $0.shuffle, $0.streamBytes) = (8, true, 5 * 8 * 3)
      }
    }
    let whole = try epochs(loader(), 2, perUpdate: perUpdate)
    for looks in [2, 3, 5] {
      var others = 0
      let cut = try epochs(loader(), 2, perUpdate: perUpdate, cutAfter: looks) {
        others += 1
        return try loader()
      }
      #expect(cut.inputs == whole.inputs && cut.targets == whole.targets, "cut after \(looks)")
      #expect(others > 1, "cut after \(looks)")
    }
  }

  @Test func anEpochIsOnePlanAndFewSubmissions() throws {
    let loader = try loader(dataset(1001)) { ($0.batchSize, $0.shuffle) = (4, true) }
    let epoch = try loader.record("nothing") { graph, batch in
      let sum = try Variable([], on: device, label: "sum")
      sum.assign(batch.inputs.sum())
    }
    try epoch.run()
    #expect(epoch.plans.count == 1)
    // A slow CPU's are cut by the second.
    #expect(epoch.profile.submissions <= 4 + Int(2 * epoch.profile.deviceSeconds), "\(epoch.profile)")
  }

  @Test func windowsShiftMirrorAndCrop() throws {
    // Pictures 1×4×4 whose element (y, x) is 16 · y + x + 1.
    let picture: [UInt8] = [1, 2, 3, 4, 17, 18, 19, 20, 33, 34, 35, 36, 49, 50, 51, 52]
    let bytes = (0..<64).flatMap { _ in picture }
    let data = try Dataset(Samples(bytes, shape: [1, 4, 4]), .unknown, source: "test")
    let loader = try loader(data) {
      ($0.batchSize, $0.isTraining, $0.seed) = (64, true, 5)
      ($0.augmentation.shift, $0.augmentation.flip) = (1, 0.5)
    }
    var seen = Set<Place>()
    for picture in try epochs(loader, 1).inputs[0].chunked(16) {
      let values = picture.map { Int(($0 * 255).rounded()) }
      let matches = Place.all.filter { $0.gives(values) }
      #expect(matches.count == 1, "\(values)")
      seen.formUnion(matches)
    }
    #expect(seen.count > 12)

    let cropped = try self.loader(data) { ($0.batchSize, $0.augmentation.crop) = (64, 2) }
    #expect(cropped.sampleShape == [1, 2, 2])
    let values = try epochs(cropped, 1).inputs[0].prefix(4).map { Int(($0 * 255).rounded()) }
    #expect(values == [18, 19, 34, 35])
  }

  @Test func cutoutClearsASquare() throws {
    let data = try Dataset(
      Samples([UInt8](repeating: 255, count: 32 * 64), shape: [1, 8, 8]), .unknown, source: "test")
    let loader = try loader(data) {
      ($0.batchSize, $0.isTraining, $0.augmentation.cutout) = (32, true, 3)
    }
    var sizes = Set<Int>()
    for picture in try epochs(loader, 1).inputs[0].chunked(64) {
      let cleared = picture.indices.filter { picture[$0] == 0 }
      let (lines, columns) = (Set(cleared.map { $0 / 8 }), Set(cleared.map { $0 % 8 }))
      #expect(lines.count * columns.count == cleared.count && lines.count <= 3 && columns.count <= 3)
      sizes.insert(cleared.count)
    }
    // Squares at the border are cut off.
    #expect(sizes.contains(9) && sizes.isSubset(of: [4, 6, 9]))
  }

  @Test func mixedSamplesLieBetweenTwo() throws {
    let data = try Dataset(
      Samples((0..<64).map { UInt8($0 < 32 ? 0 : 255) }, shape: [1]),
      .classes((0..<64).map { $0 < 32 ? 0 : 1 }, names: ["black", "white"]), source: "test")
    let loader = try loader(data) {
      ($0.batchSize, $0.isTraining, $0.augmentation.mixup) = (64, true, 0.4)
    }
    let inputs = try Variable([64], on: device, label: "mixed inputs")
    let targets = try Variable([64, 2], on: device, label: "mixed targets")
    let epoch = try loader.record("mix") { _, batch in
      inputs.assign(batch.inputs.reshape([64]))
      if let mixed = batch.mixedTargets { targets.assign(mixed) }
    }
    try epoch.run()
    let (x, y) = (try inputs.read(Float.self), try targets.read(Float.self))
    for row in 0..<64 {
      let (black, white) = (y[2 * row], y[2 * row + 1])
      #expect(abs(white - x[row]) < 1e-6 && abs(black + white - 1) < 1e-6)
      #expect((row < 32) == (x[row] <= 0.5))
    }
    #expect(x.count { $0 > 0 && $0 < 1 } > 16)
  }

  @Test func quantilesAreThoseOfTheBetaDistribution() {
    // SciPy: beta.ppf(p / 2, α, α) for p = ¼, ½, ¾.
    let expected: [(Double, [Double])] = [
      (1, [0.125, 0.25, 0.375]), (0.2, [7.5586e-4, 0.023815, 0.16342]), (0.5, [0.03806, 0.14645, 0.30866]),
    ]
    for (alpha, values) in expected {
      let quantiles = Mixup.quantiles(alpha: alpha, count: 5)
      for (found, value) in zip(quantiles[1...3], values) {
        #expect(abs(Double(found) - value) < 1e-4, "\(alpha): \(quantiles)")
      }
    }
  }

  @Test func measuredStatisticsAreTheDatas() throws {
    // A large mean, so that sums of squares would lose the deviation; it moves from batch to batch.
    let values = (0..<999).flatMap { [Float(2000 + $0 / 100), Float($0 % 2)] }
    let data = try Dataset(Samples(values, shape: [2]), .unknown, source: "test")
    let loader = try loader(data) { $0.batchSize = 64 }
    let found = try loader.measureNormalization()
    for column in 0..<2 {
      let values = stride(from: column, to: values.count, by: 2).map { Double(values[$0]) }
      let mean = values.reduce(0, +) / 999
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 999).squareRoot()
      #expect(
        abs(found.mean[column] - mean) < 1e-3
          && abs(found.standardDeviation[column] - deviation) < 1e-3 * deviation)
    }
    let normalized = try self.loader(data) { ($0.batchSize, $0.normalization) = (100, found) }
    let inputs = try epochs(normalized, 1).inputs[0]
    #expect(abs(inputs.reduce(0, +) / Float(inputs.count)) < 1e-2)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let data = try dataset(4)
    #expect(
      throws: DataError.unusable(source: "test", found: "an empty split", expected: "at least one sample")
    ) {
      try loader(data, rows: []) { _ in }
    }
    #expect(throws: DataError.self) { try loader(data, rows: [4]) { _ in } }
    #expect(throws: DataError.self) { try loader(data) { $0.batchSize = 0 } }
    #expect(throws: DataError.self) { try loader(data) { $0.augmentation.flip = 0.5 } }
    #expect(throws: DataError.self) {
      try loader(data) { $0.normalization = Normalization(mean: [0], standardDeviation: [1]) }
    }
  }
}

/// How a 4×4 picture may have been moved.
private struct Place: Hashable {
  let down, right: Int
  let isMirrored: Bool

  static let all = (-1...1).flatMap { down in
    (-1...1).flatMap { right in [false, true].map { Place(down: down, right: right, isMirrored: $0) } }
  }

  /// Whether a picture whose element (y, x) is 16 · y + x + 1 becomes `values` by it.
  func gives(_ values: [Int]) -> Bool {
    for (index, value) in values.enumerated() {
      let x = (isMirrored ? 3 - index % 4 : index % 4) + right
      let y = index / 4 + down
      let isInside = (0..<4).contains(y) && (0..<4).contains(x)
      if value != (isInside ? 16 * y + x + 1 : 0) { return false }
    }
    return true
  }
}

extension Array {
  /// Pieces of `size` elements.
  fileprivate func chunked(_ size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
