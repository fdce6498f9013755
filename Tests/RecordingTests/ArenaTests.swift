import Kernels
import TestSupport
import Testing

@testable import Recording

/// The placement of transients: no two that live at once share a byte.
struct ArenaTests {
  /// Random transients in random segments, each used by a few dispatches.
  static func random(_ seed: UInt64) -> (transients: [Transient], segments: [Segment]) {
    var random = SeededRandom(seed)
    var transients: [Transient] = []
    var segments: [Segment] = []
    for segment in 0..<Int.random(in: 1...3, using: &random) {
      let positions = Int.random(in: 1...20, using: &random)
      var bindings = [[Binding]](repeating: [], count: positions)
      for _ in 0..<Int.random(in: 0...30, using: &random) {
        let number = transients.count
        let bytes = Int.random(in: 0...5000, using: &random)
        transients.append(Transient(label: "t\(number)", byteCount: bytes))
        for _ in 0..<Int.random(in: 0...3, using: &random) {
          let region = Region(place: .transient(number), offset: 0, byteCount: bytes)
          bindings[Int.random(in: 0..<positions, using: &random)].append(.readWrite(region))
        }
      }
      var made = Segment(label: "s\(segment)", repeats: 1)
      made.dispatches = bindings.map {
        Dispatch("d", .scale, specialization: [64], bindings: $0, groups: Groups(1))
      }
      segments.append(made)
    }
    return (transients, segments)
  }

  /// Which transients are alive at each position of each segment, by brute force.
  static func alive(_ segments: [Segment]) -> [Set<Int>] {
    segments.flatMap { segment in
      let used = segment.dispatches.map { dispatch in
        Set(
          dispatch.bindings.compactMap { binding -> Int? in
            if case .transient(let number) = binding.region.place { number } else { nil }
          })
      }
      return used.indices.map { position in
        let before = used[...position].reduce(Set()) { $0.union($1) }
        let after = used[position...].reduce(Set()) { $0.union($1) }
        return before.intersection(after)
      }
    }
  }

  @Test(arguments: 0..<UInt64(200))
  func noTwoLiveTransientsOverlap(_ seed: UInt64) throws {
    let (transients, segments) = Self.random(seed)
    for aliasing in [true, false] {
      let arena = Arena(transients: transients, segments: segments, alignment: 256, aliasing: aliasing)
      let alive = Self.alive(segments)
      let used = alive.reduce(Set()) { $0.union($1) }
      func range(_ number: Int) throws -> Range<Int> {
        let offset = try #require(arena.offsets[number])
        return offset..<offset + max(4, transients[number].byteCount)
      }
      for number in transients.indices {
        #expect((arena.offsets[number] != nil) == used.contains(number))
      }
      for number in used {
        #expect(try range(number).lowerBound % 256 == 0)
        #expect(try range(number).upperBound <= arena.byteCount)
      }
      // Without aliasing, everything counts as alive at once.
      for together in aliasing ? alive : [used] {
        let ranges = try together.map(range).sorted { $0.lowerBound < $1.lowerBound }
        for (a, b) in zip(ranges, ranges.dropFirst()) { #expect(a.upperBound <= b.lowerBound) }
      }
      #expect(arena.byteCount <= arena.byteCountWithoutReuse)
      if !aliasing { #expect(arena.byteCount == arena.byteCountWithoutReuse) }
    }
  }

  @Test func aChainNeedsTwoPlaces() {
    let transients = (0..<10).map { Transient(label: "t\($0)", byteCount: 1000) }
    let regions = (0..<10).map { Region(place: .transient($0), offset: 0, byteCount: 1000) }
    var segment = Segment(label: "chain", repeats: 1)
    segment.dispatches = (1..<10).map {
      Dispatch(
        "d", .scale, specialization: [64], bindings: [.read(regions[$0 - 1]), .write(regions[$0])],
        groups: Groups(1))
    }
    let arena = Arena(transients: transients, segments: [segment], alignment: 256, aliasing: true)
    #expect(arena.byteCount == 2 * 1024)
    #expect(arena.byteCountWithoutReuse == 10 * 1024)
  }

  /// Two chains side by side: three places are enough, and four save a barrier a step.
  @Test(arguments: [(bytes: 1 << 10, places: 4), (bytes: 1 << 20, places: 3)])
  func barriersAreSavedWhereItCostsNextToNothing(bytes: Int, places: Int) {
    let transients = (0..<20).map { Transient(label: "t\($0)", byteCount: bytes) }
    let regions = (0..<20).map { Region(place: .transient($0), offset: 0, byteCount: bytes) }
    var segment = Segment(label: "chains", repeats: 1)
    segment.dispatches = (2..<20).map {
      Dispatch(
        "d", .scale, specialization: [64], bindings: [.read(regions[$0 - 2]), .write(regions[$0])],
        groups: Groups(1))
    }
    let arena = Arena(transients: transients, segments: [segment], alignment: 256, aliasing: true)
    #expect(arena.byteCount == places * bytes)
  }

  @Test func segmentsShareOnePlace() {
    let transients = (0..<3).map { Transient(label: "t\($0)", byteCount: 512) }
    let segments = (0..<3).map { number in
      var segment = Segment(label: "s", repeats: 1)
      let region = Region(place: .transient(number), offset: 0, byteCount: 512)
      segment.dispatches = [
        Dispatch("d", .scale, specialization: [64], bindings: [.write(region)], groups: Groups(1))
      ]
      return segment
    }
    #expect(
      Arena(transients: transients, segments: segments, alignment: 256, aliasing: true).byteCount == 512)
  }
}
