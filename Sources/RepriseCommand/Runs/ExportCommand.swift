import ArgumentParser
import Bundles
import Learning
import Reinforcement
import Runs
import Supervised
import Vulkan

/// `reprise export`: a trained policy or model as one file.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a trained policy, classifier or regressor as a file that runs without Reprise.",
    usage: "reprise export <run> --output <file> [<options>]",
    discussion: """
      Of a policy the file holds the kernels, the weights, normalisers and the rescaling of actions: it gives the actions \
      that 'reprise evaluate' takes, the likeliest ones. Tools/Examples/player runs it in plain C.

      Of a classifier or regressor it holds the crop and normalisation of samples too, and the weights that did best: it \
      gives what 'reprise predict' says, of inputs as they are read, the bytes of pictures as numbers in 0...1.

      Examples:
        reprise export runs/cartpole -o cartpole.reprise
        reprise export runs/pendulum --best --batch 64 -o pendulum.reprise
        reprise export runs/pendulum --format onnx -o pendulum.onnx
        reprise export runs/pendulum --format safetensors -o pendulum.safetensors
        reprise export runs/fashion --batch 16 -o fashion.reprise
      """)

  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
  var folder: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "program: kernels and all; of policies also onnx: for ONNX Runtime and its like, and safetensors: the weights and what observations are normalised by, under PyTorch's names.",
      valueName: "name"))
  var format = Format.program

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Observations or samples of a run of a program. (default: 1)", valueName: "count"))
  var batch: Int?

  @OptionGroup var chosen: WeightsOptions

  @OptionGroup var selection: DeviceOptions

  /// What is written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case program, onnx, safetensors
  }

  func run() throws {
    let directory = RunDirectory(folder)
    try directory.refuseMissing()
    guard case .reinforcement(let name) = try directory.algorithm() else { return try exportModel(directory) }
    for algorithm in Algorithms.all where algorithm.name == name { try export(directory, algorithm) }
  }

  /// A classifier or regressor.
  private func exportModel(_ directory: RunDirectory) throws {
    guard format == .program else {
      throw ConfigurationError(
        field: "format",
        reason: "is \(format.rawValue), for policies; this run's weights are in \(directory.weights)")
    }
    let settings = try RunConfiguration<SupervisedSettings>(of: directory).settings
    let network = try settings.network(of: directory, other: chosen.checkpoint, on: selection.open())
    try settings.export(network, batch: batch ?? 1).write(to: output)
  }

  private func export<Trained: Algorithm>(_ directory: RunDirectory, _: Trained.Type) throws {
    let trained = try TrainedWeights<Trained>(
      of: directory, best: chosen.best, other: chosen.checkpoint)
    switch format {
    case .program:
      let bundle = try Trained.export(
        trained.configuration, weights: trained.weights, file: trained.file, batch: batch ?? 1,
        on: selection.open())
      try bundle.write(to: output)
    case .onnx:
      try refuseBatch()
      let bytes = try Trained.onnx(
        trained.configuration, weights: trained.weights, file: trained.file, version: RepriseCommand.version)
      try bytes.withUnsafeBytes { try writeAtomically(output, $0) }
    case .safetensors:
      try refuseBatch()
      try trained.weights.policy.write(to: output)
    }
  }

  private func refuseBatch() throws(ConfigurationError) {
    guard batch == nil else { throw ConfigurationError(field: "batch", reason: "is for programs") }
  }
}
