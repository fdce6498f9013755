import Bundles
import Kernels
import TestSupport
import Testing

@Suite struct KernelBundleTests {
  private struct Contents: Codable, Equatable {
    var title = "a \"quoted\" name"
    var sizes = [1, 2, 3]
  }

  private let bundle = KernelBundle(
    .kernels, kernels: [.logSoftmax, .stepCartpole], data: ["weights": [1, 2, 3], "empty": []],
    contents: Contents())

  @Test func `A bundle comes back as it was written, each part aligned`() throws {
    let bytes = bundle.encoded()
    #expect(bytes == bundle.encoded())
    let read = try KernelBundle(bytes: bytes, file: "a.reprise")
    #expect(read.kernels == bundle.kernels)
    #expect(read.kernels.map(\.words) == bundle.kernels.map(\.words))
    #expect(read.data == bundle.data)
    #expect(try read.contents(.kernels, as: Contents.self) == Contents())
    #expect(try read.kernel("log_softmax") == .logSoftmax)
    let code = Kernel.logSoftmax.words.flatMap { word in withUnsafeBytes(of: word.littleEndian, Array.init) }
    #expect(try #require(bytes.firstRange(of: code)).lowerBound.isMultiple(of: 64))
  }

  @Test func `Another kind, another version, a name that is missing`() throws {
    let bytes = bundle.encoded()
    let read = try KernelBundle(bytes: bytes, file: "a.reprise")
    #expect(throws: BundleError.otherKind(file: "a.reprise", found: "kernels", expected: "environment")) {
      try read.contents(.environment, as: Contents.self)
    }
    #expect(throws: BundleError.self) { try read.kernel("nothing") }
    #expect(throws: BundleError.self) { try read.contents(.kernels, as: [Int].self) }
    var other = bytes
    other[8] = 2
    #expect(throws: BundleError.otherVersion(file: "a.reprise", found: 2, expected: 1)) {
      try KernelBundle(bytes: other, file: "a.reprise")
    }
  }

  @Test func `Cut short anywhere, or with any bit changed, it is refused`() throws {
    let small = KernelBundle(.program, kernels: [], data: ["a": [7]], contents: Contents()).encoded()
    for length in small.indices {
      #expect(throws: BundleError.self) {
        try KernelBundle(bytes: Array(small[..<length]), file: "a.reprise")
      }
    }
    for place in small.indices {
      for bit in 0..<8 {
        var damaged = small
        damaged[place] ^= 1 << bit
        #expect(throws: BundleError.self) { try KernelBundle(bytes: damaged, file: "a.reprise") }
      }
    }
  }

  @Test func `It is written whole, and a file that is missing says so`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.reprise"
    try bundle.write(to: path)
    #expect(try KernelBundle(contentsOf: path).kernels == bundle.kernels)
    #expect(throws: BundleError.unreadable(file: "\(path).not", reason: "No such file or directory")) {
      try KernelBundle(contentsOf: "\(path).not")
    }
  }
}
