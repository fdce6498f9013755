import ArgumentParser
import Bundles
import Foundation
import ShaderCompiler
import Tensors

/// `reprise-glslc plan`: the generated kernels that a program needs, ahead of time.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Bundle the kernels that a program's recordings generate.",
    discussion: """
      Runs a program that records with Reprise, built with its compiler, and keeps each kernel that it generated. A build \
      without the compiler (the package's trait RuntimeCompiler off) loads the bundle by PrecompiledKernels.add, in C by \
      reprise_load_kernels, and compiles nothing. Which kernels are generated depends on shapes, and on the kind of device: \
      run it where the program will run, or on its like. Tuned tiles are left out.

      Examples:
        reprise-glslc plan -o app.reprise -- ./app --train
        reprise-glslc plan -o ppo.reprise -- reprise plan ppo --environment cartpole

      Exit status: 0 done; 1 the program failed, or generated nothing; 64 the command line is wrong.
      """)

  @Option(name: .short, help: ArgumentHelp("The file to write, which ends in .reprise.", valueName: "file"))
  var output: String

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("The program and its arguments, after --.", valueName: "program"))
  var command: [String] = []

  func validate() throws {
    guard output.hasSuffix(".reprise") else {
      throw ValidationError("The value of '-o' is \(output); a file that ends in .reprise was expected.")
    }
    guard !command.isEmpty else { throw ValidationError("No program was named: it stands after '--'.") }
  }

  func run() throws {
    let cache = NSTemporaryDirectory() + "reprise-plan-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: cache) }
    try reporting(about: command[0]) {
      try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
      try runProgram(cache: cache)
      let files = try FileManager.default.contentsOfDirectory(atPath: cache)
      let names = files.filter { $0.hasSuffix(KernelFile.ending) }.map {
        String($0.dropLast(KernelFile.ending.count))
      }
      guard let bundle = PrecompiledKernels.bundle(ofCache: cache, names: names) else {
        throw ShaderError(file: command[0], "it generated no kernel")
      }
      try bundle.write(to: output)
      print("\(output): \(bundle.kernels.count) kernels")
    }
  }

  private func runProgram(cache: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment
      .merging(["REPRISE_CACHE": cache, "REPRISE_NO_TUNING": "1"]) { $1 }
    try process.run()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      let reason = process.terminationReason == .exit ? "exit status" : "signal"
      throw ShaderError(
        file: command[0], "it ended with \(reason) \(process.terminationStatus); nothing is written")
    }
  }
}
