# Prints what TensorBoard's own reader finds in the folder of a run, as one JSON object; with a file of float32 numbers behind
# it also NumPy's histogram of them, in `tf.summary.histogram`'s 30 buckets.

import json
import sys

import numpy
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.plugins.hparams import plugin_data_pb2


# Of a histogram.
FIELDS = ("min", "max", "num", "sum", "sum_squares", "bucket_limit", "bucket")


def value(message):
    return getattr(message, message.WhichOneof("kind"))


def main(folder, *numbers):
    accumulator = event_accumulator.EventAccumulator(
        folder, size_guidance={event_accumulator.SCALARS: 0, event_accumulator.HISTOGRAMS: 0})
    accumulator.Reload()
    tags = accumulator.Tags()
    result = {
        # Floats as Python reads them from float32, so that every bit shows.
        "scalars": {tag: [[event.step, event.value, event.wall_time] for event in accumulator.Scalars(tag)]
                    for tag in tags["scalars"]},
        "histograms": {tag: [[event.step, {field: getattr(event.histogram_value, field) for field in FIELDS}] for event in accumulator.Histograms(tag)]
                       for tag in tags["histograms"]},
    }
    # A plugin of which there is nothing is an error there.
    has_hparams = any(data.plugin_data.plugin_name == "hparams" for data in accumulator.summary_metadata.values())
    for tag, content in (accumulator.PluginTagToContent("hparams") if has_hparams else {}).items():
        data = plugin_data_pb2.HParamsPluginData.FromString(content)
        if data.HasField("experiment"):
            result["experiment"] = {"hparams": {info.name: info.type for info in data.experiment.hparam_infos},
                                    "metrics": [info.name.tag for info in data.experiment.metric_infos]}
        elif data.HasField("session_start_info"):
            result["start"] = {"hparams": {name: value(item) for name, item in data.session_start_info.hparams.items()},
                               "time": data.session_start_info.start_time_secs}
        else:
            result["end"] = {"status": data.session_end_info.status, "time": data.session_end_info.end_time_secs}
        assert tag.startswith("_hparams_/"), tag
    for file in numbers:
        elements = numpy.fromfile(file, numpy.float32).astype(numpy.float64)
        counts, edges = numpy.histogram(elements, bins=30)
        result["numpy"] = {"min": elements.min(), "max": elements.max(), "num": len(elements), "sum": elements.sum(),
                           "sum_squares": (elements ** 2).sum(), "bucket": counts.tolist(),
                           "bucket_limit": edges[1:].tolist()}
    print(json.dumps(result))


main(*sys.argv[1:])
