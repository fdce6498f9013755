import ArgumentParser
import Learning
import Reinforcement
import Runs
import Sweeps

/// The command lines of a sweep's trials, all of them looked at before the first is run.
struct TrialCommands {
  let sweep: Sweep
  let seeds: [UInt64]

  /// Options that a trial may not have: why.
  private static let reserved: [String: String] = [
    "seed": "is said by 'seeds' of the file", "seeds": "is a key of the file, beside options",
    "device": "is an option of 'reprise sweep'", "cpu-threads": "is an option of 'reprise sweep'",
    "resume": "is none of a trial", "help": "is none of a trial", "version": "is none of a trial",
    "run": "is decided by the sweep", "overwrite": "is decided by the sweep",
    "json": "is decided by the sweep", "profile": "is none of a trial", "trace": "is none of a trial",
    "stop-after": "is decided by the sweep", "dry-run": "is none of a trial",
  ]
  /// Options of which a list is said one by one.
  private static let repeated: Set<String> = ["set", "freeze", "unfreeze", "learning-rate-of"]

  /// Reads a file and looks at every trial.
  ///
  /// - Throws: `CommandFailure` with file and line for whatever can't be used.
  init(_ path: String) throws {
    let file = try SweepFile(path)
    do {
      seeds = try SeedList(file.seeds).seeds
    } catch {
      throw file.failure(file.seedsLine, "seeds is \(file.seeds): \(RepriseCommand.message(for: error))")
    }
    try Self.refuseUnknown(file)
    let trials = try file.trials()
    var checked: [SweptRun] = []
    for trial in trials {
      let entries = Self.entries(of: trial, file)
      do {
        let command = try sweptCommand(Self.words(entries, file.train))
        checked.append(try command.checkedRun())
        // The same for all, unless the data is what is searched.
        if trial.number == 1 { try command.checkData() }
      } catch {
        let place = zip(file.parameters, trial.values).map { "\($0.name) \($1)" }.joined(separator: ", ")
        throw file.failure(
          Self.line(of: error, entries) ?? file.trainLine,
          "trial \(trial.number) (\(place)): \(RepriseCommand.message(for: error))")
      }
    }
    let columns = (checked.first?.columns ?? []).filter { name in
      checked.allSatisfy { $0.columns.contains(name) }
    }
    let metric = try SweepMetric(file, columns: columns)
    sweep = Sweep(file, trials, try Self.rungs(file, checked, metric), metric)
  }

  /// Names that are no option, or none that a trial may have.
  private static func refuseUnknown(_ file: SweepFile) throws {
    let command = "reprise train \(file.train.rawValue)"
    let known = optionNames(file.train).filter { reserved[$0] == nil }
    let names = file.options.map { ($0.name, $0.line) } + file.parameters.map { ($0.name, $0.line) }
    for (name, line) in names {
      if let reason = reserved[name] { throw file.failure(line, "\(name) \(reason)") }
      guard !known.contains(name) else { continue }
      let nearest = known.nearest(to: name).prefix(3).joined(separator: ", ")
      throw file.failure(line, "\(name) is no option of '\(command)'; the nearest are: \(nearest)")
    }
  }

  private static func optionNames(_ kind: RunKind) -> [String] {
    let names =
      switch kind {
      case .classifier: TrainClassifierCommand.optionNames
      case .regressor: TrainRegressorCommand.optionNames
      case .reinforcement(let name):
        Algorithms.all.filter { $0.name == name }.flatMap { optionNames(of: $0) }
      }
    return names.map { String($0.dropFirst(2)) }
  }

  private static func optionNames<Trained: Algorithm>(of _: Trained.Type) -> [String] {
    TrainAlgorithmCommand<Trained>.optionNames
  }

