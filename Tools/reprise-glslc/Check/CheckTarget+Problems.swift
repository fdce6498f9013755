import SPIRV
import ShaderCompiler

extension CheckTarget {
  /// What a shader needs and the target lacks, a sentence each; specialization constants have their defaults.
  func problems(of module: KernelModule) throws(ShaderError) -> [String] {
    let reflection = try module.reflection()
    let inUse = featuresInUse(by: Instruction.all(in: module.words) ?? [])
    return reflection.entryPoints.flatMap(workgroupProblems) + memoryProblems(of: reflection)
      + bindingProblems(of: reflection.bindings) + needProblems(of: reflection, inUse: inUse)
  }

  private func workgroupProblems(of entry: Reflection.EntryPoint) -> [String] {
    guard entry.stage == "compute" else { return ["is of stage \(entry.stage); only compute is checked"] }
    let size = entry.workgroupSize
    var found: [String] = []
    for (axis, (lanes, limit)) in zip(["x", "y", "z"], zip(size, maxWorkgroupSize)) where lanes > limit {
      found.append("needs a workgroup of \(lanes) lanes along \(axis); \(name) has at most \(limit)")
    }
    // Sizes have 32 bits each, so that two of them can't overflow, and three that do are too many.
    let (lanes, overflow) = (size[0] &* size[1]).multipliedReportingOverflow(by: size[2])
    if overflow || lanes > maxWorkgroupInvocations {
      let product = size.map(String.init).joined(separator: " × ")
      found.append("needs a workgroup of \(product) lanes; \(name) has at most \(maxWorkgroupInvocations)")
    }
    return found
  }

  private func memoryProblems(of reflection: Reflection) -> [String] {
    let needs = [
      ("shared memory", reflection.sharedBytes, maxSharedMemory),
      ("push constants", reflection.pushConstantBytes, maxPushConstants),
    ]
    return needs.compactMap { what, bytes, limit in
      guard let bytes else {
        return "has \(what) of a size that can't be computed; \(name) has \(limit) bytes"
      }
      return bytes > limit ? "needs \(bytes) bytes of \(what); \(name) has \(limit)" : nil
    }
  }

  private func bindingProblems(of bindings: [Reflection.Binding]) -> [String] {
    // An array of open length has a feature of its own, and as many descriptors as its layout says.
    func count(_ kinds: Reflection.Kind...) -> UInt64 {
      bindings.filter { kinds.contains($0.kind) }.reduce(0) { $0 &+ min($1.count ?? 1, 1 << 32) }
    }
    let needs = [
      ("descriptor sets", bindings.map { UInt64($0.set) + 1 }.max() ?? 0, maxDescriptorSets),
      ("storage buffers", count(.storageBuffer), maxStorageBuffers),
      ("uniform buffers", count(.uniformBuffer), maxUniformBuffers),
      ("storage images", count(.storageImage, .storageTexelBuffer), maxStorageImages),
      (
        "sampled images", count(.sampledImage, .combinedImageSampler, .uniformTexelBuffer), maxSampledImages
      ),
      ("samplers", count(.sampler, .combinedImageSampler), maxSamplers),
      ("resources", bindings.reduce(0) { $0 &+ min($1.count ?? 1, 1 << 32) }, maxResources),
    ]
    return needs.filter { $0.1 > $0.2 }.map { "needs \($0.1) \($0.0); \(name) has at most \($0.2)" }
  }

  private func needProblems(of reflection: Reflection, inUse: [(feature: String, source: String)]) -> [String]
  {
    let capabilities = reflection.capabilities.compactMap { capability in
      CapabilityNeed.of(capability: capability).map { (need: $0, source: "capability \(capability)") }
    }
    let extensions = reflection.extensions.compactMap { text in
      CapabilityNeed.of(extension: text).map { (need: $0, source: "extension \(text)") }
    }
    let uses = inUse.map { (need: CapabilityNeed.feature([$0.feature]), source: $0.source) }
    // Where the use says which of a capability's features it is, that is enough.
    let open = capabilities.filter { need, _ in
      guard case .feature(let alternatives) = need else { return true }
      return Set(alternatives).isDisjoint(with: inUse.map(\.feature))
    }
    return (open + extensions + uses).compactMap(problem)
  }

  private func problem(_ need: CapabilityNeed, source: String) -> String? {
    switch need {
    case .feature(let alternatives):
      features.isDisjoint(with: alternatives)
        ? "needs the feature \(alternatives.joined(separator: " or ")) (\(source)), which \(name) lacks" : nil
    case .subgroupOperation(let operation):
      subgroupOperations.contains(operation)
        ? nil : "needs subgroup operations \(operation) (\(source)), which \(name) lacks"
    case .extension(let text):
      extensions.contains(text) ? nil : "needs \(text) (\(source)), which \(name) lacks"
    }
  }
}
