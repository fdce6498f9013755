import Foundation
import Testing

/// What the README and the guides tell people to type, typed: each block of `sh` of a document in order, in one folder, under
/// validation. Training is cut short, and Fashion-MNIST has its first 600 pictures alone; large models are a
/// small one, whose kernels compile in a second; tuning is quick.
@Suite(.timeLimit(.minutes(20))) struct DocumentationTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    .standardized
  private static let guides = "Sources/Reprise/Reprise.docc/Guides"

  /// The documents that have commands.
  static let documents =
    ["README.md"]
    + ((try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: guides).path)) ?? [])
    .sorted().map { "\(guides)/\($0)" }

  /// What is run elsewhere, because it needs a build of its own: by CLibraryTests and ExampleTests.
  private static let elsewhere = [
    "reprise-glslc plan -o kernels.reprise -- python3 Tools/Examples/python/cartpole.py .build/release/libRepriseC.so",
    "reprise export runs/cartpole --batch 8 -o cartpole.reprise",
    "reprise-glslc --generate-completion-script bash > /etc/bash_completion.d/reprise-glslc   # or zsh, fish",
  ]

  /// A fenced block: the word behind the fence, and its lines.
  private struct Block {
    let language: String
    var lines: [String] = []
  }

  private static func blocks(of document: String) throws -> [Block] {
    let text = try String(contentsOf: root.appending(path: document), encoding: .utf8)
    var (blocks, isWithin) = ([Block](), false)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isWithin.toggle()
        if isWithin { blocks.append(Block(language: String(line.dropFirst(3)))) }
      } else if isWithin {
        blocks[blocks.count - 1].lines.append(String(line))
      }
    }
    return blocks
  }

  /// What the documents take for granted, and shorter training.
  private static func prelude(_ products: String) -> String {
    """
    set -euo pipefail
    trap 'echo "failed: $BASH_COMMAND" >&2' ERR
    export PATH='\(products)':$PATH
    ln -s '\(root.path)'/{Tools,Shaders} .
    /usr/bin/python3 - <<'PYTHON'
    import gzip
    from pathlib import Path
    from PIL import Image
    Image.effect_noise((28, 28), 64).save("shirt.png")
    for name in "cat", "dog":
      for folder, size, mode in ("pictures", 40, "RGB"), ("new", 28, "L"):
        Path(folder, name).mkdir(parents=True)
        for number in range(12):
          Image.effect_noise((size, size), 64).convert(mode).save(f"{folder}/{name}/{number}.png")
    rows = Path("Tools/Examples/data/iris.csv").read_text().splitlines()
    Path("petals.csv").write_text("".join(row.rsplit(",", 1)[0] + "\\n" for row in rows))
    Path("data/fashion-mnist").mkdir(parents=True)
    for part, count in ("train", 600), ("t10k", 100):
      for kind, header, size in ("images-idx3", 16, 784), ("labels-idx1", 8, 1):
        name = f"{part}-{kind}-ubyte.gz"
        whole = gzip.open(f"/usr/share/datasets/fashion-mnist/{name}").read(header + count * size)
        whole = whole[:4] + count.to_bytes(4, "big") + whole[8:]
        gzip.open(f"data/fashion-mnist/{name}", "wb").write(whole)
    PYTHON
    export REPRISE_DATA=$PWD/data
    cat > small.yaml <<'YAML'
    features: [{conv2d: {outputs: 4, kernel: 3, stride: 2}}, relu, flatten]
    classifier: [linear]
    YAML
    reprise() {
      case "${1-} ${2-}" in
        'train classifier' | 'train regressor')
          set -- "${@/#separable/small.yaml}" --epochs 2
          set -- "${@/#resnet-small/small.yaml}" ;;
        'train ppo') set -- "${@/#1-8/1-3}" --steps 2048 ;;
        'train dqn' | 'train sac' | 'train td3') set -- "$@" --steps 1280 ;;
        'sweep '*)
          sed 's/steps: 20000/steps: 512/; s/: 5000/: 256/; s/trials: 6/trials: 2/' "$2" > "${2##*/}"
          set -- sweep "${2##*/}" ;;
        'bench step') set -- "$@" --replays 20 ;;
        'tune '*) set -- "$@" --shapes 64x64x64; export REPRISE_CACHE=$PWD/tuned ;;
      esac
      command reprise "$@"
    }

    """
  }

  @Test(arguments: documents) func `What a document says can be typed`(document: String) throws {
    let commands = try Self.blocks(of: document).filter { $0.language == "sh" }.flatMap(\.lines)
    guard !commands.isEmpty else { return }
    let tool = try Tool()
    let products = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
    try tool.write((Self.prelude(products) + commands.joined(separator: "\n") + "\n").utf8, to: "commands")
    let result = try tool.start(["commands"], of: "/bin/bash").finish()
    #expect(result.status == 0, "\(document): \(result.errors.suffix(2000))")
    #expect(!result.errors.contains("Validation"), "\(document): \(result.errors.suffix(2000))")
  }

  @Test(arguments: documents) func `No command hides from that`(document: String) throws {
    for block in try Self.blocks(of: document) where block.language != "sh" {
      for line in block.lines where line.hasPrefix("reprise ") || line.hasPrefix("reprise-glslc ") {
        #expect(Self.elsewhere.contains(line), "\(document): \(line)")
      }
    }
  }

  @Test func `There are documents with commands`() throws {
    let commands = try Self.documents.map { document in
      try Self.blocks(of: document).filter { $0.language == "sh" }.flatMap(\.lines).count
    }
    #expect(commands.count { $0 > 2 } > 7, "\(commands)")
  }
}
