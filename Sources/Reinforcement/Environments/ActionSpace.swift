/// What an environment takes for an action (`gymnasium.spaces`).
public enum ActionSpace: Sendable, Equatable {
  /// One of `count` actions.
  case discrete(Int)
  /// One of so many for each component.
  case multiDiscrete([Int])
  /// Real numbers within bounds, one pair a component.
  case box(low: [Double], high: [Double])

  /// Components of an action.
  public var size: Int {
    switch self {
    case .discrete: 1
    case .multiDiscrete(let counts): counts.count
    case .box(let low, _): low.count
    }
  }

  /// Numbers that a policy gives out for it: a logit for each choice of each component, or a mean a component.
  public var outputs: Int { counts.map { $0.reduce(0, +) } ?? size }

  /// The choices of each component; nil for a box.
  public var counts: [Int]? {
    switch self {
    case .discrete(let count): [count]
    case .multiDiscrete(let counts): counts
    case .box: nil
    }
  }

  /// In words, for errors.
  public var description: String {
    switch self {
    case .discrete(let count): "\(count) discrete actions"
    case .multiDiscrete(let counts): "\(counts.count) discrete components of \(counts) choices"
    case .box(let low, _): "\(low.count) continuous component\(low.count == 1 ? "" : "s")"
    }
  }
}
