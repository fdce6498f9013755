import Recording

/// What all generated kernels have in common: buffers, accessors, helpers.
enum KernelSource {
  /// Version, buffers and their accessors, functions of `Shaders/*.glsl` that the text calls.
  ///
  /// A region larger than `bindingLimit` bytes is bound in several pieces, and its accessors choose.
  static func header(
    _ ports: [KernelBody.Port], bindingLimit: Int, usedBy text: [String], hasReport: Bool = false
  ) -> [String] {
    var lines = [
      "#version 450", "#extension GL_EXT_control_flow_attributes : require",
      "layout(local_size_x_id = 0) in;",
    ]
    var binding = 0
    for (index, port) in ports.enumerated() {
      let qualifier = port.writes ? (port.reads ? "" : "writeonly ") : "readonly "
      let pieces = Self.pieces(port, bindingLimit)
      for _ in pieces {
        lines.append(
          "layout(std430, binding = \(binding)) \(qualifier)buffer B\(binding) { \(port.type.glslStorage) b\(binding)[]; };"
        )
        binding += 1
      }
      if port.isQuad {
        let first = binding - pieces.count
        lines += [
          "layout(std430, binding = \(first)) \(qualifier)buffer Q\(first) { \(port.type.glslQuad) q\(first)[]; };",
          "#define QUAD\(index)(i) q\(first)[i]",
        ]
      }
      lines += accessors(index, port, first: binding - pieces.count, pieces.count, bindingLimit)
    }
    if hasReport {
      lines.append("layout(std430, binding = \(binding)) buffer Report { uint report[]; };")
    }
    return lines + ShaderFunctions.text(calledBy: text)
  }

  /// What a dispatch binds, in the order of the header's bindings.
  static func bindings(_ ports: [KernelBody.Port], bindingLimit: Int) -> [Binding] {
    ports.flatMap { port in
      pieces(port, bindingLimit).map { region in
        guard port.writes else { return .read(region, touching: port.loaded) }
        return port.reads
          ? .readWrite(region, touching: max(port.loaded, port.stored))
          : .write(region, touching: port.stored)
      }
    }
  }

  /// Bytes that one binding of a cut region holds.
  private static func pieceBytes(_ limit: Int) -> Int { limit / Region.alignment * Region.alignment }

  private static func pieces(_ port: KernelBody.Port, _ limit: Int) -> [Region] {
    let region = port.region
    let gap = region.offset % Region.alignment
    let length = pieceBytes(limit)
    // What would take more bindings than any device has is refused by the plan, with its size.
    guard gap + region.byteCount > limit, region.byteCount / length < 256 else { return [region] }
    return stride(from: -gap, to: region.byteCount, by: length).map { start in
      let first = max(start, 0)
      return region.slice(offset: first, byteCount: min(start + length, region.byteCount) - first)
    }
  }

  /// `LOADn` and `STOREn`: functions where there is something to choose, macros where there isn't.
  private static func accessors(
    _ index: Int, _ port: KernelBody.Port, first: Int, _ count: Int, _ limit: Int
  ) -> [String] {
    guard count > 1 else {
      return ["#define LOAD\(index)(i) b\(first)[i]", "#define STORE\(index)(i, v) b\(first)[i] = v"]
    }
    let words = pieceBytes(limit) / 4
    let type = port.type.glslStorage
    var lines: [String] = []
    if port.reads {
      let choices = (0..<count).map { piece in
        let place = "b\(first + piece)[min(i - \(piece * words)u, \(words - 1)u)]"
        return piece == count - 1 ? place : "i < \((piece + 1) * words)u ? \(place) : "
      }
      lines.append("\(type) LOAD\(index)(uint i) { return \(choices.joined()); }")
    }
    if port.writes {
      let choices = (0..<count).map { piece in
        "\(piece == count - 1 ? "" : "if (i < \((piece + 1) * words)u) ")b\(first + piece)[i - \(piece * words)u] = v;"
      }
      lines.append(
        "void STORE\(index)(uint i, \(type) v) { \(choices.joined(separator: " else ")) }")
    }
    return lines
  }

  /// Declarations of the coordinates of `axes` from a row-major index over `shape`.
  static func coordinates(_ axes: Set<Int>, of shape: Shape, from index: String) -> [String] {
    axes.sorted().map { axis in
      let quotient = shape.strides[axis] == 1 ? index : "\(index) / \(shape.strides[axis])u"
      return "uint c\(axis) = \(axis == 0 ? quotient : "\(quotient) % \(shape[axis])u");"
    }
  }
}
