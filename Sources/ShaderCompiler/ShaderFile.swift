import Glibc

/// A shader that was named, or found in a folder that was.
package struct ShaderFile: Sendable {
  /// What a shader's file may hold, by the end of its name.
  package enum Format: String, Sendable, CaseIterable {
    /// GLSL.
    case source = ".comp"
    /// A SPIR-V module.
    case module = ".spv"
    /// Kernels behind a manifest.
    case bundle = ".reprise"
  }

  /// The path to read, as the user would write it.
  package let path: String
  /// The file's name without its end.
  package let name: String
  /// What it holds.
  package let format: Format

  private init?(path: String, formats: [Format]) {
    let last = path.split(separator: "/").last ?? ""
    guard let format = formats.first(where: { last.hasSuffix($0.rawValue) && last.count > $0.rawValue.count })
    else { return nil }
    self.path = path
    self.format = format
    name = String(last.dropLast(format.rawValue.count))
  }

  /// The file's text.
  package func text() throws(ShaderError) -> String {
    do throws(SystemFault) {
      return String(decoding: try fileBytes(at: path), as: UTF8.self)
    } catch {
      throw ShaderError(file: path, "cannot read the shader: \(error)")
    }
  }

  /// The words of a SPIR-V file.
  package func moduleWords() throws(ShaderError) -> [UInt32] {
    let bytes: [UInt8]
    do throws(SystemFault) {
      bytes = try fileBytes(at: path)
    } catch {
      throw ShaderError(file: path, "cannot read the module: \(error)")
    }
    guard bytes.count.isMultiple(of: 4) else {
      throw ShaderError(file: path, "found \(bytes.count) bytes; SPIR-V is whole words of four")
    }
    return bytes.withUnsafeBytes { raw in
      stride(from: 0, to: raw.count, by: 4).map {
        UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
      }
    }
  }

  /// The shaders of `formats` that `inputs` name: files as they are, folders with all that is below them, in order of name.
  package static func find(_ inputs: [String], formats: [Format] = [.source]) throws(ShaderError)
    -> [ShaderFile]
  {
    let ends = formats.map(\.rawValue).joined(separator: " or ")
    var found: [ShaderFile] = []
    for input in inputs {
      if isFolder(input) {
        let shaders = try shaders(below: input, formats)
        if shaders.isEmpty { throw ShaderError(file: input, "no \(ends) file in this folder or below it") }
        found += shaders
      } else if let shader = ShaderFile(path: input, formats: formats) {
        found.append(shader)
      } else if access(input, F_OK) != 0 {
        throw ShaderError(file: input, "cannot read the shader: \(SystemFault.last)")
      } else {
        throw ShaderError(file: input, "not a compute shader: its name must end in \(ends)")
      }
    }
    return found
  }

  private static func shaders(below folder: String, _ formats: [Format]) throws(ShaderError) -> [ShaderFile] {
    guard let stream = opendir(folder) else {
      throw ShaderError(file: folder, "cannot read the folder: \(SystemFault.last)")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    var found: [ShaderFile] = []
    for name in names.sorted() {
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      if isFolder(path) {
        found += try shaders(below: path, formats)
      } else if let shader = ShaderFile(path: path, formats: formats) {
        found.append(shader)
      }
    }
    return found
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
