import Tensors
import TestSupport
import Testing

/// Misuse of tensors: refused while it is recorded, in one sentence; the device stays usable.
struct GraphErrorTests {
  typealias Mistake = @Sendable (Graph, [Tensor]) -> Tensor

  /// x = [float32[2, 3], float32[4, 5], int32[2, 1], float32[], bool[2, 3], uint32[7]].
  static let mistakes: [(sentence: String, mistake: Mistake)] = [
    ("add: got float32[2, 3] and float32[4, 5]; expected shapes that broadcast to one", { $1[0] + $1[1] }),
    (
      "add: got float32[2, 1] and int32[2, 1]; expected inputs of one type, out of float32, int32, uint32",
      { $1[0].slice(axis: 1, 0..<1) + $1[2] }
    ),
    ("exp: got int32[2, 1]; expected inputs of one type, out of float32", { $1[2].exp() }),
    ("neg: got uint32[7]; expected inputs of one type, out of float32, int32", { -$1[5] }),
    (
      "where: got float32[2, 3] and float32[2, 3] and float32[2, 3]; expected a bool condition first",
      { Tensor.where($1[0], $1[0], $1[0]) }
    ),
    (
      "clamp: got bool[2, 3] and float32[2, 3] and float32[2, 3]; expected inputs of one type, out of float32, int32, uint32",
      { $1[4].clamp($1[0], $1[0]) }
    ),
    (
      "matmul: got float32[2, 3] and float32[4, 5]; expected float32 […, m, k], […, k, n] with leading axes that broadcast and, with a bias, a third that broadcasts to the result",
      { $1[0].matmul($1[1]) }
    ),
    (
      "matmul: got float32[] and float32[4, 5]; expected float32 […, m, k], […, k, n] with leading axes that broadcast and, with a bias, a third that broadcasts to the result",
      { $1[3].matmul($1[1]) }
    ),
    (
      "matmul: got float32[2, 3] and float32[3, 2] and float32[4, 5]; expected float32 […, m, k], […, k, n] with leading axes that broadcast and, with a bias, a third that broadcasts to the result",
      { $1[0].linear($1[0], $1[1]) }
    ),
    ("reshape: got float32[2, 3]; expected 5 elements for [5]", { $1[0].reshape([5]) }),
    ("reshape: got float32[2, 3]; expected 6 elements for [-2, -3]", { $1[0].reshape([-2, -3]) }),
    ("expand: got float32[2, 3]; expected a shape that broadcasts to [3, 3]", { $1[0].expand([3, 3]) }),
    ("expand: got float32[2, 3]; expected a shape that broadcasts to [3]", { $1[0].expand([3]) }),
    ("permute: got float32[2, 3]; expected each axis once in [0, 0]", { $1[0].permute([0, 0]) }),
    ("slice: got float32[2, 3]; expected at least 4 on axis 1", { $1[0].slice(axis: 1, 2..<4) }),
    ("slice: got float32[2, 3]; expected an axis 2", { $1[0].slice(axis: 2, 0..<1) }),
    (
      "encoder: head: matmul: got float32[2, 3] and float32[4, 5]; expected float32 […, m, k], […, k, n] with leading axes that broadcast and, with a bias, a third that broadcasts to the result",
      { graph, x in graph.labeled("encoder") { graph.labeled("head") { x[0].matmul(x[1]) } } }
    ),
    ("sum: got float32[2, 3]; expected distinct axes among [1, -1]", { $1[0].sum(axes: [1, -1]) }),
    ("mean: got int32[2, 1]; expected one of float32", { $1[2].mean() }),
    ("sum: got bool[2, 3]; expected one of float32, int32, uint32", { $1[4].sum() }),
    (
      "amax: got float32[0, 3]; expected at least one element along axes [0]",
      { $1[0].slice(axis: 0, 1..<1).max(axes: [0]) }
    ),
    ("log_softmax: got float32[]; expected an axis -1", { $1[3].logSoftmax() }),
    ("log_softmax: got int32[2, 1]; expected float32", { $1[2].logSoftmax() }),
    (
      "cross_entropy: got float32[2, 3] and int32[2, 1]; expected [n, c, …], int32 classes [n, …] or probabilities of the same shape, and weights [c]",
      { $1[0].crossEntropy($1[2]) }
    ),
    (
      "batch_norm: got float32[2, 3] and float32[4, 5]; expected [n, c, …] and parameters [c]",
      { $1[0].batchNorm(weight: $1[1]) }
    ),
    (
      "group_norm: got float32[2, 3]; expected channels divisible by 2 groups", { $1[0].groupNorm(groups: 2) }
    ),
    (
      "layer_norm: got float32[2, 3] and float32[4, 5]; expected parameters of the shape of the last 2 axes",
      { $1[0].layerNorm(weight: $1[1]) }
    ),
    (
      "gather: got float32[4, 5] and uint32[7]; expected int32 or uint32 indices of the same rank, no longer than x but on axis 1",
      { $1[1].gather($1[5]) }
    ),
    (
      "gather: got float32[2, 0] and int32[2, 1]; expected int32 or uint32 indices of the same rank, no longer than x but on axis 1",
      { $1[0].slice(axis: 1, 1..<1).gather($1[2]) }
    ),
    (
      "index_select: got float32[2, 3] and int32[2, 1]; expected int32 or uint32 indices [m] of an axis that isn't empty",
      { $1[0].indexSelect($1[2]) }
    ),
    (
      "index_select: got float32[0, 3] and uint32[7]; expected int32 or uint32 indices [m] of an axis that isn't empty",
      { $1[0].slice(axis: 0, 1..<1).indexSelect($1[5]) }
    ),
    (
      "minibatch_indices: got uint32[] and uint32[1, 2]; expected a uint32 cursor, uint32 seeds [n, 2], and a batch that divides 10 rows",
      {
        let words = $1[5].slice(axis: 0, 0..<2)
        return words.slice(axis: 0, 0..<1).reshape([])
          .minibatchIndices(count: 10, batch: 3, seeds: words.reshape([1, 2]))
      }
    ),
    (
      "minibatch_indices: got uint32[] and uint32[1, 2]; expected a uint32 cursor, uint32 seeds [n, 2], and a batch that divides 0 rows",
      {
        let words = $1[5].slice(axis: 0, 0..<2)
        return words.slice(axis: 0, 0..<1).reshape([])
          .minibatchIndices(count: 0, batch: 3, seeds: words.reshape([1, 2]))
      }
    ),
    (
      "outer: got float32[2, 3] and float32[2, 3]; expected two vectors of one type",
      { $1[0].outer($1[0]) }
    ),
    (
      "conv2d: got float32[1, 2, 3, 1] and float32[4, 1, 5, 1]; expected fewer than 65536 channels that divide by groups = 1, and weights [o, c/groups, kh, kw] with c = 2",
      { $1[0].reshape([1, 2, 3, 1]).conv2d($1[1].reshape([4, 1, 5, 1])) }
    ),
    (
      "conv2d: got float32[1, 1, 2, 3] and float32[1, 1, 4, 5]; expected a window of at most 2×3, which pictures of 2×3 have with padding 0×0; this one spans 4×5",
      { $1[0].reshape([1, 1, 2, 3]).conv2d($1[1].reshape([1, 1, 4, 5])) }
    ),
    (
      "max_pool2d: got float32[1, 1, 2, 3]; expected a padding of at most half of the window's 1×1",
      { $1[0].reshape([1, 1, 2, 3]).maxPool2d(1, padding: 1) }
    ),
    (
      "avg_pool2d: got float32[1, 1, 2, 3]; expected kernels, strides and dilations of at least 1 and paddings of at least 0, all of them at most 1048576",
      { $1[0].reshape([1, 1, 2, 3]).avgPool2d(1, stride: 0) }
    ),
    (
      "conv_transpose2d: got float32[1, 1, 2, 3] and float32[1, 1, 4, 5]; expected an output padding below the stride 1×1 or the dilation 1×1",
      { $1[0].reshape([1, 1, 2, 3]).convTranspose2d($1[1].reshape([1, 1, 4, 5]), outputPadding: 1) }
    ),
    ("pack: got float32[2, 3] and int32[2, 1]; expected tensors of one type", { .pack([$1[0], $1[2]]) }),
    ("constant: got int32[]; expected a type that holds 0.5", { $1[2] + 0.5 }),
    ("constant: got uint32[]; expected a type that holds -1.0", { $1[5] + -1 }),
    (
      "constant: got int32[]; expected a type that holds nan",
      { graph, _ in graph.constant(.nan, TensorType([], .int32)) }
    ),
    (
      "the gradient of float32[2, 3] was asked for; a loss is a float32 tensor of one element",
      { $0.gradients(of: $1[0], withRespectTo: [$1[0]])[0] }
    ),
    (
      "floor_divide has no gradient with respect to its input 0",
      { $0.gradients(of: $1[0].floorDivide(2).sum(), withRespectTo: [$1[0]])[0] }
    ),
    (
      "div: got int32[2, 1] and int32[2, 1]; expected inputs of one type, out of float32; floorDivide divides integers, float() converts them",
      { $1[2] / 2 }
    ),
    (
      "logical_and: got float32[2, 3] and bool[2, 3]; expected inputs of one type, out of bool",
      { $1[0].logicalAnd($1[4]) }
    ),
    (
      "bitwise_xor: got float32[] and float32[]; expected inputs of one type, out of int32, uint32",
      { $1[3].bitwiseXor($1[3]) }
    ),
    (
      "logical_and: got bool[2, 3] and float32[2, 3]; expected inputs of one type, out of bool",
      { $1[4] .< $1[0] }
    ),
    (
      "add: got bool[2, 3] and bool[2, 3]; expected inputs of one type, out of float32, int32, uint32",
      { $1[4] + $1[4] }
    ),
    (
      "rand: got uint32[7]; expected a uint32 scalar as counter",
      {
        let random = Generator(seed: 1, counter: $1[5]); return random.uniform([2])
      }
    ),
    (
      "uniform: got float32[]; expected finite bounds in order, not 1.0 and 0.0",
      {
        let random = Generator(seed: 1, counter: $1[3]); return random.uniform([2], low: 1, high: 0)
      }
    ),
    (
      "bernoulli: got float32[]; expected a probability in 0...1, not 1.5",
      {
        let random = Generator(seed: 1, counter: $1[3]); return random.bernoulli([2], 1.5)
      }
    ),
    (
      "randint: got float32[]; expected a range of int32 that is not empty, not 3..<3",
      {
        let random = Generator(seed: 1, counter: $1[3]); return random.integers([2], in: 3..<3)
      }
    ),
    (
      "dropout: got float32[]; expected a probability in 0...1, not -0.5",
      {
        let random = Generator(seed: 1, counter: $1[3]); return random.dropout($1[0], -0.5)
      }
    ),
    (
      "dropout: got int32[2, 1] and uint32[]; expected float32, and a uint32 scalar as counter",
      {
        let random = Generator(seed: 1, counter: $1[5].slice(axis: 0, 0..<1).reshape([]))
        return random.dropout($1[2], 0.5)
      }
    ),
    (
      "categorical: got float32[2, 0]; expected float32 logits with a last axis of 1 to 15000 classes",
      {
        let random = Generator(seed: 1, counter: $1[5].slice(axis: 0, 0..<1).reshape([]))
        return random.categorical($1[0].slice(axis: 1, 1..<1))
      }
    ),
  ]

