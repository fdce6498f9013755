import ArgumentParser
import Datasets
import Supervised

/// Where weights come from, and which of them learn.
struct TransferOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Begin with the weights of a run, or of a safetensors file with PyTorch's names. A classifier.* of another shape begins anew.",
      valueName: "run|file"))
  var pretrained: String?

  @Option(
    help: ArgumentHelp(
      "Parameters that keep their values: 'features.*'. * is any text. May be given again.",
      valueName: "pattern"))
  var freeze: [String] = []

  @Option(
    parsing: .unconditional,
    help: "Epochs after which all that --freeze names learns as well. (default: it never does)")
  var headOnlyEpochs: Int?

  @Option(
    help: ArgumentHelp(
      "Frozen parameters that learn from an epoch on: 'features.4.*=3'. May be given again, for gradual unfreezing.",
      valueName: "pattern=epoch"))
  var unfreeze: [PatternValue] = []

  func validate() throws {
    if let headOnlyEpochs, headOnlyEpochs < 0 {
      throw ValidationError("--head-only-epochs is \(headOnlyEpochs); it is at least 0")
    }
    for part in unfreeze where Int(exactly: part.value) == nil {
      throw ValidationError("--unfreeze '\(part.pattern)=\(part.value)' names no whole epoch")
    }
  }

  /// Sets what is frozen; with --freeze, what a file says of that goes.
  ///
  /// - Returns: the names of what was set.
  func apply(to configuration: inout SupervisedConfiguration) throws -> [String] {
    var changed: [String] = []
    if !freeze.isEmpty {
      (configuration.freeze, configuration.unfreeze) = (freeze, [])
      changed = ["freeze", "unfreeze"]
    }
    guard !unfreeze.isEmpty || headOnlyEpochs != nil else { return changed }
    guard !configuration.freeze.isEmpty else {
      throw ValidationError("--unfreeze and --head-only-epochs need --freeze")
    }
    configuration.unfreeze = unfreeze.map {
      SupervisedConfiguration.Unfreezing(pattern: $0.pattern, epoch: Int($0.value))
    }
    if let headOnlyEpochs, headOnlyEpochs < configuration.epochs {
      configuration.unfreeze += configuration.freeze.map {
        SupervisedConfiguration.Unfreezing(pattern: $0, epoch: headOnlyEpochs + 1)
      }
    }
    return changed + ["unfreeze"]
  }
}

/// A pattern of parameters and a number: `features.*=0.1`.
struct PatternValue: ExpressibleByArgument {
  let pattern: String
  let value: Double

  init?(argument: String) {
    guard let sign = argument.lastIndex(of: "="),
      let value = Double(argument[argument.index(after: sign)...]),
      value.isFinite, sign > argument.startIndex
    else { return nil }
    (pattern, self.value) = (String(argument[..<sign]), value)
  }
}

/// A change of pictures and its measure: `shift=3`.
struct AugmentationPart: ExpressibleByArgument {
  /// The changes that there are.
  enum Kind: String, CaseIterable {
    case shift, flip, crop, cutout, mixup

    /// The measure where none is given.
    var usual: Double? {
      switch self {
      case .shift: 2
      case .flip: 0.5
      case .cutout: 8
      case .mixup: 0.2
      case .crop: nil
      }
    }
  }

  let kind: Kind
  let value: Double

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = Kind(rawValue: String(parts[0])) else { return nil }
    guard let value = parts.count > 1 ? Double(parts[1]) : kind.usual, (0...4096).contains(value) else {
      return nil
    }
    let isCount = kind == .shift || kind == .crop || kind == .cutout
    guard !isCount || Int(exactly: value) != nil else { return nil }
    (self.kind, self.value) = (kind, value)
  }

  func apply(to augmentation: inout Augmentation) {
    switch kind {
    case .shift: augmentation.shift = Int(value)
    case .flip: augmentation.flip = value
    case .crop: augmentation.crop = Int(value)
    case .cutout: augmentation.cutout = Int(value)
    case .mixup: augmentation.mixup = value
    }
  }
}
