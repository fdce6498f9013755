import Learning
import Tensors
import Vulkan

#if canImport(Glibc)
  import Glibc
#endif

/// The last transitions of all copies of an environment, in a ring on the device, from which batches are drawn.
///
/// A row is a step of all copies, so that a transition's successors are in the rows behind: returns of n steps are summed
/// when a batch is drawn, and nothing is stored twice (Mnih et al. 2015; Sutton 1988 for n steps).
final class ReplayBuffer: Sendable {
  /// Transitions of each agent that are kept.
  let capacity: Int
  /// Steps of all copies that were appended, uint32.
  let count: Variable
  /// [steps, agents, copies, numbers of a transition]: observation, action, reward, terminated, truncated, final observation.
  let storage: Variable
  private let environment: VectorEnvironment
  private let steps: Int

  /// Room for `capacity` transitions of each agent, rounded up to whole steps of its copies.
  ///
  /// - Throws: `ConfigurationError` with the bytes needed and those there are, when the device can't hold or bind it.
  init(_ environment: VectorEnvironment, capacity: Int, on device: Device) throws {
    let kind = environment.environment
    steps = max(1, (capacity + environment.copies - 1) / environment.copies)
    self.capacity = steps * environment.copies
    self.environment = environment
    let width = 2 * environment.observationSize + kind.actionSpace.size + 3
    let bytes = 4 * steps * environment.agents * environment.copies * width
    let limit = min(device.availableBytes(), device.physical.limits.maxStorageBufferRange)
    guard bytes <= limit else {
      throw ConfigurationError(
        field: "buffer-size",
        reason:
          "\(capacity) transitions of \(environment.agents) agents need \(bytes) bytes; this device has room for \(limit)"
      )
    }
    storage = try Variable(
      [steps, environment.agents, environment.copies, width], on: device, label: "replay.transitions")
    count = try Variable([], .uint32, on: device, label: "replay.count")
  }

  /// What going on needs.
  var state: [Variable] { [storage, count] }

  /// Appends the step that the environment has just taken.
  ///
  /// - Parameters:
  ///   - observations: what was seen before it [agents, copies, observation].
  ///   - actions: what was done [agents, copies, action].
  func append(observations: Tensor, actions: Tensor) {
    let graph = observations.graph
    func column(_ variable: Variable) -> Tensor { graph.read(variable).float().unsqueezeLast() }
    let row = Tensor.concatenate(
      [
        observations, actions.float(), column(environment.rewards), column(environment.terminated),
        column(environment.truncated), graph.read(environment.finalObservations),
      ], axis: 2)
    let number = graph.read(count)
    storage.assignRow(row, counter: number)
    count.assign(number + 1)
  }

  /// Transitions, each tensor [agents, batch, …].
  struct Batch {
    /// What was seen, and what was done, int32 or float32.
    var observations, actions: Tensor
    /// The sum of discounted rewards of up to n steps.
    let rewards: Tensor
    /// What was seen after them, before any reset.
    var nextObservations: Tensor
    /// By how much the value of that counts: γ to the number of steps, or 0 where the episode terminated.
    let discounts: Tensor
  }

  /// Where transitions lie: the age of their step among those that are kept, 0 the oldest, and the copy, uint32 [agents, batch].
  struct Places {
    let ages, copies: Tensor
  }

  /// The numbers that the next appended step's transitions get, uint32 [agents, copies]: as all numbers, from 0 to below
  /// `capacity`, by place in the ring, then by copy.
  func nextNumbers(in graph: Graph) -> Tensor {
    let first = graph.read(count).remainder(Double(steps)) * Double(environment.copies)
    return (first + graph.arange(environment.copies, .uint32)).expand([
      environment.agents, environment.copies,
    ])
  }

  /// Where the transitions of `numbers`, uint32 [agents, batch], lie.
  func places(of numbers: Tensor) -> Places {
    let graph = numbers.graph
    let row = numbers.floorDivide(Double(environment.copies))
    let oldest = (graph.read(count) - kept(in: graph)).remainder(Double(steps))
    return Places(
      ages: (row + Double(steps) - oldest).remainder(Double(steps)),
      copies: numbers - row * Double(environment.copies))
  }

