import Foundation

/// What happened in a run, as TensorBoard reads it. The numbers of fields are those of tensorboard/compat/proto/event.proto and
/// summary.proto.
struct Event {
  /// A named value of a step.
  enum Value {
    case scalar(Float)
    case histogram(TensorHistogram)
    /// A message of the hparams plugin.
    case hyperparameters(ProtobufMessage)
  }

  /// What it says.
  enum Content {
    /// The first event of a file.
    case version
    /// What earlier files say of this step and later ones holds no more (`SessionLog.START`).
    case begin
    case summary([(tag: String, value: Value)])
  }

  let wallTime: Date
  let step: Int
  let content: Content

  /// `Event`.
  var bytes: [UInt8] {
    var event = ProtobufMessage()
    event.add(1, double: wallTime.timeIntervalSince1970)
    event.add(2, integer: Int64(step))
    switch content {
    case .version: event.add(3, text: "brain.Event:2")
    case .begin: event.add(7) { $0.add(1, integer: 1) }
    case .summary(let values):
      event.add(5) { summary in
        for (tag, value) in values {
          summary.add(1) { message in
            message.add(1, text: tag)
            value.write(to: &message)
          }
        }
      }
    }
    return event.bytes
  }
}

extension Event.Value {
  /// The part of `Summary.Value` beside the tag.
  fileprivate func write(to message: inout ProtobufMessage) {
    switch self {
    case .scalar(let value): message.add(2, float: value)
    case .histogram(let histogram):
      message.add(5) { proto in
        proto.add(1, double: histogram.minimum)
        proto.add(2, double: histogram.maximum)
        proto.add(3, double: histogram.count)
        proto.add(4, double: histogram.sum)
        proto.add(5, double: histogram.sumOfSquares)
        proto.add(6, doubles: histogram.limits)
        proto.add(7, doubles: histogram.counts)
      }
    case .hyperparameters(let content):
      // SummaryMetadata, whose plugin_data has name and content.
      message.add(9) { metadata in
        metadata.add(1) { plugin in
          plugin.add(1, text: "hparams")
          plugin.add(2, bytes: content.bytes)
        }
      }
    }
  }
}
