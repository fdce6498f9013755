# What is learnt: accuracies on Fashion-MNIST's test split over seeds, through the command line alone.

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, stdev

import rows

# Settings of `reprise train classifier`; None is a flag without a value.
MLP = {"model": "mlp", "epochs": 10, "batch-size": 32}
SEPARABLE = {"model": "separable", "epochs": 8, "batch-size": 128, "optimizer": "adamw", "schedule": "one-cycle",
             "learning-rate": 1e-2, "weight-decay": 1e-2, "augment": "flip"}
PRETRAINING = {"model": "separable", "classes": "0-4", "epochs": 3, "batch-size": 128, "schedule": "one-cycle",
               "learning-rate": 1e-2}
SMALL = {"classes": "5-9", "samples-per-class": 20, "validation": 0, "batch-size": 20, "epochs": 40,
         "learning-rate": 2e-3}
HEAD_ALONE = {"freeze": "features.*"}
HEAD_FIRST = {"freeze": "features.*", "head-only-epochs": 10}
FEW = {"model": "separable", "samples-per-class": 50, "validation": 0, "batch-size": 50, "epochs": 60,
       "schedule": "one-cycle", "learning-rate": 5e-3}
PLAIN = {"weight-decay": 0, "dropout": 0}
REGULAR = {"weight-decay": 0.1, "dropout": 0.3, "augment": "shift,flip"}
LAYERS = {"samples-per-class": 1000, "epochs": 3, "batch-size": 64, "schedule": "one-cycle", "learning-rate": 5e-3}


@dataclass
class Trained:
    """A run: its folder, the accuracy on the test split, and the seconds of training."""
    folder: Path
    accuracy: float
    seconds: float
    samples_per_second: float

    @property
    def weights(self):
        return self.folder / "best.safetensors"


@dataclass
class Table:
    title: str
    sentence: str
    columns: list
    lines: list = field(default_factory=list)

    def add(self, *cells):
        self.lines.append(dict(zip(self.columns, cells, strict=True)))


def flags(settings):
    return [part for name, value in settings.items() for part in (f"--{name}", str(value))]


def percent(value):
    return f"{100 * value:.2f} %"


def spread(values):
    """The mean of accuracies with the least and the largest."""
    return f"{percent(mean(values))} ({100 * min(values):.2f}–{100 * max(values):.2f})"


def deviation(values):
    """The mean and the standard deviation, in per cent; of differences too."""
    return f"{100 * mean(values):.2f} ± {100 * (stdev(values) if len(values) > 1 else 0):.2f} %"


