import Datasets
import Glibc
import TestSupport
import Testing

/// Whatever happened to a file, it gives a data set or an error.
@Suite struct DamageTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let names = [
    "hwc3.npy", "f4.npy", "deflated.npz", "stored.npz", "f4.idx", "rgba.png", "grey16.png", "interlaced.png",
    "rgb.jpg",
    "progressive.jpg", "table.csv", "table.csv.gz",
  ]

  /// Reads the file as input, and where it has targets with those; true where one gave data.
  private func opens(_ bytes: [UInt8], _ name: String) throws -> Bool {
    let path = try folder.write(bytes, to: name)
    // A new file each time: overwriting one waits for the disk.
    defer { unlink(path) }
    var options = DataOptions()
    options.targetColumns = ["kind of thing"]
    var opened = false
    do throws(DataError) { _ = try DataFiles.open(path, options: options); opened = true } catch {}
    do throws(DataError) {
      _ = try PredictionInput.open(path, options: DataOptions(.prediction)); opened = true
    } catch {}
    return opened
  }

  @Test(arguments: names) func everyPrefixIsRefused(_ name: String) throws {
    let whole = try bytes(of: file(name))
    for count in 0..<whole.count where try opens(Array(whole.prefix(count)), name) {
      // A table may end after any row, and a JPEG's last marker carries no data.
      #expect(
        name == "table.csv" || name.hasSuffix(".jpg") && count >= whole.count - 2, "\(name) of \(count)")
    }
  }

  @Test(arguments: names) func changedBytesAreReadOrRefused(_ name: String) throws {
    let whole = try bytes(of: file(name))
    var random = SeededRandom(7)
    for _ in 0..<200 {
      var changed = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        changed[Int.random(in: changed.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try opens(changed, name)
    }
  }
}
