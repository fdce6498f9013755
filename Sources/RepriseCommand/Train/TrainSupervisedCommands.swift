import ArgumentParser
import Datasets
import Runs

/// `reprise train classifier`: trains a classifier and keeps the run.
struct TrainClassifierCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classifier",
    abstract: "Train a classifier on pictures or tables.",
    discussion: """
      Writes config.yaml, metrics.jsonl (one line an epoch), best.safetensors (the weights that did best on the \
      validation split), checkpoint.safetensors (all of the last state), test.json, events for TensorBoard, log.txt and \
      status.json (at the end) into the run's folder. The test split is looked at once, at the end, with the best \
      weights. Ctrl-C ends training within a second or so, between two batches, and keeps everything; \
      'reprise train --resume <run>' goes on from there, to the bit.

      Examples:
        reprise train classifier --data fashion-mnist --model mlp --run runs/fashion
        reprise train classifier --data fashion-mnist --model separable --batch-size 128 --learning-rate 1e-2 --schedule one-cycle --augment flip
        reprise train classifier --data pictures/ --resize 32 --model resnet-small --augment shift,flip
        reprise train classifier --data iris.csv --target species --epochs 50
        reprise train classifier --data new/ --pretrained runs/fashion --freeze 'features.*' --head-only-epochs 2
      """)

  @OptionGroup var options: SupervisedRun

  func run() throws { try options.run(.classifier, .classification) }
}

/// `reprise train regressor`: trains a model of numbers and keeps the run.
struct TrainRegressorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "regressor",
    abstract: "Train a model that gives numbers, on tables or arrays.",
    discussion: """
      The loss is the mean squared error of targets that are scaled to mean 0 and deviation 1; errors on the test split \
      are in units of the targets. Files are those of 'reprise train classifier'.

      Examples:
        reprise train regressor --data houses.csv --target price --model mlp --hidden 64,64 --run runs/houses
        reprise train regressor --data x.npy --targets y.npy
      """)

  @OptionGroup var options: SupervisedRun

  func run() throws { try options.run(.regressor, .regression) }
}
