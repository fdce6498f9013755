# onnx_policies.safetensors: weights and observations, and what ONNX Runtime makes of the files in Tests/Goldens/onnx, which
# PolicyONNXTests writes of these weights with RECORD_GOLDENS=1; after that this script runs once more.

import numpy as np
import onnx
import onnxruntime

from golden import FOLDER, save

ROWS = 16


def linear(name, inputs, outputs):
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def normalizer(size):
    return {"normalizer.observations.mean": (size,), "normalizer.observations.variance": (size,),
            "normalizer.observations.count": ()}


# The value function goes along, as it does in a checkpoint.
POLICIES = {
    "ppo_discrete": (4, linear("policy.0", 4, 8) | linear("policy.2", 8, 6) | linear("policy.4", 6, 2)
                     | linear("value.0", 4, 8) | linear("value.2", 8, 6) | linear("value.4", 6, 1)),
    "ppo_components": (3, linear("policy.0", 3, 8) | linear("policy.2", 8, 9) | linear("value.0", 3, 8)
                       | linear("value.2", 8, 1)),
    "ppo_box": (6, linear("trunk.0", 6, 8) | linear("policy", 8, 1) | linear("value", 8, 1) | {"log_std.weight": (1,)}
                | normalizer(6)),
    "ppo_gsde": (2, linear("policy.0", 2, 6) | linear("policy.2", 6, 1) | linear("value.0", 2, 6)
                 | linear("value.2", 6, 1) | {"log_std.weight": (6, 1)}),
    "dqn_dueling": (6, linear("q.0", 6, 8) | linear("q.2", 8, 4) | normalizer(6)),
    "dqn": (2, linear("q.0", 2, 3)),
    "sac": (3, linear("actor.0", 3, 8) | linear("actor.2", 8, 6) | linear("head", 6, 2) | {"log_alpha.weight": (1,)}),
    "sac_gsde": (3, linear("actor.0", 3, 8) | linear("head", 8, 1)
                 | {"log_std.weight": (8, 1), "log_alpha.weight": (1,)}),
    "td3": (2, linear("actor.0", 2, 8) | linear("actor.2", 8, 1)),
}


def run(path, weights, observations):
    """The file's actions; its weights are those given, and its bytes those that protocol buffers' own writer gives."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert model.SerializeToString(deterministic=True) == path.read_bytes(), path
    for tensor in model.graph.initializer:
        if tensor.name in weights:
            assert np.array_equal(onnx.numpy_helper.to_array(tensor), weights[tensor.name]), tensor.name
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    together = session.run(["action"], {"observation": observations})[0]
    alone = np.concatenate([session.run(["action"], {"observation": row[None]})[0] for row in observations])
    assert together.dtype == (np.float32 if together.dtype.kind == "f" else np.int64)
    assert np.allclose(together, alone, rtol=0, atol=1e-6) and len(np.unique(together)) > 1
    return together


def main():
    result = {}
    for number, (name, (size, shapes)) in enumerate(POLICIES.items()):
        random = np.random.default_rng(number)
        weights = {key: random.normal(scale=0.7, size=shape).astype(np.float32) for key, shape in shapes.items()}
        for key in weights:
            if key.endswith(".variance") or key.endswith(".count"):
                weights[key] = np.square(weights[key]) + np.float32(0.1)
        observations = (2 * random.normal(size=(ROWS, size))).astype(np.float32)
        result |= {f"{name}/weights/{key}": value for key, value in weights.items()}
        result[f"{name}/observations"] = observations
        path = FOLDER / "onnx" / f"{name}.onnx"
        if path.exists():
            result[f"{name}/action"] = run(path, weights, observations)
        else:
            print(f"{path.name} is missing: write it with RECORD_GOLDENS=1 Tools/test --filter PolicyONNXTests")
    save("onnx_policies", result, ["onnx", "onnxruntime", "numpy"], {})


main()
