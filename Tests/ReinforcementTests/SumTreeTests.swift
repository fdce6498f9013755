import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// The tree of priorities against sums on the host.
struct SumTreeTests {
  let device = TestDevice.shared

  private func update(_ tree: SumTree, _ leaves: [UInt32], _ values: [Float]) throws {
    let shape: Shape = [tree.agents, leaves.count / tree.agents]
    let places = try Variable(shape, .uint32, on: device, label: "leaves")
    try places.write(leaves)
    let priorities = try Variable(shape, values, on: device, label: "values")
    try device.run("update") { tree.update($0.read(places), to: $0.read(priorities)) }
  }

  private func sample(_ tree: SumTree, count: Int, counter: UInt32 = 0) throws -> [UInt32] {
    let (agents, shape) = (tree.agents, Shape([tree.agents, count]))
    let seeds = try Variable([agents, 2], .uint32, on: device, label: "seeds")
    try seeds.write((0..<UInt32(2 * agents)).map { $0 + 7 })
    let number = try Variable([], .uint32, on: device, label: "counter")
    try number.write([counter])
    let result = try Variable(shape, .uint32, on: device, label: "drawn")
    try device.run("sample") { graph in
      let generator = Generator(seeds: graph.read(seeds), counter: graph.read(number))
      result.assign(tree.sample(generator.uniform(shape)))
    }
    return try result.read(UInt32.self)
  }

  @Test(arguments: [1, 5, 16, 17, 300, 4097])
  func sumsAreThoseOfTheLeavesHoweverTheyCameAbout(_ leaves: Int) throws {
    let agents = 2
    var random = SeededRandom(UInt64(leaves))
    let tree = try SumTree(agents: agents, leaves: leaves, on: device)
    var host = [[Float]](repeating: [Float](repeating: 0, count: leaves), count: agents)
    for count in [1, min(leaves, 7), 130] {
      var (places, values): ([UInt32], [Float]) = ([], [])
      for agent in 0..<agents {
        // With equal ones among them.
        for place in (0..<count).map({ _ in Int.random(in: 0..<leaves, using: &random) }).sorted() {
          places.append(UInt32(place))
          values.append(Float.random(in: 0..<3, using: &random))
          host[agent][place] = values[values.count - 1]
        }
      }
      try update(tree, places, values)
    }
    let nodes: [Float] = try tree.nodes.read()
    let width = nodes.count / agents
    for agent in 0..<agents {
      #expect(Array(nodes[(agent + 1) * width - leaves..<(agent + 1) * width]) == host[agent])
      let total = host[agent].reduce(0) { $0 + Double($1) }
      #expect(abs(Double(nodes[agent * width]) - total) <= 1e-6 * total)
    }
    // All at once gives the same bits.
    let other = try SumTree(agents: agents, leaves: leaves, on: device)
    let all = (0..<agents).flatMap { _ in (0..<UInt32(leaves)).map { $0 } }
    try update(other, all, host.flatMap(\.self))
    #expect(try other.nodes.read(Float.self) == nodes)
  }

  @Test(arguments: [1, 17, 300, 4097])
  func eachPartOfTheTotalGivesItsShare(_ leaves: Int) throws {
    let (agents, count) = (2, 3000)
    var random = SeededRandom(UInt64(leaves))
    // A third of the leaves is empty, the last ones among them.
    let values = (0..<agents * leaves).map { place in
      leaves > 1 && (place % 3 == 0 || place % leaves > leaves - 5)
        ? 0 : Float.random(in: 0.01..<3, using: &random)
    }
    let tree = try SumTree(agents: agents, leaves: leaves, on: device)
    try update(tree, (0..<agents * leaves).map { UInt32($0 % leaves) }, values)
    let drawn = try sample(tree, count: count)
    #expect(try sample(tree, count: count) == drawn)
    #expect(try leaves == 1 || sample(tree, count: count, counter: 1) != drawn)
    for agent in 0..<agents {
      let mine = drawn[agent * count..<(agent + 1) * count].map { Int($0) }
      #expect(mine == mine.sorted())
      let own = values[agent * leaves..<(agent + 1) * leaves].map { Double($0) }
      let total = own.reduce(0, +)
      var counts = [Int](repeating: 0, count: leaves)
      for leaf in mine { counts[leaf] += 1 }
      for (leaf, value) in own.enumerated() {
        // A leaf covers whole parts, and a piece of one at either end.
        let share = value / total * Double(count)
        #expect(abs(Double(counts[leaf]) - share) < 2.01, "leaf \(leaf) of \(leaves)")
        #expect(value > 0 || counts[leaf] == 0)
      }
    }
  }

  @Test func drawsWithinAPartAreUniform() throws {
    // Two leaves share the only part of the total 1 : 3.
    let tree = try SumTree(agents: 1, leaves: 20, on: device)
    try update(tree, [3, 18], [0.5, 1.5])
    let draws = try (0..<400).map { try sample(tree, count: 1, counter: $0)[0] }
    #expect(Set(draws) == [3, 18])
    let first = draws.count { $0 == 3 }
    #expect(abs(Double(first) - 100) < 5 * (400 * 0.25 * 0.75).squareRoot())
  }
}
