/// A step of a gated recurrent unit: the state that it meets, its gates, the state's part of n, and the state after it.
private struct GRUStep {
  let before, r, z, n, own, after: Tensor

  /// `input` is the inputs' part of the gates, [rows, 3·units].
  init(_ input: Tensor, _ before: Tensor, weight: Tensor, bias: Tensor) {
    let (input, gates) = (input.chunk(3, axis: -1), before.linear(weight, bias).chunk(3, axis: -1))
    self.before = before
    (r, z, own) = ((input[0] + gates[0]).sigmoid(), (input[1] + gates[1]).sigmoid(), gates[2])
    n = (input[2] + r * own).tanh()
    after = n + z * (before - n)
  }

  /// What the gradient needs.
  var saved: [Tensor] { [before, r, z, n, own, after] }

  init(saved: ArraySlice<Tensor>) {
    let x = Array(saved)
    (before, r, z, n, own, after) = (x[0], x[1], x[2], x[3], x[4], x[5])
  }

  /// From the gradient of the state after it those of the sums in the gates, and of n's part of the state.
  func gateGradients(_ gradient: Tensor) -> (r: Tensor, z: Tensor, n: Tensor, own: Tensor) {
    let toN = gradient * (1 - z) * (1 - n.square())
    return (toN * own * r * (1 - r), gradient * (before - n) * z * (1 - z), toN, toN * r)
  }
}

extension Tensor {
  /// Steps of a gated recurrent unit (Cho et al. 2014; `torch.nn.GRUCell`, whose gates are r, z, n). This is the inputs' part
  /// i of the gates, x·Wᵢᵀ + bᵢ: [steps × rows, 3·units], the rows of a step side by side → states [steps × rows, units].
  ///
  ///     r = σ(iᵣ + hᵣ)    z = σ(i_z + h_z)    n = tanh(iₙ + r·hₙ)    s′ = (1 − z)·n + z·s    where h = s·Wᵀ + b
  ///
  /// Gradients go back through all steps. All may begin with one more axis, for so many units side by side.
  ///
  /// - Parameters:
  ///   - state: s that the first step meets, [rows, units].
  ///   - weight, bias: W [3·units, units] and b [3·units].
  ///   - ended: where the next step meets a state of zeros, bool [steps × rows].
  public func gru(from state: Tensor, weight: Tensor, bias: Tensor, ended: Tensor? = nil) -> Tensor {
    guard fitsGRU(state, weight, bias, ended) else { return self }
    let (rows, units) = (state.shape[state.shape.rank - 2], state.shape[state.shape.rank - 1])
    let sizes = [Int](repeating: rows, count: shape[shape.rank - 2] / rows)
    let ends = ended?.unsqueezeLast().split(sizes, axis: -2) ?? []
    var (before, steps) = (state, [GRUStep]())
    for (index, input) in split(sizes, axis: -2).enumerated() {
      let step = GRUStep(input, before, weight: weight, bias: bias)
      before = ends.isEmpty ? step.after : .where(ends[index], 0, step.after)
      steps.append(step)
    }
    // By hand: the gradient of each step's slice would be as large as the whole.
    return Tensor.concatenate(steps.map(\.after), axis: -2).withGradient(
      of: [self, state, weight, bias], saving: [weight] + ends + steps.flatMap(\.saved)
    ) { gradient, saved in
      let (weight, ends) = (saved[0], saved[1...].dropLast(6 * sizes.count))
      // The gates come first, to be summed over.
      let gates = weight.reshape(Shape(weight.shape.dimensions.dropLast(2) + [3, units, units]))
        .movedim(-3, 0)
      var (later, found) = (Tensor?.none, [(r: Tensor, z: Tensor, n: Tensor, own: Tensor)]())
      var befores: [Tensor] = []
      for (index, part) in gradient.split(sizes, axis: -2).enumerated().reversed() {
        let step = GRUStep(saved: saved.suffix(6 * (sizes.count - index)).prefix(6))
        var total = part
        if let later { total = part + (ends.isEmpty ? later : .where(ends[1 + index], 0, later)) }
        let own = step.gateGradients(total)
        later =
          total * step.z
          + Tensor.stack([own.r, own.z, own.own]).matmul(gates, summedTo: step.before.shape)
        found.insert(own, at: 0)
        befores.insert(step.before, at: 0)
      }
      func joined(_ gates: [KeyPath<(r: Tensor, z: Tensor, n: Tensor, own: Tensor), Tensor>]) -> Tensor {
        .concatenate(gates.map { gate in .concatenate(found.map { $0[keyPath: gate] }, axis: -2) }, axis: -1)
      }
      let own = joined([\.r, \.z, \.own])
      return [
        joined([\.r, \.z, \.n]), later, own.transposed().matmul(.concatenate(befores, axis: -2)),
        own.sum(axes: [-2]),
      ]
    }
  }

  private func fitsGRU(_ state: Tensor, _ weight: Tensor, _ bias: Tensor, _ ended: Tensor?) -> Bool {
    let lead = Array(shape.dimensions.dropLast(2))
    let sizes = Array(shape.dimensions.suffix(2) + state.shape.dimensions.suffix(2))
    guard (2...3).contains(shape.rank), state.shape.rank == shape.rank, state.shape.count > 0,
      sizes[0] > 0, sizes[0] % sizes[2] == 0, sizes[1] == 3 * sizes[3],
      state.shape == Shape(lead + sizes[2...]), weight.shape == Shape(lead + [sizes[1], sizes[3]]),
      bias.shape == Shape(lead + [sizes[1]]),
      ended.map({ $0.type == TensorType(Shape(lead + [sizes[0]]), .bool) }) ?? true
    else {
      graph.fail(
        .mismatch(
          operation: "gru", inputs: ([self, state, weight, bias] + (ended.map { [$0] } ?? [])).map(\.type),
          expected:
            "[steps × rows, 3·units], [rows, units], [3·units, units], [3·units], and bool [steps × rows]"))
      return false
    }
    return true
  }
}