  static let inputs = [
    HostTensor([2, 3], [1, 2, 3, 4, 5, 6]), HostTensor([4, 5], .init(repeating: 1, count: 20)),
    HostTensor(type: TensorType([2, 1], .int32), values: [0, 1]), HostTensor([], [1]),
    HostTensor(type: TensorType([2, 3], .bool), values: [1, 0, 1, 0, 1, 0]),
    HostTensor(type: TensorType([7], .uint32), values: [0, 1, 0, 1, 0, 1, 0]),
  ]

  @Test(arguments: mistakes.indices)
  func isRefusedInASentence(_ index: Int) throws {
    let (sentence, mistake) = Self.mistakes[index]
    let device = TestDevice.shared
    let error = #expect(throws: GraphError.self) {
      try evaluate(Self.inputs, references: false) { graph, x in
        let wrong = mistake(graph, x)
        // What follows a mistake hides neither it nor traps.
        return [wrong, wrong.transposed() + wrong.transposed(), wrong.sum(), x[0].matmul(x[1])]
      }
    }
    #expect(error?.description == sentence)
    let after = try evaluate([HostTensor([2], [1, 2])], on: device) { _, x in [x[0] + 1] }
    #expect(after.device[0].values == [2, 3])
  }

  @Test func tensorsOfTwoPasses() throws {
    let device = TestDevice.shared
    let x = try Variable([2], [1, 2], on: device, label: "x")
    var stolen: Tensor?
    try device.run { graph in
      stolen = graph.read(x)
      x.assign(graph.read(x) + 1)
    }
    let foreign = try #require(stolen)
    let error = #expect(throws: GraphError.self) {
      try device.run { graph in x.assign(graph.read(x) + foreign) }
    }
    #expect(error == .foreignTensor(operation: "add"))
    #expect(
      error?.description == "add: its inputs belong to different passes; pass values through a Variable")
    #expect(try x.read() == [2, 3])
  }

  @Test func aVariableOfAnotherShape() throws {
    let x = try Variable([2], [1, 2], on: TestDevice.shared, label: "x")
    let error = #expect(throws: GraphError.self) {
      try TestDevice.shared.run { graph in x.assign(graph.constant(1, TensorType([3]))) }
    }
    #expect(error?.description == "assign x: got float32[3]; expected what fits float32[2] from element 0 on")
  }

  @Test func theFirstMistakeIsTold() throws {
    let error = #expect(throws: GraphError.self) {
      try evaluate(Self.inputs, references: false) { _, x in [x[0].matmul(x[1]), x[0].reshape([5])] }
    }
    #expect(error?.description.hasPrefix("matmul") == true)
  }
}
