import ArgumentParser
import ShaderCompiler
import Vulkan

/// `reprise-glslc check`: whether shaders are valid, and fit a target.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Validate shaders and hold their needs against a target's limits.",
    usage: "reprise-glslc check <file> ... [<options>]",
    discussion: """
      Validates each kernel of the inputs (.spv, .comp, which is compiled, and .reprise) by the rules of SPIR-V and of \
      Vulkan, then compares its workgroup size, shared memory, push constants, descriptors, subgroup operations, features \
      and extensions with those of a target. Specialization constants count with their defaults. One line to standard \
      error for each thing that doesn't fit.

      A profile is a YAML file of limits, such as 'max_storage_buffers: 4', and of features and extensions by Vulkan's \
      names; Tools/reprise-glslc/Profiles has those of this tool.

        reprise-glslc check Shaders --profile desktop
        reprise-glslc check kernels.reprise --device best

      Exit status: 0 where all fit; 1 where one doesn't, or can't be read or compiled; 64 for wrong usage.
      """)

  @Argument(help: ArgumentHelp("Shaders (.comp, .spv, .reprise), or folders of them.", valueName: "file"))
  var inputs: [String]

  @Option(
    help: ArgumentHelp(
      "\(CheckTarget.builtIn.joined(separator: ", ")), or a YAML file; without it minimum.",
      valueName: "profile"))
  var profile: String?

  @Option(
    help: ArgumentHelp(
      "In place of a profile a device of this machine: best, cpu, its place, UUID or part of its name.",
      valueName: "device"))
  var device: String?

  @OptionGroup var options: CompilerOptions

  func validate() throws {
    guard profile == nil || device == nil else {
      throw ValidationError("Give --profile or --device, not both.")
    }
  }

  func run() throws {
    try reporting { () throws(ShaderError) in
      let target = try target()
      let modules = try KernelModule.load(inputs, options: options)
      var found: [Diagnostic] = []
      for module in modules {
        let problems: [String]
        if let error = validationError(of: module.words, target: options.target) {
          problems = ["is not valid: \(error)"]
        } else {
          problems = try target.problems(of: module)
        }
        found += problems.map {
          Diagnostic(file: module.place, line: nil, severity: .error, message: "\(module.name) \($0)")
        }
      }
      guard found.isEmpty else { throw ShaderError(diagnostics: found) }
      print("\(modules.count) \(modules.count == 1 ? "kernel fits" : "kernels fit") \(target.name).")
    }
  }

  private func target() throws(ShaderError) -> CheckTarget {
    guard let device else { return try CheckTarget(profile: profile ?? "minimum") }
    do throws(VulkanError) {
      let devices = try Instance().physicalDevices()
      return CheckTarget(try DeviceSelection(device).choose(from: devices).device)
    } catch {
      throw ShaderError(file: "--device \(device)", "\(error)")
    }
  }
}
