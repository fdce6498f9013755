/// The recipes that Reprise brings: what a pair of algorithm and environment starts from, each a YAML file in `Recipes/`.
public enum Recipes {
  /// A recipe, and what it is for.
  public struct Named: Sendable {
    /// Names on the command line.
    public let algorithm, environment: String
    /// The name of its file.
    public var file: String { "\(algorithm)-\(environment).yaml" }
    /// What it sets.
    public let recipe: Recipe

    fileprivate init(_ algorithm: String, _ environment: String, _ bytes: [UInt8]) {
      (self.algorithm, self.environment) = (algorithm, environment)
      do {
        recipe = try Recipe(
          String(decoding: bytes, as: UTF8.self), file: "\(algorithm)-\(environment).yaml")
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }

  /// All of them; a file becomes one by a line here.
  public static let all = [
    Named("dqn", "acrobot", PackageResources.dqn_acrobot_yaml),
    Named("dqn", "cartpole", PackageResources.dqn_cartpole_yaml),
    Named("dqn", "mountaincar", PackageResources.dqn_mountaincar_yaml),
    Named("ppo", "acrobot", PackageResources.ppo_acrobot_yaml),
    Named("ppo", "cartpole", PackageResources.ppo_cartpole_yaml),
    Named("ppo", "mountaincar", PackageResources.ppo_mountaincar_yaml),
    Named("ppo", "mountaincar-continuous", PackageResources.ppo_mountaincar_continuous_yaml),
    Named("ppo", "pendulum", PackageResources.ppo_pendulum_yaml),
    Named("sac", "mountaincar-continuous", PackageResources.sac_mountaincar_continuous_yaml),
    Named("sac", "pendulum", PackageResources.sac_pendulum_yaml),
    Named("td3", "mountaincar-continuous", PackageResources.td3_mountaincar_continuous_yaml),
    Named("td3", "pendulum", PackageResources.td3_pendulum_yaml),
  ]

  /// The recipe for a pair; nil where there is none.
  public static func named(_ algorithm: String, _ environment: String) -> Named? {
    all.first { $0.algorithm == algorithm && $0.environment == environment }
  }
}
