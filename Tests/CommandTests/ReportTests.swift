import Foundation
import Testing

/// `report`, and `plot` into files.
@Suite(.timeLimit(.minutes(5))) struct ReportTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  /// A run of two seeds that was killed while it wrote, and one that has just begun.
  private func writeRuns() throws {
    for (run, seeds, rate) in [("fast", [1, 2], 0.01), ("slow", [1], 0.001)] {
      for seed in seeds {
        let folder = seeds.count > 1 ? "\(run)/seed-\(seed)" : run
        let config =
          "version: 0.1.0\nalgorithm: ppo\ndevice: <none>\nenvironment: cartpole\nseed: \(seed)\nlearning_rate: \(rate)\n"
        try tool.write(config.utf8, to: "\(folder)/config.yaml")
        let lines = (1...20).map {
          "{\"steps\": \($0 * 100), \"iteration\": \($0), \"iterations\": 40, \"seconds\": \($0), \"policy_loss\": 0.5, "
            + "\"faults\": 0, \"return_mean\": \($0 * seed)}\n"
        }
        try tool.write((lines.joined() + "{\"steps\": 2100, \"retu").utf8, to: "\(folder)/metrics.jsonl")
      }
    }
    try tool.write("version: 0.1.0\nalgorithm: sac\nenvironment: pendulum\n".utf8, to: "new/config.yaml")
    try tool.write([], to: "new/metrics.jsonl")
  }

  @Test func `A page compares runs, whatever became of them`() throws {
    try writeRuns()
    let result = try tool.run(
      "report", "fast", "slow", "new", "-o", "page.html", "--title", "A & B", "--no-device",
      environment: withoutDevice)
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    #expect(result.output == "Report: page.html\n")
    let page = try tool.text(of: "page.html")
    for part in [
      "<h1>A &amp; B</h1>", "killed at 50%", "killed at 0%", "30 (20 to 40)", ">20<", "2,000 steps",
      #"<th scope="row">learning_rate</th><td>0.01</td><td>0.001</td><td>–</td>"#,
      #"<th scope="row">seed</th><td>1, 2</td><td>1</td>"#, "&lt;none&gt;", "Policy loss",
      "No episodes: this page was made with --no-device.",
    ] {
      #expect(page.contains(part), "\(part)")
    }
    // A column of zeros says nothing.
    #expect(!page.contains("Faults"))
    // Nothing is fetched: no address, and no file but those within.
    for part in ["http:", "https:", "src=\"/", "@import", "url("] { #expect(!page.contains(part), "\(part)") }
  }

  @Test func `A page without a device says what it lacks`() throws {
    try writeRuns()
    let result = try tool.run("report", "slow", "-o", "page.html", environment: withoutDevice)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try tool.text(of: "page.html").contains("No episodes: no device could be opened"))
  }

  @Test func `What can't be read or written leaves no file`() throws {
    try writeRuns()
    func report(_ arguments: String...) throws -> Tool.Result {
      try tool.run(["report", "--no-device"] + arguments)
    }
    expectRefusal(try report("fast", "nowhere", "-o", "a.html"), status: 1, saying: "nowhere", "no such run")
    expectRefusal(try report("fast", "fast/", "-o", "a.html"), status: 1, saying: "fast", "twice")
    expectRefusal(try report("fast", "-o", "no/a.html"), status: 1, saying: "no/a.html")
    expectRefusal(try report("fast", "-o", "a.html", "--smooth", "0"), status: 64, saying: "--smooth", "'0'")
    expectRefusal(try report("fast"), status: 64, saying: "--output")
    try tool.write("{\"steps\": 5}\nnonsense\n".utf8, to: "slow/metrics.jsonl")
    expectRefusal(try report("slow", "-o", "a.html"), status: 1, saying: "slow/metrics.jsonl:2")
    try tool.write("algorithm: ppq\n".utf8, to: "fast/seed-1/config.yaml")
    expectRefusal(
      try report("fast", "-o", "a.html"), status: 1, saying: "fast/seed-1/config.yaml:1", "ppq", "ppo")
    #expect(tool.names() == ["fast", "new", "slow"])
  }

  @Test func `Charts are drawn into files`() throws {
    try writeRuns()
    let svg = try tool.run("plot", "fast", "slow", "-o", "curve.svg", "--x", "seconds", "--smooth", "5")
    #expect(svg.status == 0 && svg.output == "" && svg.errors == "", "\(svg.errors)")
    let text = try tool.text(of: "curve.svg")
    for part in [
      ">Mean return<", ">fast<", ">slow<", ">seconds<", "fast, mean of 2 seeds", "to 27 at 20 seconds",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    let png = try tool.run(
      "plot", "slow", "-o", "curve.png", "--metric", "return_mean", "--metric", "policy_loss", "--width",
      "300",
      "--height", "200")
    #expect(png.status == 0, "\(png.errors)")
    let bytes = try [UInt8](tool.bytes(of: "curve.png"))
    #expect(bytes.prefix(8) == [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    // Two charts of 300 × 200, two pixels a point.
    #expect(bytes[16..<24] == [0, 0, 2, 88, 0, 0, 3, 32])

    expectRefusal(
      try tool.run("plot", "slow", "-o", "a.svg", "--metric", "policy_los"), status: 1,
      saying: "'policy_los'",
      "the nearest are: policy_loss")
    expectRefusal(try tool.run("plot", "slow", "-o", "a.pdf"), status: 64, saying: "'a.pdf'", ".svg or .png")
    expectRefusal(
      try tool.run("plot", "slow", "-o", "a.svg", "--width", "100"), status: 64, saying: "--width", "200",
      "pixels")
    expectRefusal(try tool.run("plot", "slow", "--x", "epochs"), status: 64, saying: "epochs", "iteration")
    #expect(tool.names() == ["curve.png", "curve.svg", "fast", "new", "slow"])
  }

  /// Pictures of four classes: a bright quarter each; one in eight of them lies.
  private func writePictures() throws {
    for (name, count) in [("train", 160), ("t10k", 64)] {
      func sizes(_ sizes: Int...) -> [UInt8] {
        [0, 0, 8, UInt8(sizes.count)] + sizes.flatMap { [0, 0, 0, UInt8($0)] }
      }
      let pixels = (0..<count).flatMap { sample -> [UInt8] in
        let bright = (sample % 8 == 7 ? sample + 1 : sample) % 4
        return (0..<64).map { pixel in
          let quarter = pixel / 32 * 2 + pixel % 8 / 4
          return UInt8(quarter == bright ? 200 : 20 + sample % 30)
        }
      }
      try tool.write(sizes(count, 8, 8) + pixels, to: "quarters/\(name)-images-idx3-ubyte")
      try tool.write(
        sizes(count) + (0..<count).map { UInt8($0 % 4) }, to: "quarters/\(name)-labels-idx1-ubyte")
    }
  }

  @Test(.enabled(if: Browser.program != nil, "there is no Chromium: Tools/setup installs it"))
  func `The page works in a browser`() throws {
    let policy = try tool.run(
      "train", "ppo", "--environments", "4", "--horizon", "64", "--steps", "1024", "--hidden", "8", "--seeds",
      "1,2",
      "--evaluate-every", "512", "--evaluate-episodes", "2", "--run", "balance")
    #expect(policy.status == 0, "\(policy.errors)")
    try writePictures()
    let classifier = try tool.run(
      "train", "classifier", "--data", "quarters", "--hidden", "8", "--learning-rate", "0.02", "--epochs",
      "20", "--batch-size", "16",
      "--run",
      "quarters-run")
    #expect(classifier.status == 0, "\(classifier.errors)")
    let result = try tool.run("report", "balance", "quarters-run", "-o", "page.html")
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    // Of each parameter, beside its weights.
    let page = try tool.text(of: "page.html")
    #expect(page.components(separatedBy: "gradient after 20</span>").count == 1 + 4)

    let browser = try Browser()
    try browser.open("\(tool.folder)/page.html", width: 1280, height: 900)
    try expectContent(browser)
    try expectCharts(browser)
    try expectPlayer(browser)
    try expectThemes(browser)
    // From 360 pixels on nothing is wider than the window.
    try browser.open("\(tool.folder)/page.html", width: 360, height: 800)
    #expect(try browser.evaluate("document.documentElement.scrollWidth", Int.self) == 360)
    #expect(browser.complaints == [])
  }

  /// What a screen reader finds.
  private func expectContent(_ browser: Browser) throws {
    let names = try browser.accessibleNames()
    for name in [
      "heading balance, quarters-run", "heading Learning curves", "heading Episodes",
      "heading On the test split",
      "link Skip to the content", "navigation Sections", "button Switch to the dark theme",
      "image Mean return",
      "image Validation accuracy", "button balance", "button Play", "slider Step of the episode",
      "rowheader balance", "columnheader precision", "image Sample 7: 3",
    ] {
      #expect(names.contains(name), "\(name)")
    }
    // No control or picture is without a name.
    for role in ["button", "slider", "image", "combobox", "link", "region", "navigation", "table"] {
      #expect(!names.contains("\(role) "), "\(role)")
    }
    #expect(try browser.evaluate("document.querySelectorAll('.samples li').length", Int.self) == 24)
    #expect(try browser.evaluate("document.querySelectorAll('.samples li.wrong').length", Int.self) >= 8)
    #expect(
      try browser.evaluate(
        "[...document.images].every(image => image.complete && image.naturalWidth === 8)", Bool.self))
  }

  /// Charts have lines within their frames, and their values can be read by keyboard.
  private func expectCharts(_ browser: Browser) throws {
    let lines = "[...document.querySelectorAll('svg.chart path.line[data-series]')]"
    #expect(try browser.evaluate("\(lines).length", Int.self) > 15)
    #expect(
      try browser.evaluate(
        "\(lines).every(l => { const b = l.getBBox(), f = l.ownerSVGElement.dataset.frame.split(' ').map(Number);"
          + "return b.x >= f[0] - 1 && b.y >= f[1] - 1 && b.x + b.width <= f[2] + 1 && b.y + b.height <= f[3] + 1 })",
        Bool.self))
    _ = try browser.evaluate("document.querySelector('#curve-0 svg').focus(), 1", Int.self)
    try browser.press("Home")
    try browser.press("ArrowRight")
    // The second line of the metrics, of which the chart has the mean over the seeds.
    let returns = try [1, 2].map { seed in
      let line = try tool.text(of: "balance/seed-\(seed)/metrics.jsonl").split(separator: "\n")[1]
      return try #require(object(line)["return_mean"] as? Double)
    }
    let shown = try browser.evaluate("document.querySelector('#curve-0 .tip').innerText", String.self)
    let value = try #require(
      shown.split(separator: ": ").last.flatMap { Double($0.filter { $0 != "\n" }) }, "\(shown)")
    #expect(shown.hasPrefix("512 steps"), "\(shown)")
    #expect(abs(value - (returns[0] + returns[1]) / 2) < 0.05, "\(shown)")
    // A button hides its series.
    _ = try browser.evaluate("document.querySelector('#metric-0 .legend button')?.focus(), 1", Int.self)
    try browser.press("Enter")
  }

  /// The player plays, and its slider moves by keyboard.
  private func expectPlayer(_ browser: Browser) throws {
    func step() throws -> Int {
      try browser.evaluate("parseInt(document.querySelector('.player .step').textContent)", Int.self)
    }
    let picture = "document.querySelector('.player canvas').toDataURL()"
    let first = try browser.evaluate(picture, String.self)
    #expect(try step() == 0)
    // Space on the picture plays; two frames and a half a second leave time to look.
    _ = try browser.evaluate(
      "(p => { const s = p.querySelector('.speed'); s.options[0].value = s.value = '0.05'; s.selectedIndex = 0;"
        + "p.querySelector('canvas').focus(); return 1 })(document.querySelector('.player'))", Int.self)
    try browser.press(" ")
    #expect(
      try browser.evaluate("document.querySelector('.player .state').textContent", String.self) == "Playing")
    while try step() < 1 {}
    #expect(try browser.evaluate(picture, String.self) != first)
    try browser.press(" ")
    let stopped = try step()
    #expect(
      try browser.evaluate("document.querySelector('.player .state').textContent", String.self)
        == "Paused at step \(stopped), return \(stopped)")
    _ = try browser.evaluate("document.querySelector('.player input').focus(), 1", Int.self)
    try browser.press("Home")
    #expect(try step() == 0)
    #expect(try browser.evaluate(picture, String.self) == first)
    for _ in 0..<3 { try browser.press("ArrowRight") }
    try browser.press("ArrowLeft")
    #expect(try step() == 2)
    _ = try browser.evaluate("document.querySelector('.player canvas').focus(), 1", Int.self)
    try browser.press("ArrowRight")
    #expect(try step() == 3)
    try browser.press("End")
    let end = try browser.evaluate("document.querySelector('.player .step').textContent", String.self)
    let length = try step()
    #expect(end == "\(length) of \(length)")
    #expect(
      try browser.evaluate("document.querySelector('.player .return').textContent", String.self)
        == "\(length) of \(length)")
  }

  /// The page is as the system is, until its button is pressed.
  private func expectThemes(_ browser: Browser) throws {
    let background = "getComputedStyle(document.body).backgroundColor"
    let light = try browser.screenshot(isDark: false)
    #expect(try browser.evaluate(background, String.self) == "rgb(255, 255, 255)")
    let dark = try browser.screenshot(isDark: true)
    #expect(try browser.evaluate(background, String.self) == "rgb(21, 25, 30)")
    #expect(light != dark)
    if let folder = ProcessInfo.processInfo.environment["REPRISE_SCREENSHOTS"] {
      try light.write(to: URL(filePath: "\(folder)/light.png"))
      try dark.write(to: URL(filePath: "\(folder)/dark.png"))
    }
    _ = try browser.evaluate("document.getElementById('theme').focus(), 1", Int.self)
    try browser.press(" ")
    #expect(try browser.evaluate(background, String.self) == "rgb(255, 255, 255)")
  }
}
