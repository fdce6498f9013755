import Foundation
import Learning
import Tensors
import Testing

/// The programs of Tools/Examples, which a newcomer reads: each runs under validation and does what its text says.
@Suite(.timeLimit(.minutes(5))) struct ExampleTests {
  private let tool: Tool
  init() throws { tool = try Tool() }

  /// Runs an example to the end and expects that it did well and that validation has nothing against it.
  private func run(_ example: String, _ arguments: String...) throws -> Tool.Result {
    let result = try tool.start(arguments, of: example).finish()
    #expect(result.status == 0, "\(result.output)")
    #expect(result.errors == "")
    return result
  }

  /// The numbers that stand last in the lines that hold `text`.
  private func numbers(_ result: Tool.Result, in text: String) throws -> [Double] {
    try result.lines.filter { $0.contains(text) }.map { line in
      try #require(line.split(separator: " ").last.flatMap { Double($0) }, "\(line)")
    }
  }

  @Test func `A custom training loop learns, and knows points that it has not seen`() throws {
    let result = try run("custom-training-loop")
    let losses = try numbers(result, in: "loss")
    #expect(losses.count == 5)
    // At first the classes are as likely, ln 2.
    #expect(losses[0] > 0.3 && losses[4] < 0.05, "\(losses)")
    #expect(try numbers(result, in: "accuracy")[0] > 0.97)
  }

  @Test func `Inference takes the weights of a file`() throws {
    let pairs = ["0.0, 0.0", "0.0, 1.0", "1.0, 0.0", "1.0, 1.0"]
    func lines(_ outputs: [Double]) -> String {
      zip(pairs, outputs).map { "\($0) → \($1)\n" }.joined()
    }
    #expect(try run("inference").output == lines([0, 1, 1, 0]))
    var both = Safetensors(tensors: [
      "0.weight": .init(TensorType([2, 2]), [1, 1, 0, 0] as [Float]),
      "0.bias": .init(TensorType([2]), [-1, 0] as [Float]),
      "2.weight": .init(TensorType([1, 2]), [2, 0] as [Float]),
      "2.bias": .init(TensorType([1]), [0.5] as [Float]),
    ])
    try tool.write(both.encoded(), to: "both.safetensors")
    #expect(try run("inference", "both.safetensors").output == lines([0.5, 0.5, 0.5, 2.5]))

    both.tensors["2.bias"] = nil
    try tool.write(both.encoded(), to: "both.safetensors")
    let refused = try tool.start(["both.safetensors"], of: "inference").finish()
    #expect(refused.status == 1)
    #expect(
      refused.output.hasPrefix("inference: both.safetensors")
        && refused.output.contains("missing \"2.bias\""),
      "\(refused.output)")
  }

  @Test func `PPO learns an environment of one's own`() throws {
    let result = try run("custom-environment")
    let before = try numbers(result, in: "before training")[0]
    let after = try numbers(result, in: "after training")[0]
    // Whoever stays within reach gets up to 1 a step, for 100 steps.
    #expect(before < 60 && after > 90, "\(result.output)")
  }

  @Test func `An operation of one's own has the gradient that differences give, and learns`() throws {
    let result = try run("custom-operation")
    #expect(try numbers(result, in: "difference")[0] < 1e-3)
    let losses = try numbers(result, in: "loss")
    #expect(losses.count == 5 && losses[4] < losses[0] / 50, "\(losses)")
  }

  @Test func `Two devices side by side come to the same bits`() throws {
    let result = try run("two-devices")
    let losses = try numbers(result, in: "loss")
    #expect(losses.count == 2 && losses[0] < 0.01 && losses[0] == losses[1], "\(losses)")
    #expect(result.lines.last == "same weights, bit for bit: yes")
  }

  @Test func `The code of the article is the example's`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    func lines(_ path: String) throws -> [Substring] {
      try String(contentsOf: root.appending(path: path), encoding: .utf8).split(separator: "\n").map {
        $0.drop { $0 == " " }
      }
    }
    let example = try ["main", "Policy", "Classifier", "Step"].flatMap {
      try lines("Tools/Examples/first-steps/\($0).swift")
    }
    // Every second part is code.
    let parts = try lines("Sources/Reprise/Reprise.docc/FirstSteps.md").split(
      omittingEmptySubsequences: false
    ) {
      $0.hasPrefix("```")
    }
    let blocks = parts.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    #expect(blocks.count == 4)
    for block in blocks {
      #expect(!block.isEmpty && example.contains(block), "\(block.joined(separator: "\n"))")
    }
  }

  @Test func `The programs of the article do what it says`() throws {
    let result = try run("first-steps")
    #expect(try numbers(result, in: "without exploration")[0] > 120, "\(result.output)")
    #expect(try #require(numbers(result, in: "accuracy").last) > 0.7, "\(result.output)")
    #expect(try numbers(result, in: "XOR")[0] < 0.01, "\(result.output)")
  }

  @Test(arguments: [
    "custom-training-loop", "inference", "custom-environment", "custom-operation", "two-devices",
    "first-steps",
  ])
  func `Without a device an example says so`(_ example: String) throws {
    let result = try tool.start([], of: example, environment: withoutDevice).finish()
    #expect(result.status == 1)
    #expect(result.output.hasPrefix("\(example): "))
    #expect(result.lines.count == 1, "\(result.output)")
  }
}
