/// A dictionary that doesn't grow without bound: beyond `capacity` entries, the half that was asked for longest ago goes.
package struct RecentCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry {
    let value: Value
    var used: UInt64
  }

  private let capacity: Int
  private var entries: [Key: Entry] = [:]
  private var uses: UInt64 = 0

  /// Room for `capacity` entries.
  package init(capacity: Int) { self.capacity = capacity }

  /// Entries that it holds.
  package var count: Int { entries.count }

  /// The value that was kept for `key`, unless it has gone.
  package mutating func value(for key: Key) -> Value? {
    guard let index = entries.index(forKey: key) else { return nil }
    uses += 1
    entries.values[index].used = uses
    return entries.values[index].value
  }

  /// Keeps `value` for `key`.
  package mutating func keep(_ value: Value, for key: Key) {
    if entries.count >= capacity {
      let middle = entries.values.map(\.used).sorted()[entries.count / 2]
      entries = entries.filter { $0.value.used > middle }
    }
    uses += 1
    entries[key] = Entry(value: value, used: uses)
  }
}
