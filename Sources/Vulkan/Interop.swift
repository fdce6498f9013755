import CVulkan

/// `VK_API_VERSION_1_2`, a macro that Swift can't see.
let apiVersion1_2: UInt32 = 1 << 22 | 2 << 12

/// `1.3.230` from a packed Vulkan version.
func versionText(_ version: UInt32) -> String {
  "\(version >> 22 & 0x7f).\(version >> 12 & 0x3ff).\(version & 0xfff)"
}

/// Calls `body` with C strings that live as long as the call.
func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  let characters = strings.map { Array($0.utf8CString) }
  let offsets = characters.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
  return Array(characters.joined()).withUnsafeBufferPointer { all in
    let pointers = offsets.dropLast().map { offset in all.baseAddress.map { $0 + offset } }
    return pointers.withUnsafeBufferPointer(body)
  }
}

/// The text in a fixed-size C array, which Swift imports as a tuple.
func text<Characters>(_ characters: Characters) -> String {
  withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

/// The bytes of a fixed-size C array.
func byteArray<Elements>(_ elements: Elements) -> [UInt8] {
  withUnsafeBytes(of: elements) { Array($0) }
}

/// Vulkan's ask-twice idiom: how many, then which.
func enumerate<Item>(
  _ call: String, empty: Item,
  _ body: (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<Item>?) -> VkResult
) throws(VulkanError) -> [Item] {
  var count: UInt32 = 0
  try check(body(&count, nil), call, during: "listing what is installed")
  guard count > 0 else { return [] }
  var items = [Item](repeating: empty, count: Int(count))
  try check(body(&count, &items), call, during: "listing what is installed")
  return Array(items.prefix(Int(count)))
}
