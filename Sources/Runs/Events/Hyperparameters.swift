import Foundation

/// What TensorBoard's hparams plugin is told of a run. The numbers of fields are those of tensorboard/plugins/hparams,
/// plugin_data.proto and api.proto.
struct Hyperparameters {
  let settings: [FlatSettings.Entry]
  /// Tags of the scalars that runs are compared by.
  let metrics: [String]

  /// What was tried and what it is judged by: `Experiment`.
  var experiment: (tag: String, value: Event.Value) {
    let value = data(2) { experiment in
      for setting in settings {
        experiment.add(4) { info in
          info.add(1, text: setting.key)
          info.add(4, integer: setting.value.type)
        }
      }
      for metric in metrics {
        experiment.add(5) { info in info.add(1) { $0.add(2, text: metric) } }
      }
    }
    return ("_hparams_/experiment", value)
  }

  /// The values of this run: `SessionStartInfo`.
  func start(at time: Date) -> (tag: String, value: Event.Value) {
    let value = data(3) { start in
      for setting in settings {
        // An entry of a map is a message of key and value.
        start.add(1) { entry in
          entry.add(1, text: setting.key)
          entry.add(2) { setting.value.write(to: &$0) }
        }
      }
      start.add(5, double: time.timeIntervalSince1970)
    }
    return ("_hparams_/session_start_info", value)
  }

  /// That the run is over: `SessionEndInfo` with the status SUCCESS or FAILURE.
  func end(at time: Date, isSuccess: Bool) -> (tag: String, value: Event.Value) {
    let value = data(4) { end in
      end.add(1, integer: isSuccess ? 1 : 2)
      end.add(2, double: time.timeIntervalSince1970)
    }
    return ("_hparams_/session_end_info", value)
  }

  /// `HParamsPluginData` of version 0.
  private func data(_ field: UInt64, _ write: (inout ProtobufMessage) -> Void) -> Event.Value {
    var message = ProtobufMessage()
    message.add(field, message: write)
    return .hyperparameters(message)
  }
}

extension FlatSettings.Value {
  /// `DataType`: STRING, BOOL or FLOAT64.
  fileprivate var type: Int64 {
    switch self {
    case .text: 1
    case .flag: 2
    case .number: 3
    }
  }

  /// `google.protobuf.Value`.
  fileprivate func write(to message: inout ProtobufMessage) {
    switch self {
    case .number(let number): message.add(2, double: number)
    case .text(let text): message.add(3, text: text)
    case .flag(let flag): message.add(4, flag: flag)
    }
  }
}
