import Recording
import Tensors
import TestSupport
import Testing

/// Misuse of shape and indexing operations: refused while it is recorded, or reported by the device; it stays usable.
struct IndexErrorTests {
  /// x = [float32[2, 3], float32[4, 5], int32[2, 1], float32[], bool[2, 3], uint32[7]].
  static let mistakes: [(sentence: String, mistake: GraphErrorTests.Mistake)] = [
    (
      "reshape: got float32[2, 3]; expected a number of elements that fits [4, -1], whose −1 is open",
      { $1[0].reshape([4, -1]) }
    ),
    (
      "reshape: got float32[2, 3]; expected a number of elements that fits [-1, -1], whose −1 is open",
      { $1[0].reshape([-1, -1]) }
    ),
    ("flatten: got float32[2, 3]; expected an axis 2", { $1[0].flatten(2) }),
    ("flatten: got float32[2, 3]; expected a first axis that isn't behind the last", { $1[0].flatten(1, 0) }),
    ("transpose: got float32[2, 3]; expected an axis -3", { $1[0].transpose(-3, 0) }),
    ("movedim: got float32[2, 3]; expected an axis 5", { $1[0].movedim(0, 5) }),
    ("slice: got float32[2, 3]; expected a step above 0, not 0", { $1[0].slice(axis: 0, step: 0) }),
    ("select: got float32[2, 3]; expected an index -4 on axis 1", { $1[0].select(axis: 1, -4) }),
    ("squeeze: got float32[2, 3]; expected an axis 2", { $1[0].squeeze(2) }),
    ("unsqueeze: got float32[2, 3]; expected a place 4 among the axes", { $1[0].unsqueeze(4) }),
    (
      "split: got float32[2, 3]; expected sizes on axis 1 that add up to what [1, 1] do",
      { $1[0].split([1, 1], axis: 1)[0] }
    ),
    ("chunk: got float32[2, 3]; expected a number of parts above 0, not 0", { $1[0].chunk(0)[0] }),
    ("tile: got float32[2, 3]; expected at most as many axes as in [2]", { $1[0].tile([2]) }),
    ("diagonal: got float32[2, 3]; expected two distinct axes", { $1[0].diagonal(0, -2) }),
    (
      "unfold: got float32[2, 3]; expected windows of 4, 1 apart, in axis 1",
      { $1[0].unfold(axis: 1, size: 4, step: 1) }
    ),
    (
      "pad: got float32[2, 3]; expected a pair for each axis in [[1, 1]], not cropping more than there is",
      { $1[0].pad([(1, 1)]) }
    ),
    (
      "pad: got float32[2, 3]; expected a pair for each axis in [[-1, -2], [0, 0]], not cropping more than there is",
      { $1[0].pad([(-1, -2), (0, 0)]) }
    ),
    (
      "pad: got float32[2, 3]; expected an axis 1 longer than its padding of 3 and 0",
      { $1[0].pad([(0, 0), (3, 0)], mode: .reflect) }
    ),
    (
      "constant: got int32[]; expected a type that holds 0.5",
      { $1[2].pad([(1, 0), (0, 0)], mode: .constant(0.5)) }
    ),
    ("flip: got float32[2, 3]; expected distinct axes among [0, -2]", { $1[0].flip([0, -2]) }),
    (
      "roll: got float32[2, 3]; expected an axis for each shift, among [0]",
      { $1[0].roll([1, 2], axes: [0]) }
    ),
    (
      "cat: got float32[2, 3] and float32[4, 5]; expected one type, and one shape but for axis 0",
      { .concatenate([$1[0], $1[1]]) }
    ),
    (
      "cat: got float32[2, 1] and int32[2, 1]; expected one type, and one shape but for axis 1",
      { .concatenate([$1[0].slice(axis: 1, 0..<1), $1[2]], axis: -1) }
    ),
    ("stack: got float32[2, 3]; expected a place 3 among the axes", { .stack([$1[0]], axis: 3) }),
    ("tril: got float32[]; expected at least two axes", { $1[3].tril() }),
    ("triu: got uint32[7]; expected at least two axes", { $1[5].triu() }),
    ("gather: got float32[2, 3]; expected an axis 2", { $1[0].gather($1[2], axis: 2) }),
    (
      "take_along_dim: got float32[4, 5] and int32[2, 1]; expected shapes of one rank that broadcast but on axis 1",
      { $1[1].takeAlong($1[2]) }
    ),
    ("embedding: got float32[]; expected a table [n, d]", { $1[3].embedding($1[5]) }),
    (
      "one_hot: got float32[2, 3]; expected int32 or uint32 indices of an axis that isn't empty",
      { $1[0].oneHot(3) }
    ),
    (
      "one_hot: got int32[2, 1]; expected int32 or uint32 indices of an axis that isn't empty",
      { $1[2].oneHot(0) }
    ),
    (
      "scatter_add: got float32[2, 3] and int32[2, 1] and float32[]; expected int32 or uint32 indices of the same rank, no longer than the source, nor than x but on axis 1",
      { $1[0].scatterAdd($1[2], $1[3]) }
    ),
    (
      "scatter: got float32[2, 3] and float32[2, 3] and float32[2, 3]; expected int32 or uint32 indices of the same rank, no longer than the source, nor than x but on axis 1",
      { $1[0].scatter($1[0], $1[0]) }
    ),
    (
      "index_add: got float32[2, 3] and uint32[7] and float32[2, 3]; expected int32 or uint32 indices [m], and a source with m on axis 0",
      { $1[0].indexAdd($1[5], $1[0]) }
    ),
    ("argsort: got float32[2, 3]; expected an axis 2", { $1[0].sort(axis: 2).values }),
    ("topk: got float32[2, 3]; expected at least 4 elements on axis 1", { $1[0].topk(4).values }),
    ("cumsum: got bool[2, 3]; expected float32, float16, int32 or uint32", { $1[4].cumsum(axis: 0) }),
    ("cummax: got float32[2, 3]; expected an axis 3", { $1[0].cummax(axis: 3).values }),
    (
      "argmax: got float32[2, 0]; expected an axis 1 that isn't empty",
      { $1[0].slice(axis: 1, 1..<1).argmax(axis: 1) }
    ),
    ("arange: got ; expected a count that isn't negative, not -1", { graph, _ in graph.arange(-1) }),
  ]

