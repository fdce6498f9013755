import Recording

/// The text of one generated kernel: small ones that don't depend on each other share a dispatch, each with workgroups of its
/// own, because starting a dispatch costs more than they do.
struct GeneratedKernel {
  var label: String
  var ports: [KernelBody.Port]
  /// Indices that the kernel checks; their report is the last binding.
  var checks: [IndexCheck] = []
  /// Declarations outside of functions.
  var declarations: [String] = []
  /// Statements; `group` is the number of the workgroup, `part` that along z.
  var lines: [String]
  /// Lanes that have work, in each of `parts`.
  var lanes: Int
  var parts = 1
  /// Lanes that would have work if none computed neighbours of its element, to one that has.
  var neighbours = 1
  /// Lanes of a workgroup; other numbers do only where `local` is nil.
  var local: Int?
  var flops = 0

  /// Whether it may share a dispatch.
  var isSmall: Bool { lanes * neighbours <= Schedule.smallCount && parts == 1 }

  func bindings(_ limit: Int) -> [Binding] { KernelSource.bindings(ports, bindingLimit: limit) }

  /// GLSL of `kernels`, which share a dispatch of workgroups of `local` lanes.
  static func source(_ kernels: [GeneratedKernel], local: Int, bindingLimit: Int) -> String {
    var (ports, text, choices): ([KernelBody.Port], [String], [String]) = ([], [], [])
    var (first, checks) = (0, 0)
    // Made once: a literal is parsed wherever it stands.
    let numbered = #/\b(LOAD|STORE|QUAD|shared|report\[)(\d+)\b/#
    for (number, kernel) in kernels.enumerated() {
      // Ports, shared arrays and checks are numbered from 0 in each kernel.
      let renumbered = { (lines: [String]) in
        ports.isEmpty ? lines : lines.map { renumber(numbered, in: $0, by: ports.count, checks: checks) }
      }
      text += renumbered(kernel.declarations)
      text.append("void kernel\(number)(uint group, uint part) {")
      text += renumbered(kernel.lines).map { "  \($0)" } + ["}"]
      let group = first == 0 ? "group" : "group - \(first)u"
      let call = "kernel\(number)(\(group), gl_WorkGroupID.z);"
      first += kernel.groups(local)
      choices.append(number == kernels.count - 1 ? call : "if (group < \(first)u) \(call)")
      ports += kernel.ports
      checks += kernel.checks.count
    }
    text += [
      "void main() {", "  uint group = gl_WorkGroupID.y * 65535u + gl_WorkGroupID.x;",
      "  \(choices.joined(separator: "\n  else "))", "}",
    ]
    let header = KernelSource.header(
      ports, bindingLimit: bindingLimit, usedBy: text, hasReport: checks > 0)
    return (header + text).joined(separator: "\n") + "\n"
  }

  func groups(_ local: Int) -> Int { (lanes + local - 1) / local }

  private static func renumber(
    _ numbered: Regex<(Substring, Substring, Substring)>, in line: String, by offset: Int, checks: Int
  ) -> String {
    line.replacing(numbered) { match in
      "\(match.1)\((Int(match.2) ?? 0) + (match.1 == "report[" ? checks : offset))"
    }
  }
}
