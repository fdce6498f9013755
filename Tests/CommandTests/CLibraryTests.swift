import Foundation
import Learning
import Testing

/// The examples for C and Python, compiled against the header and run on the library, without leaks.
@Suite(.timeLimit(.minutes(10))) struct CLibraryTests {
  private let tool: Tool
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    .standardized.path
  private static let products = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path

  init() throws { tool = try Tool() }

  /// Compiles an example, strictly, so that whatever isn't freed in the end makes its exit status another one.
  private func compile(_ example: String, changing change: (String) -> String = { $0 }) throws {
    let source = try String(contentsOfFile: "\(Self.root)/Tools/Examples/c/\(example).c", encoding: .utf8)
    try tool.write(change(source).utf8, to: "\(example).c")
    // What a driver keeps till the end (llvmpipe: the map of an AMD processor's caches) is a leak only once it is unloaded.
    try tool.write("int dlclose(void *library) { return library == 0; }\n".utf8, to: "keep.c")
    let swift =
      ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":")
      .first { FileManager.default.fileExists(atPath: "\($0)/swift") } ?? "/usr/bin"
    let compiled = try tool.start(
      [
        "cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsanitize=leak", "\(example).c",
        "keep.c", "-rdynamic",
        "-I\(Self.root)/Sources/CReprise", "-L\(Self.products)", "-lRepriseC", "-lvulkan", "-lpthread",
        "-Wl,-rpath,\(Self.products):\(swift)/../lib/swift/linux", "-o", example,
      ], of: "/usr/bin/env"
    ).finish()
    try #require(compiled.status == 0, "\(compiled.errors)")
  }

  /// Runs an example without validation, whose layer doesn't free all that it takes.
  private func run(_ example: String, _ arguments: [String] = [], environment: [String: String] = [:]) throws
    -> Tool.Result
  {
    try tool.start(
      arguments, of: "\(tool.folder)/\(example)",
      environment: ["REPRISE_VALIDATION": "0"].merging(environment) { $1 }
    ).finish()
  }

  @Test func `C trains, saves and steps, and frees all of it`() throws {
    try compile("cartpole") { $0.replacing("steps=50000", with: "steps=16384") }
    let result = try run("cartpole", ["weights.safetensors"])
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    #expect(result.lines.first?.hasPrefix("on ") == true)
    #expect(
      result.lines.contains { $0.wholeMatch(of: #/ +16384 steps  return +[0-9.]+  policy_loss .*/#) != nil })
    #expect(result.lines.last == "100 steps of 4 poles, 0 fell")
    #expect(try tool.bytes(of: "weights.safetensors").count > 10_000)

    // The same run as the command's, bit for bit.
    let trained = try tool.run(
      "train", "ppo", "--environment", "cartpole", "--steps", "16384", "--seed", "1", "--run", "run")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(
      try Safetensors(contentsOf: "\(tool.folder)/run/checkpoint.safetensors").tensors
        == Safetensors(contentsOf: "\(tool.folder)/weights.safetensors").tensors)
  }

  @Test func `What goes wrong is a result and a sentence`() throws {
    func refusal(_ old: String, _ new: String, _ arguments: String..., environment: [String: String] = [:])
      throws
      -> String
    {
      try compile("cartpole") { $0.replacing(old, with: new).replacing("steps=50000", with: "steps=2048") }
      let result = try run("cartpole", arguments, environment: environment)
      #expect(result.status == 1, "\(result.errors)")
      return result.errors
    }
    #expect(
      try refusal("\"ppo\"", "\"pro\"", "w")
        == "cartpole: algorithm: \"pro\" is not known; there are: ppo, dqn, sac, td3\n")
    #expect(try refusal("steps=50000", "steps", "w").contains("the setting \"steps\" has no '='"))
    #expect(try refusal("steps=50000", "step=5", "w").contains("the nearest are: steps"))
    #expect(
      try refusal("\"cartpole\", settings", "\"a.reprise\", settings", "w").contains(
        "a.reprise: can't be read"))
    #expect(try refusal("COPIES, 7", "0, 7", "w").contains("copies"))
    #expect(try refusal("", "", "w", "missing.reprise").contains("missing.reprise: can't be read"))
    #expect(try refusal("", "", "nowhere/w").contains("nowhere/w could not be written"))
    #expect(try refusal("", "", "w", environment: withoutDevice).contains("No Vulkan device was found"))
  }

  @Test func `C runs a policy in its environment, as it is evaluated`() throws {
    let trained = try tool.run(
      "train", "ppo", "--environment", "cartpole", "--steps", "16384", "--run", "run",
      environment: ["REPRISE_VALIDATION": "0"])
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(try tool.run("export", "run", "--batch", "8", "-o", "policy.reprise").status == 0)
    try compile("policy")
    let result = try run("policy", ["policy.reprise"])
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    #expect(result.lines.first == "ppo on cartpole: observations [8, 4] to actions")
    // The same copies of the same seed under the same policy.
    let evaluated = try tool.run("evaluate", "run", "--episodes", "8", "--seed", "1", "--json")
    let length = try #require(object(evaluated.output)["length_mean"] as? Double)
    #expect(result.lines.last == "mean length of the first episodes: \(String(format: "%.2f", length)) steps")

    try compile("shared_device")
    let shared = try run("shared_device", ["policy.reprise"])
    #expect(shared.status == 0 && shared.errors == "", "\(shared.errors)")
    #expect(shared.lines.first == "on buffers the policy gives the same")
    let whole = Array(try tool.bytes(of: "policy.reprise"))
    try tool.write(whole.dropLast(), to: "short.reprise")
    let short = try run("policy", ["short.reprise"])
    #expect(
      short.status == 1 && short.errors.hasPrefix("policy: short.reprise: at byte 16"), "\(short.errors)")
  }

  @Test func `A training that saves in its own callback is told to wait`() throws {
    try compile("cartpole") { source in
      source.replacing("steps=50000", with: "steps=2048")
        .replacing(
          "  return 1;\n}\n\n// Steps four",
          with: "  return reprise_training_save(training, \"inside\") == REPRISE_SUCCESS;\n}\n\n// Steps four"
        )
        .replacing("  reprise_training *training = NULL;\n", with: "")
        .replacing(
          "// Prints an iteration", with: "static reprise_training *training;\n// Prints an iteration"
        )
        .replacing("if (result != REPRISE_SUCCESS) fprintf", with: "if (reprise_error_message()[0]) fprintf")
    }
    let result = try run("cartpole", ["w"])
    #expect(result.errors == "cartpole: the training is under way; wait for its end\n")
    #expect(tool.names().contains("w") && !tool.names().contains("inside"))
  }

  @Test func `A device of the host program is used, and left as it was`() throws {
    try compile("shared_device")
    let result = try run("shared_device")
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    let line = try #require(
      result.output.wholeMatch(
        of: #/rewards (-[0-9.]+), at most ([0-9]+) blocks of the host's memory, 0 left, 0 complaints\n/#))
    #expect(try #require(Int(line.2)) > 10)
  }

  @Test func `Threads step environments of one device, and read errors of their own`() throws {
    try compile("cartpole") { _ in
      """
      #include <pthread.h>
      #include <reprise.h>
      #include <stdio.h>
      #include <string.h>

      static reprise_device *device;
      static float results[5][8];
      static char messages[5][256];

      static void *work(void *place) {
        float *result = place;
        long index = (result - results[0]) / 8;
        reprise_environment *environment = NULL;
        char name[32];
        snprintf(name, sizeof name, "thread %ld", index);
        reprise_environment_make(device, name, 2, 1, &environment);
        strncpy(messages[index], reprise_error_message(), 255);
        int32_t actions[2] = {0, 1};
        if (reprise_environment_make(device, "cartpole", 2, 1, &environment)) return NULL;
        reprise_environment_reset(environment, result);
        for (int i = 0; i < 5; i++) reprise_environment_step(environment, actions, result, 0, 0, 0, 0);
        reprise_environment_free(environment);
        return result;
      }

      int main(void) {
        pthread_t threads[4];
        if (reprise_version() != REPRISE_VERSION) return 1;
        uint32_t count = 0, one = 1;
        reprise_device_info info;
        if (reprise_list_devices(NULL, &count) || count < 1 || reprise_list_devices(&info, &one)) return 1;
        if (one != 1 || !info.is_usable || !info.is_cpu || strlen(info.uuid) != 36 || !info.driver[0]) return 1;
        if (reprise_device_open(NULL, NULL, &device)) return 1;
        for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, work, results[i]);
        int wrong = work(results[4]) == NULL;
        for (int i = 0; i < 4; i++) {
          void *result;
          char expected[32];
          pthread_join(threads[i], &result);
          snprintf(expected, sizeof expected, "\\"thread %d\\"", i);
          wrong += !result || memcmp(results[i], results[4], sizeof results[4]) || !strstr(messages[i], expected);
        }
        reprise_device_free(device);
        printf("%d wrong\\n", wrong);
        return wrong;
      }

      """
    }
    let result = try run("cartpole")
    #expect(result.status == 0 && result.output == "0 wrong\n", "\(result.output)\(result.errors)")
  }

  @Test func `Python steps through ctypes`() throws {
    let result = try tool.start(
      ["python3", "\(Self.root)/Tools/Examples/python/cartpole.py", "\(Self.products)/libRepriseC.so"],
      of: "/usr/bin/env"
    ).finish()
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "reward 600, 0 episodes ended\nrefused: action 1 has 2; expected 0 to 1\n")
  }
}
