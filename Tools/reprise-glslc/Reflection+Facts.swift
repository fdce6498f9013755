import SPIRV

extension Reflection {
  /// What stands in it, a sentence each.
  var facts: [String] {
    var lines = entryPoints.map { entry in
      let sizes = zip(entry.workgroupSize, entry.workgroupSizeConstants).map { lanes, constant in
        constant.map { "\(lanes) (constant \($0))" } ?? "\(lanes)"
      }
      return "entry point \(entry.name): \(entry.stage), workgroup size \(sizes.joined(separator: " × "))"
    }
    lines += bindings.map { binding in
      let count = binding.count == 1 ? "" : "[\(binding.count.map(String.init) ?? "")]"
      return
        "set \(binding.set), binding \(binding.binding): \(binding.kind.rawValue)\(word(binding.name))\(count), "
        + "\(binding.access.rawValue), \(binding.type)"
    }
    lines += pushConstants.map { field in
      "push constant at \(field.offset): \(field.type)\(word(field.name)), \(bytes(field.size))"
    }
    if !pushConstants.isEmpty { lines.append("push constants: \(bytes(pushConstantBytes))") }
    lines += specializationConstants.map { constant in
      "specialization constant \(constant.id): \(constant.type)\(word(constant.name)) = \(constant.defaultValue)"
    }
    lines.append("shared memory: \(bytes(sharedBytes))")
    return lines + capabilities.map { "capability \($0)" } + extensions.map { "extension \($0)" }
  }

  private func word(_ name: String?) -> String { name.map { " \($0)" } ?? "" }

  private func bytes(_ count: UInt64?) -> String { count.map { "\($0) bytes" } ?? "of open size" }
}
