import ArgumentParser
import Vulkan

/// The offline shader compiler.
@main
struct RepriseGLSLC: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reprise-glslc",
    abstract: "Compiles GLSL compute shaders for Vulkan, and says what they need.",
    version: repriseVersion,
    subcommands: [
      Build.self, Reflect.self, Check.self, Compare.self, BundleCommand.self, EnvironmentCommand.self,
      PlanCommand.self,
    ])
}
