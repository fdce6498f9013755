import ArgumentParser
import Datasets
import FoundationEssentials
import Learning
import Runs
import Supervised
import Tensors
import Vulkan

/// `reprise predict`: what a trained model says of samples without targets.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Say what a trained classifier or regressor makes of samples.",
    usage: "reprise predict <run> --input <file> [<options>]",
    discussion: """
      Writes a CSV table to standard output: a line a sample, with its name or number; of a classifier the class and \
      the probability of each class, of a regressor the numbers.

      Examples:
        reprise predict runs/fashion --input shirt.png
        reprise predict runs/houses --input houses.csv --output prices.csv
      """)

  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
  var folder: String

  @Option(
    help: ArgumentHelp(
      "A PNG or JPEG picture, a folder of them, or an NPY, NPZ, CSV or IDX file.", valueName: "file"))
  var input: String

  @Option(help: ArgumentHelp("Write the table to a file.", valueName: "file"))
  var output: String?

  @OptionGroup var selection: DeviceOptions

  @Flag(help: "Print one JSON object a sample: name, label and probabilities by class, or values.")
  var json = false

  func run() throws {
    let directory = RunDirectory(folder)
    try directory.refuseMissing()
    if case .reinforcement(let name) = try directory.algorithm() {
      throw CommandFailure(
        "\(folder) is a run of \(name); 'reprise predict' takes classifiers and regressors.")
    }
    let settings = try RunConfiguration<SupervisedSettings>(of: directory).settings
    let samples = try PredictionInput.open(input, options: settings.dataOptions(.prediction))
    let device = try selection.open()
    let network = try settings.network(of: directory, on: device)
    let dataset = try Dataset(samples.samples, .unknown, source: input)
    let loader = try DataLoader(DeviceDataset(dataset, on: device), settings.loading())
    let values = try loader.predictions(network, settings.objective).map(Double.init)
    let width = settings.objective.outputs
    let rows = try samples.names.enumerated().map { index, name in
      let prediction = Prediction(
        name: name, Array(values[index * width..<(index + 1) * width]), settings.objective)
      return json ? try jsonText(prediction, keys: .useDefaultKeys) : prediction.row
    }
    let text = ((json ? [] : [Prediction.header(settings.objective)]) + rows).map { $0 + "\n" }.joined()
    if let output {
      try writeText(text, to: output)
    } else {
      try write(text)
    }
  }
}

/// What a model says of a sample.
private struct Prediction: Encodable {
  let name: String
  var label: String?
  var probabilities: [String: Double]?
  var values: [Double]?

  private let cells: [String]

  private enum CodingKeys: CodingKey { case name, label, probabilities, values }

  init(name: String, _ numbers: [Double], _ objective: Objective) {
    self.name = name
    switch objective {
    case .classification(let names):
      let best = numbers.indices.max { numbers[$0] < numbers[$1] } ?? 0
      label = names[best]
      probabilities = Dictionary(zip(names, numbers)) { first, _ in first }
      cells = [names[best]] + numbers.map { $0.fixed(6) }
    case .regression:
      values = numbers
      cells = numbers.map { "\(Float($0))" }
    }
  }

  /// The line of a CSV table.
  var row: String { ([name] + cells).map(Self.quoted).joined(separator: ",") }

  /// Its first line.
  static func header(_ objective: Objective) -> String {
    let names: [String] =
      switch objective {
      case .classification(let names): ["sample", "label"] + names
      case .regression(let shape, _):
        ["sample"] + (shape.count == 1 ? ["value"] : (0..<shape.count).map { "value\($0)" })
      }
    return names.map(quoted).joined(separator: ",")
  }

  /// A cell as RFC 4180 wants it.
  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { ",\"\r\n".contains($0) }) else { return cell }
    return "\"\(cell.replacing("\"", with: "\"\""))\""
  }
}
