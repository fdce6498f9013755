import ArgumentParser
import Bundles
import Glibc
import Reinforcement
import ShaderCompiler
import Vulkan

/// `reprise-glslc environment`: an environment of one's own, from one GLSL file.
struct EnvironmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "environment",
    abstract: "Compile an environment that 'reprise train' can train on.",
    usage: "reprise-glslc environment <file> -o <file> [<options>]",
    discussion: """
      The file begins with a comment that says what the environment is, in YAML:

        /* environment
        name: point-mass
        state_size: 6            # float32 numbers, 1 to 256
        observation_size: 4      # 1 to 256
        action_space: {box: {low: [-1, -1], high: [1, 1]}}
                                 # or {discrete: 3}, {multi_discrete: [3, 2]}
        max_episode_steps: 200
        reward_threshold: 2.5    # may be left out
        parameters:              # may be left out
          mass: {value: 1, unit: kg}
          time_step: 0.05
        state_names: [x, y, dx, dy, target_x, target_y]
        picture:                 # may be left out, as may the names
          x: [-2, 2]             # what is seen, from left to right
          y: [-2, 2]             # and from below up
          draw:                  # in this order
            - circle(target_x, target_y, 0.1) goal
            - line(x, y, x + dx / 2, y + dy / 2) limb
            - polygon(x - 0.1, y, x + 0.1, y, x, y + 0.2)
        */

      and has three functions:

        void reset(out float state[STATE_SIZE], uvec4 random)
        void observe(float state[STATE_SIZE],
                     out float observation[OBSERVATION_SIZE])
        void step(inout float state[STATE_SIZE], ACTION action[ACTION_SIZE],
                  float parameters[PARAMETER_COUNT],
                  out float reward, out bool terminated)

      ACTION is float for a box, whose actions come within its bounds, and uint otherwise; the parameter mass is \
      parameters[PARAMETER_MASS]. uniformFloat(random.x) is a number from 0 to 1; sine, sineAndCosine, limited and their \
      like are in the includes trigonometry.glsl and numbers.glsl, which need no path.

      The numbers of a shape are sums, differences, products and quotients of numbers, pi, names of the state, and sin and \
      cos of such. The word behind it is its ink: ground, body, limb, joint or goal. 'reprise render' draws it; of an \
      environment without a picture it draws the numbers of the state as bars.

      An index beyond an array takes element 0 and counts as a fault. After it was compiled, 256 copies are stepped under \
      random actions on the device; NaN, infinity and indices beyond an array are refused then, and nothing is written.

      Example:
        reprise-glslc environment point_mass.glsl -o point-mass.reprise
        reprise train ppo --environment ./point-mass.reprise

      Exit status: 0 done; 1 the file can't be used; 64 the command line is wrong.
      """)

  @Argument(help: ArgumentHelp("The environment (.glsl).", valueName: "file"))
  var input: String

  @Option(name: .short, help: ArgumentHelp("The file to write, which ends in .reprise.", valueName: "file"))
  var output: String

  @Option(
    name: .customShort("I"),
    help: ArgumentHelp("A folder to look for includes in, after the file's own.", valueName: "folder"))
  var includePaths: [String] = []

  @Option(name: .customShort("D"), help: ArgumentHelp("A macro to define.", valueName: "name[=value]"))
  var macros: [Macro] = []

  @Option(
    help: ArgumentHelp(
      "The device to step it on: best, cpu, its number, part of its name, or none. (default: $REPRISE_DEVICE, else best)",
      valueName: "device"))
  var device: String?

  func validate() throws {
    guard output.hasSuffix(Environments.fileEnding) else {
      throw ValidationError(
        "The value of '-o' is \(output); a file that ends in \(Environments.fileEnding) was expected.")
    }
  }

  func run() throws {
    try reporting(about: input) {
      let compiler = try EnvironmentCompiler(
        file: input, includePaths: includePaths, macros: macros.map { ($0.name, $0.value) })
      let environment = try compiler.environment()
      let trial = device == "none" ? nil : try tried(environment)
      try environment.bundle.write(to: output)
      print(summary(environment, trial))
    }
  }

  private func tried(_ environment: BundledEnvironment) throws -> EnvironmentTrial {
    let opened = try Device(device.map { DeviceSelection($0) } ?? .environment)
    let input = input
    return try EnvironmentTrial(environment, on: opened) {
      printError("\(input): error: a step takes for ever, or nearly: is there a loop without an end?")
      // The device can't be stopped.
      _exit(1)
    }
  }

  private func summary(_ environment: BundledEnvironment, _ trial: EnvironmentTrial?) -> String {
    let what =
      "\(output): \(environment.name), state \(environment.stateSize), observation \(environment.observationSize), \(environment.actionSpace.description)"
    guard let trial else { return what }
    let reached =
      if let returnMean = trial.returnMean, let length = trial.lengthMean {
        "\(trial.episodes) episodes, mean return \(Float(returnMean)), mean length \(Float(length))"
      } else {
        "no episode ended"
      }
    return
      "\(what)\nUnder random actions, \(EnvironmentTrial.copies) copies × \(trial.steps) steps: \(reached)."
  }
}