  @Test(arguments: mistakes.indices)
  func isRefusedInASentence(_ index: Int) throws {
    let (sentence, mistake) = Self.mistakes[index]
    let error = #expect(throws: GraphError.self) {
      try evaluate(GraphErrorTests.inputs, references: false) { graph, x in
        let wrong = mistake(graph, x)
        return [wrong, wrong.transposed(), x[0] + 1]
      }
    }
    #expect(error?.description == sentence)
  }

  typealias Use = @Sendable (Tensor, Tensor) -> Tensor

  /// x float32 [4, 3], index int32 [2, 1].
  static let uses: [(operation: String, limit: Int, use: Use)] = [
    ("gather", 3, { $0.gather($1) }),
    ("gather", 4, { $0.gather($1, axis: 0).sum() }),
    ("index_select", 4, { $0.indexSelect($1.reshape([2])) }),
    ("index_select", 3, { $0.indexSelect($1.reshape([2]), axis: 1).sum(axes: [1]) }),
    ("index_select", 4, { $0.embedding($1, padding: 0) }),
    ("one_hot", 5, { $0.sum() + $1.oneHot(5).float() }),
    ("scatter_add", 3, { $0.scatterAdd($1, $0.slice(axis: 0, 0..<2)) }),
    ("scatter", 4, { $0.scatter($1, $0.slice(axis: 0, 0..<2), axis: 0) }),
    ("index_add", 4, { $0.indexAdd($1.reshape([2]), $0.slice(axis: 0, 0..<2)) }),
  ]

  @Test(arguments: uses.indices)
  func anIndexOutOfRangeIsReported(_ number: Int) throws {
    let (operation, limit, use) = Self.uses[number]
    let device = TestDevice.shared
    let x = try Variable([4, 3], (0..<12).map(Float.init), on: device, label: "x")
    let index = try Variable([2, 1], .int32, on: device, label: "index")
    var output: Variable?
    let plan = try device.record("use") { program in
      try program.pass("use") { graph in
        let result = use(graph.read(x), graph.read(index))
        let target = try Variable(result.shape, result.dataType, on: device, label: "output")
        target.assign(result)
        output = target
      }
    }
    try plan.replay()
    let good = try #require(output).read(UInt32.self)
    for wrong in [limit, -1, limit + 1000, Int(Int32.min)] {
      try index.write([0, Int32(wrong)])
      let error = #expect(throws: RecordingError.self) { try plan.replay(times: 3) }
      #expect(error == .indexOutOfRange(plan: "use", operation: operation, index: wrong, limit: limit))
      #expect(
        error?.description
          == "plan \"use\": \(operation) got index \(wrong), which is out of range for size \(limit)")
      // The report is forgotten, and the device goes on.
      try index.write([0, 0] as [Int32])
      try plan.replay()
      #expect(try #require(output).read(UInt32.self) == good)
    }
  }
}