  /// Steps that are kept, uint32.
  func kept(in graph: Graph) -> Tensor {
    Tensor.minimum(graph.read(count), graph.constant(Double(steps), TensorType([], .uint32)))
  }

  /// Places drawn uniformly, with replacement.
  func uniformPlaces(_ batch: Int, _ generator: Generator) -> Places {
    let graph = generator.counter.graph
    let shape: Shape = [environment.agents, batch]
    let kept = kept(in: graph)
    // A product that is rounded up would be one too many.
    let age = (generator.uniform(shape) * kept.float()).uint32()
    let last = Tensor.maximum(kept, 1) - 1
    return Places(
      ages: Tensor.minimum(age, last.expand(shape)),
      copies: generator.integers(shape, in: 0..<environment.copies).uint32())
  }

  /// The transitions at `places`, with returns of up to `returnSteps` steps discounted by `gamma`.
  ///
  /// A return ends where its episode does, and at the newest step.
  func transitions(at places: Places, returnSteps: Int = 1, gamma: Double) -> Batch {
    let graph = places.ages.graph
    let (agents, batch) = (environment.agents, places.ages.shape[1])
    let kept = kept(in: graph)
    let offsets = graph.arange(returnSteps, .uint32)
    // [agents, batch, n]: behind the newest step there is nothing, and it is read again.
    let ages = places.ages.unsqueezeLast() + offsets
    let isKept = ages .< kept
    let oldest = graph.read(count) - kept
    let step = (oldest + Tensor.minimum(ages, Tensor.maximum(kept, 1) - 1)).remainder(Double(steps))
    let agent = graph.arange(agents, .uint32).reshape([agents, 1, 1])
    let flat = (step * Double(agents) + agent) * Double(environment.copies) + places.copies.unsqueezeLast()
    let width = storage.type.shape[3]
    let rows = graph.read(storage).reshape([capacity * agents, width])
      .indexSelect(flat.reshape([agents * batch * returnSteps])).reshape([agents, batch, returnSteps, width])

    let kind = environment.environment
    let (seen, done) = (environment.observationSize, kind.actionSpace.size)
    func part(_ range: Range<Int>) -> Tensor { rows.slice(axis: 3, range) }
    func number(_ index: Int) -> Tensor { part(index..<index + 1).squeeze(3) }
    let (reward, terminated, truncated) = (
      number(seen + done), number(seen + done + 1), number(seen + done + 2)
    )
    let final = part(seen + done + 3..<width)
    let actions = part(seen..<seen + done).select(axis: 2, 0)
    let observations = part(0..<seen).select(axis: 2, 0)

    // Whether the return gets as far as each step, and whether it ends there.
    var reaches = graph.constant(1, TensorType([agents, batch]))
    var (rewards, discounts) = (graph.zeros([agents, batch]), graph.zeros([agents, batch]))
    var next = graph.zeros([agents, batch, seen])
    for index in 0..<returnSteps {
      func at(_ values: Tensor) -> Tensor { values.select(axis: 2, index) }
      let goesOn =
        index + 1 < returnSteps
        ? (1 - at(terminated)) * (1 - at(truncated)) * isKept.select(axis: 2, index + 1).float()
        : graph.zeros([agents, batch])
      let ends = reaches * (1 - goesOn)
      rewards = rewards + reaches * at(reward) * pow(gamma, Double(index))
      discounts = discounts + ends * (1 - at(terminated)) * pow(gamma, Double(index + 1))
      next = next + ends.unsqueezeLast() * final.select(axis: 2, index)
      reaches = reaches * goesOn
    }
    return Batch(
      observations: observations, actions: kind.actionSpace.counts == nil ? actions : actions.int32(),
      rewards: rewards, nextObservations: next, discounts: discounts)
  }
}
