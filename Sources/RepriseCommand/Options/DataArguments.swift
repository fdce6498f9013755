import ArgumentParser
import Datasets
import Supervised

/// Which data, on the command line.
struct DataArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "fashion-mnist; a folder with MNIST's four IDX files, or with a folder of PNG or JPEG pictures for each class (or train and test folders of such); an NPZ, NPY, IDX or CSV file. It must be said, here or in the file of --config.",
      valueName: "name|path"))
  var data: String?

  @Option(help: ArgumentHelp("The test split, where --data holds none.", valueName: "path"))
  var test: String?

  @Option(
    name: .customLong("target"),
    help: ArgumentHelp("The CSV columns that are targets, separated by commas.", valueName: "columns"))
  var targetColumns: CommaSeparated<String>?

  @Option(
    name: .customLong("targets"),
    help: ArgumentHelp(
      "An NPY or IDX file with the targets of an NPY or IDX file of inputs.", valueName: "file"))
  var targetsFile: String?

  @Option(
    name: .customLong("test-targets"), help: ArgumentHelp("As --targets, for --test.", valueName: "file"))
  var testTargetsFile: String?

  @Option(help: ArgumentHelp("The numbers of the classes to use: 0-4, or 1,3,5-7.", valueName: "numbers"))
  var classes: NumberRanges?

  @Option(parsing: .unconditional, help: "Training samples to use of each class. (default: all)")
  var samplesPerClass: Int?

  @Option(
    parsing: .unconditional,
    help: DataConfiguration.help("validation"))
  var validation: Double?

  @Flag(
    inversion: .prefixedNo,
    help: "Learn from small classes as often as from the largest. (default: --no-balance)")
  var balance: Bool?

  @Option(help: ArgumentHelp("Resize pictures: 32, or 32x48 for 32 high and 48 wide.", valueName: "size"))
  var resize: PictureSize?

  /// What is said here.
  var given: [SettingArgument] {
    .given(
      ("name", data), ("test", test), ("target_columns", targetColumns?.elements.listed),
      ("targets_file", targetsFile), ("test_targets_file", testTargetsFile),
      ("classes", classes?.numbers.listed), ("samples_per_class", samplesPerClass),
      ("validation", validation), ("balance", balance),
      ("resize", resize.map { [$0.height, $0.width].listed }))
  }
}

extension Array where Element: CustomStringConvertible {
  /// As settings take lists.
  var listed: String { isEmpty ? "none" : map(\.description).joined(separator: ",") }
}

/// Numbers and ranges of them: `0-4`, `1,3,5-7`.
struct NumberRanges: ExpressibleByArgument {
  let numbers: [Int]

  init?(argument: String) {
    var numbers: [Int] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let bounds = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(bounds.count), let first = bounds[0], let last = bounds[bounds.count - 1],
        first <= last, last - first < 1 << 20
      else { return nil }
      numbers += first...last
    }
    self.numbers = numbers
  }
}

/// A height and a width: `32`, `32x48`.
struct PictureSize: ExpressibleByArgument {
  let height, width: Int

  init?(argument: String) {
    let sizes = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(sizes.count), let height = sizes[0], let width = sizes[sizes.count - 1],
      height > 0,
      width > 0
    else { return nil }
    (self.height, self.width) = (height, width)
  }
}
