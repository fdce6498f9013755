import Glibc

/// A `.comp` file that was named, or found in a folder that was.
package struct ShaderFile {
  /// The path to read, as the user would write it.
  package let path: String
  /// The file's name without `.comp`.
  package let name: String

  private static let suffix = ".comp"

  private init?(path: String) {
    let last = path.split(separator: "/").last ?? ""
    guard last.hasSuffix(Self.suffix), last.count > Self.suffix.count else { return nil }
    self.path = path
    name = String(last.dropLast(Self.suffix.count))
  }

  /// The file's text.
  package func text() throws(ShaderError) -> String {
    do throws(SystemFault) {
      return String(decoding: try fileBytes(at: path), as: UTF8.self)
    } catch {
      throw ShaderError(file: path, "cannot read the shader: \(error)")
    }
  }

  /// The shaders that `inputs` name: files as they are, folders with all that is below them, in order of name.
  package static func find(_ inputs: [String]) throws(ShaderError) -> [ShaderFile] {
    var found: [ShaderFile] = []
    for input in inputs {
      if isFolder(input) {
        let shaders = try shaders(below: input)
        if shaders.isEmpty { throw ShaderError(file: input, "no .comp file in this folder or below it") }
        found += shaders
      } else if let shader = ShaderFile(path: input) {
        found.append(shader)
      } else if access(input, F_OK) != 0 {
        throw ShaderError(file: input, "cannot read the shader: \(SystemFault.last)")
      } else {
        throw ShaderError(file: input, "not a compute shader: its name must end in .comp")
      }
    }
    return found
  }

  private static func shaders(below folder: String) throws(ShaderError) -> [ShaderFile] {
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
        found += try shaders(below: path)
      } else if let shader = ShaderFile(path: path) {
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
