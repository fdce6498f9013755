import Foundation
import PackagePlugin

/// Compiles each `.comp` file below a target's folder into a Swift file that adds it to `Kernel`, and embeds the text of
/// the includes of `Shaders`, but for the environments'.
///
/// Includes are looked for beside the shader, then in the target's folder, then among Reprise's own shaders
/// where the target depends on them.
@main
struct CompileShaders: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let module = target as? any SourceModuleTarget else { return [] }
    let tool = try context.tool(named: "EmbedShaders").url
    let outputFolder = context.pluginWorkDirectoryURL
    let kernels = module.recursiveTargetDependencies.filter { $0.name == "Kernels" }.map(\.directoryURL)
    let includePaths = [module.directoryURL] + kernels
    let importing = module.name == "Kernels" ? [] : ["--import", "Kernels"]
    // Every include is every shader's input: SwiftPM does not ask a plugin again when a shader's text
    // changes, so an include that a shader gained since would be missing from an exact list.
    let includes = includePaths.flatMap { files(below: $0, withExtensions: ["glsl", "h"]) }

    var shaders: [String: URL] = [:]
    var commands: [Command] = []
    for shader in module.sourceFiles(withSuffix: ".comp").map(\.url).sorted(by: { $0.path < $1.path }) {
      let name = shader.deletingPathExtension().lastPathComponent
      if let other = shaders.updateValue(shader, forKey: name) {
        Diagnostics.error("\(shader.path): error: \(other.path) makes a kernel of that name: rename one")
        continue
      }
      commands.append(
        .buildCommand(
          displayName: "Compiling \(shader.lastPathComponent)",
          executable: tool,
          arguments: ["kernel", shader.path, "-o", outputFolder.path] + importing
            + includePaths.flatMap { ["-I", $0.path] },
          inputFiles: [shader] + includes,
          outputFiles: [outputFolder.appending(component: "\(name).swift")]))
    }
    guard module.name == "Kernels" else { return commands }
    let texts = files(below: module.directoryURL, withExtensions: ["glsl", "h"])
      .filter { !$0.path.contains("/Environments/") }
    let root = module.directoryURL.path
    let names = texts.map { String($0.path.dropFirst(root.count).drop { $0 == "/" }) }
    return commands + [
      .buildCommand(
        displayName: "Embedding includes", executable: tool,
        arguments: ["texts", "--root", root, "-o", outputFolder.path] + names, inputFiles: texts,
        outputFiles: [outputFolder.appending(component: "ShaderText+All.swift")])
    ]
  }

  private func files(below folder: URL, withExtensions extensions: Set<String>) -> [URL] {
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (found?.compactMap { $0 as? URL } ?? []).filter { extensions.contains($0.pathExtension) }
      .sorted { $0.path < $1.path }
  }
}
