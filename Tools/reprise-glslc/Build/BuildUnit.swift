import ShaderCompiler

/// A shader with the macros of one of its variants: what becomes one output.
struct BuildUnit: Sendable {
  let shader: ShaderFile
  /// The output's name without its end.
  let name: String
  /// Of the variant, beside those of the command line.
  let macros: [Macro]

  /// Each shader once, or once a row of its variants.
  static func all(_ shaders: [ShaderFile], variants: [String: [Variant]]) -> [BuildUnit] {
    shaders.flatMap { shader in
      variants[shader.name]?.map { BuildUnit(shader: shader, name: $0.name, macros: $0.macros) }
        ?? [BuildUnit(shader: shader, name: shader.name, macros: [])]
    }
  }
}

/// One row of a table of variants.
struct Variant {
  let name: String
  let macros: [Macro]

  /// Reads a table: shader → macro → values, or labels with values. Each combination is a variant, named by the shader and
  /// the labels in the table's order.
  static func table(file: String, shaders: [ShaderFile], defined: [Macro]) throws(ShaderError)
    -> [String: [Variant]]
  {
    let text: [UInt8]
    do throws(SystemFault) {
      text = try fileBytes(at: file)
    } catch {
      throw ShaderError(file: file, "cannot read the variants: \(error)")
    }
    let table = try YAMLTable(
      text: String(decoding: text, as: UTF8.self), file: file, keys: shaders.map(\.name))
    var (found, taken) = ([String: [Variant]](), [String: String]())
    for shader in shaders where table[shader.name] == nil { taken[shader.name] = shader.path }
    for name in table.keys {
      let node = try table.value(name)
      let macros = try YAMLTable(node, file: file, keys: nil)
      var variants = [Variant(name: name, macros: [])]
      for macro in macros.keys {
        let values = try macros.labelled(macro)
        guard Macro(argument: macro)?.name == macro else {
          throw macros.error(at: try macros.value(macro), "'\(macro)' is no name of a macro")
        }
        guard !defined.contains(where: { $0.name == macro }) else {
          throw macros.error(at: try macros.value(macro), "'\(macro)' is defined by -D as well")
        }
        variants = variants.flatMap { variant in
          values.map { label, value in
            Variant(
              name: "\(variant.name)_\(label)", macros: variant.macros + [Macro(name: macro, value: value)])
          }
        }
      }
      for variant in variants {
        if let other = taken.updateValue("a variant of \(name)", forKey: variant.name) {
          throw table.error(at: node, "'\(variant.name)' is the name of \(other) too")
        }
      }
      found[name] = variants
    }
    return found
  }
}
