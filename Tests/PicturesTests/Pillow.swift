import Foundation
import Testing

@testable import Pictures

/// Python's Pillow, which knows nothing of ours: what it reads in a file, and what it draws.
struct Pillow: Decodable {
  struct Frame: Decodable, Equatable {
    /// Milliseconds; 0 where a file has none.
    let duration: Double
    /// RGBA, row by row.
    let pixels: [UInt32]
  }

  let size: [Int]
  /// Times that it is shown, as the file has it; nil where it says nothing.
  let loop: Int?
  let frames: [Frame]

  private static let reading = """
    import json, struct, sys
    from PIL import Image
    image = Image.open(sys.argv[1])
    frames = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        data = image.convert("RGBA").tobytes()
        frames.append({"duration": image.info.get("duration", 0),
                       "pixels": struct.unpack("<%dI" % (len(data) // 4), data)})
    print(json.dumps({"size": image.size, "loop": image.info.get("loop"), "frames": frames}))
    """

  /// Reads a file; a damaged one is an error.
  init(reading bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(Pillow.self, from: Self.run(Self.reading, on: bytes))
  }

  /// What a Python program that imports Pillow prints; the bytes are in the file `sys.argv[1]`.
  static func run(_ program: String, on bytes: [UInt8]) throws -> Data {
    let file = NSTemporaryDirectory() + "reprise-picture-" + UUID().uuidString
    try Data(bytes).write(to: URL(filePath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    let process = Process()
    // Debian's own, for which Tools/setup installs Pillow.
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = ["-c", program, file]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return data
  }
}

/// Numbers that look random, the same each time (SplitMix64).
struct Noise: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

extension Canvas {
  /// Pixels drawn out of so many colours.
  static func noise(_ width: Int, _ height: Int, colors: Int, seed: UInt64, alpha: Bool = false) -> Canvas {
    var canvas = Canvas(width: width, height: height)
    var colored = Noise(state: 1)
    let palette = (0..<colors).map { _ in
      UInt32.random(in: 0...(.max), using: &colored) | (alpha ? 0 : 0xff00_0000)
    }
    var noise = Noise(state: seed)
    for index in canvas.pixels.indices {
      canvas.pixels[index] = palette[Int.random(in: 0..<colors, using: &noise)]
    }
    return canvas
  }
}