def tensors(path):
    """Shape and bytes of each tensor in a safetensors file."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    return {name: (entry["shape"], data[start + entry["data_offsets"][0]:start + entry["data_offsets"][1]])
            for name, entry in header.items() if name != "__metadata__"}


def changed(before, after, prefix):
    """Names under a prefix whose bytes differ between two files, running statistics included."""
    old, new = tensors(before), tensors(after)
    return sorted(name for name in old | new if name.startswith(prefix) and old.get(name) != new.get(name))


class Laboratory:
    """Trains into a folder, one run at a time, and remembers the name of the driver."""

    def __init__(self, reprise, folder, quick, progress):
        self.reprise, self.folder, self.quick, self.progress = reprise, Path(folder), quick, progress
        self.driver = ""

    def seeds(self, count):
        return range(1, 2 if self.quick else count + 1)

    def command(self, name, seed, settings):
        if self.quick:
            # A one-cycle schedule needs more updates.
            settings = settings | {"schedule": "constant", "epochs": 1,
                                   "samples-per-class": min(50, settings.get("samples-per-class", 50))}
            if "head-only-epochs" in settings:
                settings |= {"epochs": 2, "head-only-epochs": 1}
        return [self.reprise, "train", "classifier", "--data", "fashion-mnist", *flags(settings), "--seed", str(seed),
                "--run", str(self.folder / f"{name}-{seed}")]

    def run(self, command):
        try:
            process = subprocess.run(command, capture_output=True, text=True, timeout=2 * rows.TIMEOUT_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise rows.BenchError(f"`{' '.join(command)}` did not run: {error}") from error
        if process.returncode != 0:
            raise rows.BenchError(f"`{' '.join(command)}` exited with {process.returncode}: {process.stderr.strip()}")
        return process.stdout

    def train(self, name, seed, settings):
        lines = self.run([*self.command(name, seed, settings), "--json"]).strip().splitlines()
        epoch, summary = json.loads(lines[-2]), json.loads(lines[-1])
        self.driver = f"{summary['device']}, {summary['driver']}"
        result = Trained(self.folder / f"{name}-{seed}", summary["test"]["accuracy"], summary["seconds"],
                         epoch["samples_per_second"])
        self.progress(f"{name}, seed {seed}: {percent(result.accuracy)} after {result.seconds:.0f} s")
        return result

    def over_seeds(self, name, count, settings):
        return [self.train(name, seed, settings) for seed in self.seeds(count)]

    def layers(self, name, settings):
        """Parameters and multiply-adds by the path of a layer, from the table of `--profile`."""
        short = settings | {"epochs": 1, "samples-per-class": 10, "schedule": "constant"}
        text = self.run([*self.command(f"{name}-profile", 1, short), "--profile"])
        found = {}
        for path, parameters, products in re.findall(
                r"^ *((?:features|classifier)\S*) .*?\](?: +)\(?([\d,]+|–)\)? +([\d,]+|–)$", text, re.MULTILINE):
            found[path] = tuple(0 if cell == "–" else int(cell.replace(",", "")) for cell in (parameters, products))
        return found


def settings_text(settings):
    return f"`{' '.join(flags(settings))}`"


def accuracy(laboratory, name, settings, seeds):
    runs = laboratory.over_seeds(name, seeds, settings)
    weights = tensors(runs[0].weights)
    count = sum(len(data) // 4 for key, (_, data) in weights.items() if key.endswith((".weight", ".bias")))
    table = Table(f"{name}: Fashion-MNIST", f"{settings_text(settings)}, seeds 1 to {len(runs)}, {laboratory.driver}.",
                  ["model", "parameters", "epochs", "test accuracy, mean (min–max)", "seconds a run"])
    table.add(name, f"{count:,}", str(settings["epochs"]), spread([run.accuracy for run in runs]),
              f"{mean(run.seconds for run in runs):.0f}")
    return table


def mlp(laboratory):
    return accuracy(laboratory, "mlp", MLP, 3)


def separable(laboratory):
    return accuracy(laboratory, "separable", SEPARABLE, 3)


def transfer(laboratory):
    before = laboratory.train("pretrained", 1, PRETRAINING)
    pretrained = SMALL | {"pretrained": before.folder}
    scratch = laboratory.over_seeds("scratch", 5, SMALL | {"model": PRETRAINING["model"]})
    others = {
        "fine-tuning of all": laboratory.over_seeds("all", 5, pretrained),
        "head alone": laboratory.over_seeds("head", 5, pretrained | HEAD_ALONE),
        "head first, then all": laboratory.over_seeds("head-first", 5, pretrained | HEAD_FIRST),
    }
    for run in others["head alone"]:
        names = changed(before.weights, run.weights, "features.")
        if names:
            raise rows.BenchError(f"{run.folder.name}: frozen tensors changed: {', '.join(names)}")
    table = Table(
        "Transfer: classes 5–9 with 20 samples a class",
        f"Pretrained once on classes 0–4 ({settings_text(PRETRAINING)}: {percent(before.accuracy)} there); then "
        f"{settings_text(SMALL)}, seeds 1 to {len(scratch)}, which choose the samples too; {laboratory.driver}. With the head "
        "alone, every tensor of `features.*` is afterwards bit for bit what it was.",
        ["weights", "test accuracy, mean ± standard deviation", "over scratch, paired by seed", "wins"])
    table.add("from scratch", deviation([run.accuracy for run in scratch]), "–", "–")
    for name, runs in others.items():
        gains = [run.accuracy - old.accuracy for run, old in zip(runs, scratch)]
        table.add(name, deviation([run.accuracy for run in runs]), deviation(gains),
                  f"{sum(gain > 0 for gain in gains)} of {len(gains)}")
    return table


def regularisation(laboratory):
    plain = laboratory.over_seeds("plain", 5, FEW | PLAIN)
    regular = laboratory.over_seeds("regularised", 5, FEW | REGULAR)
    gains = [run.accuracy - old.accuracy for run, old in zip(regular, plain)]
    table = Table(
        "Regularisation: 500 training samples", f"{settings_text(FEW)}, seeds 1 to {len(plain)}; {laboratory.driver}.",
        ["settings", "test accuracy, mean ± standard deviation", "gain, paired by seed"])
    table.add(settings_text(PLAIN), deviation([run.accuracy for run in plain]), "–")
    table.add(settings_text(REGULAR), deviation([run.accuracy for run in regular]), deviation(gains))
    return table


def network(layer):
    """A model file around the layer that is compared, which is `features.3`."""
    return f"""\
features:
  - conv2d: {{outputs: 64, kernel: 3, stride: 2, padding: 1, bias: false}}
  - batch_norm
  - relu
  - {layer}: {{outputs: 64, kernel: 3, padding: 1, bias: false}}
  - batch_norm
  - relu
  - adaptive_avg_pool2d: 1
  - flatten
classifier:
  - linear
"""


def depthwise(laboratory):
    table = Table(
        "A depthwise separable layer beside the convolution that it replaces",
        "", ["3×3 layer, 64 to 64 channels, on 14×14", "parameters", "multiply-adds", "whole step",
             "test accuracy, mean (min–max)"])
    for layer in ("conv2d", "depthwise_separable_conv2d"):
        file = laboratory.folder / f"{layer}.yaml"
        file.write_text(network(layer))
        settings = LAYERS | {"model": file}
        costs = [cost for path, cost in laboratory.layers(layer, settings).items()
                 if f"{path}.".startswith("features.3.")]
        runs = laboratory.over_seeds(layer, 3, settings)
        step = mean(LAYERS["batch-size"] / run.samples_per_second for run in runs)
        table.add(f"`{layer}`", *(f"{sum(column):,}" for column in zip(*costs)), f"{1000 * step:.1f} ms",
                  spread([run.accuracy for run in runs]))
    table.sentence = (f"{settings_text(LAYERS)}, seeds 1 to {len(runs)}; {laboratory.driver}. The rest of the network, a "
                      "3×3 convolution before it and a linear layer behind, is the same.")
    return table


EXPERIMENTS = {"mlp": mlp, "separable": separable, "transfer": transfer, "regularisation": regularisation,
               "depthwise": depthwise}
