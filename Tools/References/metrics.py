# metrics_classification, metrics_regression.safetensors: losses and metrics of a classifier and of a regression in evaluation mode, by PyTorch 2.15.0 (the
# models, in float64 from float32 weights and samples) and scikit-learn 1.9.1 (what they are worth).

import numpy as np
import torch
from sklearn import metrics
from torch import nn

from golden import save
from models import model

CLASSES, TOP = 7, 5


def network(outputs):
    network = model([nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.5)], [nn.Linear(4, outputs)])
    network.classifier[0].weight.data *= 5
    network.features[1].running_mean.normal_(0, 0.5)
    network.features[1].running_var.uniform_(0.5, 2)
    state = {key: value.clone() for key, value in network.state_dict().items()}
    return network.double().eval(), state


def classification():
    torch.manual_seed(31)
    classifier, state = network(CLASSES)
    x = torch.randn(11, 3)
    with torch.no_grad():
        logits = classifier(x.double())
    # Every other answer is right; one class is never there, and one that is there is never found.
    y = logits.argmax(1)
    y[::2] = torch.tensor([0, 1, 2, 3, 5, 5])
    found = logits.argmax(1).numpy()
    labels = list(range(CLASSES))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(y, found, labels=labels, zero_division=0)
    return {
        **state, "golden/x": x, "golden/y": y, "golden/loss": nn.functional.cross_entropy(logits, y),
        "golden/accuracy": metrics.accuracy_score(y, found),
        "golden/top": metrics.top_k_accuracy_score(y, logits.numpy(), k=TOP, labels=labels),
        "golden/confusion": metrics.confusion_matrix(y, found, labels=labels),
        "golden/precision": precision, "golden/recall": recall, "golden/f1": f1, "golden/support": support,
        "golden/probabilities": logits.softmax(1),
    }


def regression():
    torch.manual_seed(37)
    regressor, state = network(2)
    x = torch.randn(11, 3)
    mean, deviation = torch.tensor([10.0, -2.0]), torch.tensor([4.0, 0.5])
    y = mean + deviation * torch.randn(11, 2)
    with torch.no_grad():
        scaled = regressor(x.double())
        found = scaled * deviation + mean
    return {
        **state, "golden/x": x, "golden/y": y, "golden/mean": mean, "golden/deviation": deviation,
        "golden/loss": nn.functional.mse_loss(scaled, ((y - mean) / deviation).double()),
        "golden/absolute": metrics.mean_absolute_error(y, found),
        "golden/squared": metrics.mean_squared_error(y, found),
        "golden/determination": metrics.r2_score(y, found, multioutput="variance_weighted"),
        "golden/predictions": found,
    }


def main():
    for name, tensors in (("classification", classification()), ("regression", regression())):
        save(f"metrics_{name}", tensors, ["torch", "scikit-learn"], {"golden/top": f"accuracy among the {TOP} likeliest"})


if __name__ == "__main__":
    main()
