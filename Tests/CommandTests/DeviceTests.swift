import Foundation
import Testing

/// `devices`, `bench` and `plan`: what writes no files.
@Suite struct DeviceTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  @Test func `One device is chosen, and its properties are shown`() throws {
    let result = try tool.run("devices", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let devices = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    let chosen = devices.filter { $0["chosen"] as? Bool == true }
    #expect(chosen.count == 1)
    for device in devices {
      let isChosen = device["chosen"] as? Bool == true
      #expect((device["reason"] as? String != nil) == isChosen)
      let expected: Set = [
        "name", "kind", "driverName", "driverInfo", "apiVersion", "uuid", "memoryHeaps", "subgroups",
        "limits",
        "features", "featuresUsed",
      ]
      #expect(expected.subtracting(device.keys) == [])
    }

    let table = try tool.run("devices")
    #expect(table.status == 0)
    let device = try #require(chosen.first)
    for property in ["name", "driverName", "apiVersion", "uuid", "reason"] {
      let value = try #require(device[property] as? String)
      #expect(table.output.contains(value), "\(property)")
    }
    #expect(tool.names() == [])
  }

  @Test func `llvmpipe computes as wide as it is told, and keeps code of each width apart`() throws {
    /// Elements of a subgroup, and how much Mesa's cache on disk then holds.
    func width(_ bits: Int) throws -> (size: Int?, cached: Int) {
      let environment = ["LP_NATIVE_VECTOR_WIDTH": "\(bits)", "MESA_SHADER_CACHE_DIR": tool.folder]
      let bench = try tool.run(
        "bench", "environment", "cartpole", "--copies", "8", "--steps", "800", "--json",
        environment: environment)
      #expect(bench.status == 0, "\(bench.errors)")
      let result = try tool.run("devices", "--json", environment: environment)
      let devices = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]]
      let device = devices?.first { $0["driverName"] as? String == "llvmpipe" }
      let files = FileManager.default.enumerator(
        at: URL(filePath: tool.folder), includingPropertiesForKeys: [.fileSizeKey])
      let cached = files?.compactMap { try? ($0 as? URL)?.resourceValues(forKeys: [.fileSizeKey]).fileSize }
        .reduce(0, +)
      return ((device?["subgroups"] as? [String: Any])?["size"] as? Int, try #require(cached))
    }
    let narrow = try width(256)
    guard let size = narrow.size else { return }
    #expect(size == 8)
    let wide = try width(512)
    #expect(wide.size == 16)
    #expect(narrow.cached > 0 && wide.cached > narrow.cached)
    let again = try width(512)
    #expect(again.cached == wide.cached)
  }

  @Test func `A device can be asked for by its number, name or UUID`() throws {
    let devices = try #require(
      try JSONSerialization.jsonObject(with: Data(try tool.run("devices", "--json").output.utf8))
        as? [[String: Any]])
    let first = try #require(devices.first)
    for property in ["index", "name", "uuid"] {
      let value = try #require(first[property].map { "\($0)" })
      let result = try tool.run("devices", "--device", value)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.contains("asked for"))
    }
  }

  @Test(arguments: ["cartpole", "acrobot", "mountaincar", "mountaincar-continuous", "pendulum"])
  func `Stepping alone is measured`(environment: String) throws {
    let arguments = ["bench", "environment", environment, "--copies", "64", "--steps", "20000"]
    let result = try tool.run(arguments + ["--json"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
    let summary = try object(result.output)
    #expect(try #require(summary["steps"] as? Int) >= 20_000)
    #expect(try #require(summary["seconds"] as? Double) > 0)
    #expect(try #require(summary["steps_per_second"] as? Double) > 0)
    #expect(try #require(summary["return_mean"] as? Double).isFinite)
    #expect(summary["copies"] as? Int == 64)
    #expect(try #require(summary["device_bytes"] as? Int) > 0)
    #expect(summary["device"] as? String != nil)

    let text = try tool.run(arguments)
    #expect(text.status == 0)
    #expect(text.output.contains("steps/s"))
    #expect(tool.names() == [])
  }

  @Test func `A step is measured for the layers that are asked for`() throws {
    let result = try tool.run(
      "bench", "step", "mlp", "--hidden", "8,4", "--batch", "2", "--replays", "1", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let summary = try object(result.output)
    #expect(summary["parameters"] as? Int == 785 * 8 + 9 * 4 + 5 * 10)
    let arena = try #require(summary["arena_bytes"] as? Int)
    #expect(try #require(summary["device_bytes"] as? Int) >= arena)
  }

  @Test func `A profile of a step is an object a dispatch`() throws {
    let result = try tool.run(
      "bench", "step", "mlp", "--hidden", "8", "--batch", "4", "--replays", "1", "--profile", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let summary = try object(result.output)
    let profile = try #require(summary["profile"] as? [[String: Any]])
    #expect(try profile.isEmpty || profile.count == #require(summary["dispatches"] as? Int))
    for dispatch in profile {
      let names = [
        "barrier", "bytes_read", "bytes_written", "flops", "kernel", "label", "microseconds", "runs",
        "segment",
      ]
      #expect(dispatch.keys.sorted() == names)
      #expect(try #require(dispatch["microseconds"] as? Double) >= 0)
      // No more than the samples on the device, of which a step gathers four.
      if dispatch["label"] as? String == "sample_rows" {
        #expect(try #require(dispatch["bytes_read"] as? Int) < 4 * 785 * 4 + 64)
      }
    }
  }

  @Test func `The limits of a device are positive`() throws {
    let result = try tool.run("bench", "limits", "--json")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
    let summary = try object(result.output)
    for key in [
      "gigabytes_per_second", "near_gigabytes_per_second", "gflops", "launch_microseconds",
      "launch_without_barrier_microseconds", "submission_microseconds",
    ] {
      let value = try #require(summary[key] as? Double, "\(key)")
      #expect(value > 0 && value.isFinite, "\(key)")
    }
    #expect(try #require(summary["timestamp_microseconds"] as? Double) >= 0)
    #expect(summary["device"] as? String != nil && summary["driver"] as? String != nil)
  }

  @Test func `A plan is printed and nothing is trained`() throws {
    let result = try tool.run("plan", "ppo", "--environments", "4", "--horizon", "16")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("plan \"ppo cartpole\""))
    #expect(tool.names() == [])
  }
}
