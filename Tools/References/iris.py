"""Writes Tools/Examples/data/iris.csv: Fisher's irises (1936), as scikit-learn has them, with a header and names.

    python3 Tools/References/iris.py
"""

from pathlib import Path

from sklearn.datasets import load_iris

iris = load_iris()
columns = [name.removesuffix(" (cm)").replace(" ", "_") for name in iris.feature_names]
lines = [",".join([*columns, "species"])]
for row, target in zip(iris.data, iris.target):
    lines.append(",".join([*(f"{value:g}" for value in row), iris.target_names[target]]))
file = Path(__file__).parents[1] / "Examples/data/iris.csv"
file.write_text("\n".join(lines) + "\n")
