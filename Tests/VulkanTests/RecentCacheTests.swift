import Testing
import Vulkan

/// A dictionary that doesn't grow without bound.
struct RecentCacheTests {
  @Test func theLeastRecentlyUsedGo() {
    var cache = RecentCache<Int, String>(capacity: 10)
    for number in 0..<1000 {
      cache.keep("\(number)", for: number)
      #expect(cache.value(for: 0) == "0")
      #expect(cache.value(for: number) == "\(number)")
      #expect(cache.count <= 10)
    }
    #expect(cache.value(for: 500) == nil)
  }
}
