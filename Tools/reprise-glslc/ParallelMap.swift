import Dispatch
import Synchronization

/// What `body` makes of each input, in their order, at most `jobs` at a time.
func parallelMap<Input: Sendable, Output: Sendable>(
  _ inputs: [Input], jobs: Int, _ body: @Sendable (Input) -> Output
) -> [Output] {
  let state = Mutex((next: 0, outputs: [Output?](repeating: nil, count: inputs.count)))
  DispatchQueue.concurrentPerform(iterations: min(jobs, inputs.count)) { _ in
    while true {
      let index = state.withLock { state in
        defer { state.next += 1 }
        return state.next
      }
      guard index < inputs.count else { return }
      let output = body(inputs[index])
      state.withLock { $0.outputs[index] = output }
    }
  }
  return state.withLock { $0.outputs.compactMap { $0 } }
}
