import ArgumentParser

/// The offline shader compiler.
@main
struct RepriseGLSLC: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reprise-glslc",
    abstract: "Compiles GLSL compute shaders for Reprise.",
    subcommands: [Build.self, EnvironmentCommand.self, PlanCommand.self])
}
