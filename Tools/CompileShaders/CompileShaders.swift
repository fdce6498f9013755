import Foundation
import PackagePlugin

/// Compiles each `.comp` file below a target's folder into a Swift file that adds it to `Kernel`.
///
/// One command a shader, whose inputs are the shader and what it includes, so that a change rebuilds just
/// what depends on it.
@main
struct CompileShaders: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let module = target as? any SourceModuleTarget else { return [] }
    let tool = try context.tool(named: "reprise-glslc").url
    let importing = module.name == "Kernels" ? [] : ["--import", "Kernels"]
    let includePaths = [module.directoryURL] + kernelsFolder(of: module)

    var sources: [String: URL] = [:]
    var commands: [Command] = []
    for file in module.sourceFiles(withSuffix: "comp").map(\.url).sorted(by: { $0.path < $1.path }) {
      let name = file.deletingPathExtension().lastPathComponent
      if let other = sources.updateValue(file, forKey: name) {
        Diagnostics.error("\(file.path): error: \(other.path) gives Kernel the same name: rename one of them")
        continue
      }
      let output = context.pluginWorkDirectoryURL.appending(component: "\(name).swift")
      commands.append(
        .buildCommand(
          displayName: "Compiling \(file.lastPathComponent)",
          executable: tool,
          arguments: ["build", file.path, "--emit", "swift", "-o", context.pluginWorkDirectoryURL.path]
            + importing + includePaths.flatMap { ["-I", $0.path] },
          inputFiles: [file] + includes(of: file, includePaths: includePaths),
          outputFiles: [output]))
    }
    return commands
  }

  /// The folder of the shaders that Reprise has, for a target that depends on them.
  private func kernelsFolder(of module: any SourceModuleTarget) -> [URL] {
    module.recursiveTargetDependencies.filter { $0.name == "Kernels" }.map(\.directoryURL)
  }

  /// Every file that `file` may include, itself or through another, found as the compiler would find them.
  ///
  /// Conditions are not evaluated: a file too many costs a rebuild, one too few a stale kernel.
  private func includes(of file: URL, includePaths: [URL]) -> [URL] {
    var found: [URL] = []
    var queue = [file]
    while let next = queue.popLast() {
      guard let text = try? String(contentsOf: next, encoding: .utf8) else { continue }
      for match in text.matches(of: #/#[ \t]*include[ \t]*["<]([^">\n]+)[">]/#) {
        let folders = [next.deletingLastPathComponent()] + includePaths
        let candidates = folders.map { $0.appending(path: match.1).standardizedFileURL }
        guard let include = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }),
          !found.contains(include)
        else { continue }
        found.append(include)
        queue.append(include)
      }
    }
    return found
  }
}
