import Foundation
import Testing

/// `render`: the file, and what it refuses.
@Suite(.timeLimit(.minutes(5))) struct RenderTests {
  private let tool: Tool

  init() throws { tool = try Tool.holdingRun() }

  /// Pictures of a file as Pillow reads them: size, milliseconds of each, and how many differ.
  private func read(_ name: String) throws -> (size: [Int], durations: [Int], distinct: Int) {
    let program = """
      import json, sys
      from PIL import Image
      image = Image.open(sys.argv[1])
      durations, pictures = [], set()
      for number in range(getattr(image, "n_frames", 1)):
          image.seek(number)
          pictures.add(image.convert("RGB").tobytes())
          durations.append(int(image.info.get("duration", 0)))
      print(json.dumps({"size": image.size, "durations": durations, "distinct": len(pictures)}))
      """
    // Debian's own, for which Tools/setup installs Pillow.
    let result = try tool.start(["-c", program, name], of: "/usr/bin/python3").finish()
    let json = try object(result.output)
    return (
      try #require(json["size"] as? [Int]), try #require(json["durations"] as? [Int]),
      try #require(json["distinct"] as? Int)
    )
  }

  @Test func `The episodes of an evaluation, as every format`() throws {
    let evaluated = try object(tool.run("evaluate", "run", "--episodes", "2", "--seed", "3", "--json").output)
    for name in ["a.gif", "b.apng"] {
      let result = try tool.run(
        "render", "run", "-o", name, "--episodes", "2", "--seed", "3", "--size", "90x64", "--json")
      #expect(result.status == 0 && result.errors == "", "\(result.errors)")
      let report = try object(result.output)
      let episodes = try #require(report["episodes"] as? [[String: Any]])
      let returns = episodes.compactMap { $0["return"] as? Double }
      #expect(
        returns.min() == evaluated["return_min"] as? Double
          && returns.max() == evaluated["return_max"] as? Double)
      let lengths = episodes.compactMap { $0["length"] as? Int }
      #expect(
        lengths.min() == evaluated["length_min"] as? Int && lengths.max() == evaluated["length_max"] as? Int)
      let picture = try read(name)
      #expect(picture.size == [90, 64])
      // A picture before each action and one at the end, which is shown for a second; CartPole's step takes 0.02 s.
      #expect(
        picture.durations == lengths.flatMap { [Int](repeating: 20, count: $0) + [1000] },
        "\(picture.durations)")
      // The step is written in each.
      #expect(picture.distinct > picture.durations.count / 2)
      #expect(report["frames"] as? Int == picture.durations.count)
      #expect(try report["bytes"] as? Int == tool.bytes(of: name).count)
    }
    let text = try tool.run("render", "run", "-o", "c.png", "--seed", "3", "--frame", "2")
    #expect(text.status == 0 && text.output.contains("c.png: 1 picture of 600 × 400"), "\(text.errors)")
    #expect(try read("c.png").size == [600, 400])
    // Without a number it is the end.
    let report = try object(tool.run("render", "run", "-o", "d.png", "--seed", "3", "--json").output)
    let actions = try #require((report["episodes"] as? [[String: Any]])?.first?["length"] as? Int)
    _ = try tool.run("render", "run", "-o", "e.png", "--seed", "3", "--frame", "\(actions)")
    #expect(try tool.bytes(of: "d.png") == tool.bytes(of: "e.png"))
    #expect(try tool.bytes(of: "d.png") != tool.bytes(of: "c.png"))
    #expect(tool.names() == ["a.gif", "b.apng", "c.png", "d.png", "e.png", "run"])
  }

  @Test func `Fewer pictures, a rate, and the same bytes twice`() throws {
    func render(_ more: String...) throws -> [Int] {
      let result = try tool.run(["render", "run", "-o", "a.gif", "--size", "64x64"] + more)
      #expect(result.status == 0, "\(result.errors)")
      return try read("a.gif").durations
    }
    let all = try render()
    let bytes = try tool.bytes(of: "a.gif")
    _ = try render()
    #expect(try tool.bytes(of: "a.gif") == bytes)
    let third = try render("--every", "3")
    #expect(third.count == (all.count - 1 + 2) / 3 + 1)
    #expect(third.dropLast().allSatisfy { $0 == 60 })
    // 30 pictures a second are no whole hundredths: no time is lost.
    let rated = try render("--fps", "30")
    #expect(rated.dropLast().allSatisfy { $0 == 30 || $0 == 40 } && rated.count == all.count)
    #expect(abs(rated.dropLast().reduce(0, +) - (rated.count - 1) * 1000 / 30) <= 10)
    #expect(try render("--sampled").count != 1)
  }

  @Test func `What can't be drawn is refused, and nothing is written`() throws {
    for (arguments, parts) in [
      (["-o", "a.mp4"], ["'a.mp4'", ".gif, .apng or .png"]), (["-o", "gif"], ["'gif'"]),
      (["-o", "a."], ["'a.'"]),
      (["-o", "a.gif", "--episodes", "0"], ["'0'", "--episodes"]),
      (["-o", "a.gif", "--every", "0"], ["--every"]),
      (["-o", "a.gif", "--fps", "90"], ["--fps", "50"]), (["-o", "a.gif", "--fps", "nan"], ["--fps"]),
      (["-o", "a.gif", "--size", "9x9"], ["9x9", "64x64"]), (["-o", "a.gif", "--size", "600"], ["600x400"]),
      (["-o", "a.gif", "--size", "99999999999999999999x64"], ["4096"]),
      (["-o", "a.gif", "--frame", "3"], ["--frame"]),
      (["-o", "a.png", "--episodes", "2"], ["--episodes"]), (["-o", "a.png", "--frame", "-1"], ["--frame"]),
      ([], ["--output"]),
    ] {
      let result = try tool.run(["render", "run"] + arguments)
      expectRefusal(result, status: 64)
      for part in parts { #expect(result.errors.contains(part), "\(result.errors)") }
    }
    expectRefusal(try tool.run("render", "nowhere", "-o", "a.gif"), status: 1, saying: "no such run")
    expectRefusal(
      try tool.run("render", "run", "-o", "a.gif", "--best"), status: 1, saying: "best.safetensors")
    expectRefusal(
      try tool.run("render", "run", "-o", "a.png", "--frame", "501"), status: 1, saying: "--frame 501")
    expectRefusal(
      try tool.run("render", "run", "-o", "no/a.gif", "--size", "64x64"), status: 1, saying: "no/a.gif")
    #expect(tool.names() == ["run"])
  }
}