  private static func rungs(_ file: SweepFile, _ runs: [SweptRun], _ metric: SweepMetric) throws -> Rungs {
    guard case .halving(_, _, let factor, let minimum) = file.method, let total = runs.first?.length else {
      return Rungs()
    }
    let unit = file.train.unit
    if let line = file.parameters.first(where: { $0.name == unit })?.line {
      throw file.failure(line, "\(unit) can't be a parameter of halving, which decides it")
    }
    guard minimum <= total / factor else {
      throw file.failure(
        file.minimumLine,
        "halving.minimum is \(minimum), and a run has \(total) \(unit); expected at most \(total / factor), a part of \(factor)"
      )
    }
    let every = runs.compactMap(\.evaluateEvery).max() ?? 0
    guard !metric.column.hasPrefix("evaluation_") || minimum >= every else {
      throw file.failure(
        file.minimumLine,
        "halving.minimum is \(minimum), before the first evaluation; expected at least evaluate-every, \(every)"
      )
    }
    return Rungs(minimum: minimum, factor: factor, total: total)
  }

  /// The line of the option that an error speaks of.
  private static func line(of error: any Error, _ options: [SweepOption]) -> Int? {
    let field = (error as? ConfigurationError)?.field.replacing("_", with: "-")
    let message = RepriseCommand.message(for: error)
    let named = options.first { $0.name == field || field == nil && message.contains("--\($0.name)") }
    // Errors of files name the file.
    let found =
      named ?? options.first { $0.value.description.count > 2 && message.contains($0.value.description) }
    return found?.line
  }

  /// An option as words of a command line.
  private static func words(_ option: SweepOption, _ kind: RunKind) -> [String] {
    let name = "--\(option.name)"
    switch option.value {
    case .text(let text): return ["\(name)=\(text)"]
    case .list(let words) where repeated.contains(option.name): return words.map { "\(name)=\($0)" }
    case .list(let words): return ["\(name)=\(words.joined(separator: ","))"]
    case .flag(true): return [name]
    case .flag(false):
      // Only settings of algorithms can be switched off; all other flags are off where they aren't there.
      return isSetting(option.name, kind) ? ["--no-\(option.name)"] : []
    }
  }

  /// Whether this is in the table of an algorithm's settings.
  private static func isSetting(_ name: String, _ kind: RunKind) -> Bool {
    func hasSetting<Trained: Algorithm>(_: Trained.Type) -> Bool {
      Trained.Configuration.setting(name) != nil
    }
    return Algorithms.all.contains { $0.name == kind.rawValue && hasSetting($0) }
  }

  /// The options of a trial: those of all, and its values of the parameters.
  private static func entries(of trial: SweepTrial, _ file: SweepFile) -> [SweepOption] {
    file.options
      + zip(file.parameters, trial.values).map { SweepOption(name: $0.name, value: $1, line: $0.line) }
  }

  private static func words(_ entries: [SweepOption], _ kind: RunKind) -> [String] {
    ["train", kind.rawValue] + entries.flatMap { words($0, kind) }
  }

  /// The command line of a trial, without its seeds.
  func words(of trial: SweepTrial) -> [String] {
    Self.words(Self.entries(of: trial, sweep.file), sweep.file.train)
  }

  /// The runs that a trial consists of: policies of all seeds train side by side, each classifier alone.
  func runs(of trial: SweepTrial, in folder: String) -> [(directory: RunDirectory, words: [String])] {
    let directory = RunDirectory("\(folder)/\(trial.name)")
    let words = words(of: trial)
    guard seeds.count > 1 else { return [(directory, words + ["--seed=\(seeds[0])"])] }
    guard sweep.file.train.isSupervised else {
      return [(directory, words + ["--seeds=\(SeedList.text(of: seeds))"])]
    }
    return seeds.map { (directory.agent($0), words + ["--seed=\($0)"]) }
  }

  /// The folders of a trial's seeds.
  func agents(of trial: SweepTrial, in folder: String) -> [RunDirectory] {
    let directory = RunDirectory("\(folder)/\(trial.name)")
    return seeds.count > 1 ? seeds.map(directory.agent) : [directory]
  }
}

extension RunKind {
  /// Whether its runs go in epochs.
  var isSupervised: Bool { self == .classifier || self == .regressor }
  /// What the length of a run is said in, and the option for it.
  var unit: String { isSupervised ? "epochs" : "steps" }
}
