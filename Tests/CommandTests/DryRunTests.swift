import Foundation
import Runs
import TestSupport
import Testing
import Vulkan

@testable import RepriseCommand

/// `train … --dry-run`: values with their origins, and memory. That what it predicts is what training takes is held by ConfigTests.
@Suite(.timeLimit(.minutes(5))) struct DryRunTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  @Test func `A line a setting says where each value is from`() throws {
    let before = tool.allNames(in: "")
    let result = try tool.run(
      "train", "ppo", "--set", "clip=0.3", "--gamma", "0.5", "--trace", "trace.json", "--dry-run")
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    let lines = result.lines.map { $0.split(separator: " ").joined(separator: " ") }
    for line in [
      "run runs/cartpole-ppo-seed1", "algorithm ppo", "clip 0.3 --set", "gamma 0.5 option",
      "gae_lambda 0.8 recipe ppo-cartpole.yaml", "environment cartpole default", "seeds none default",
    ] { #expect(lines.contains(line), "\(line)\n\(result.output)") }
    #expect(lines.contains { $0.hasPrefix("memory ") && $0.contains(" MiB (") })
    #expect(tool.allNames(in: "") == before)
  }

  @Test func `What is too large for the device is said`() throws {
    let device = TestDevice.shared
    let dry = try DryRun(.classifier, RunDirectory("run"), [], on: device) { measure in
      let buffer = try device.makeBuffer(bytes: 1 << 45, label: "weights")
      withExtendedLifetime(buffer) { measure() }
    }
    let answer = try object(jsonText(dry))
    #expect(answer["fits"] as? Bool == false && answer["device_bytes"] as? Int == 1 << 45)
    #expect(answer["available_bytes"] as? Int ?? .max < 1 << 45)
    let warning = try #require(dry.warning)
    #expect(warning.contains("weights alone takes 33554432.00 MiB"), "\(warning)")
  }

  @Test func `A run that is there is refused as training would`() throws {
    try tool.write([], to: "run/config.yaml")
    expectRefusal(
      try tool.run("train", "ppo", "--run", "run", "--dry-run"), status: 1, saying: "already holds a run")
  }
}
