/// Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011): four words for a counter and key.
///
/// The same integers as `philox` in `Shaders/random.glsl`.
public func philox(
  counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
) -> (UInt32, UInt32, UInt32, UInt32) {
  var (c, k) = (counter, key)
  for round in 0..<10 {
    if round > 0 { k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85) }
    let first = UInt64(0xD251_1F53) * UInt64(c.0)
    let second = UInt64(0xCD9E_8D57) * UInt64(c.2)
    c = (
      UInt32(second >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: second),
      UInt32(first >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: first)
    )
  }
  return c
}

/// Where `index` goes in the shuffle of 0..<`count` that belongs to `seed` and `pass`.
public func permuted(_ index: UInt32, count: UInt32, seed: UInt64, pass: UInt32) -> UInt32 {
  let keys = philox(
    counter: (pass, 0, 0, 2), key: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  return permuted(index, count: count, keys: [keys.0, keys.1, keys.2, keys.3])
}

/// Where `index` goes in the shuffle of 0..<`count` that belongs to four keys.
///
/// The same integers as `permuted` in `Shaders/random.glsl`: a Feistel network of 6 rounds over an even number of bits,
/// walked until it lands below `count`.
func permuted(_ index: UInt32, count: UInt32, keys: [UInt32]) -> UInt32 {
  var half: UInt32 = 1
  while half < 16, UInt64(1) << (2 * half) < UInt64(count) { half += 1 }
  let mask = UInt32((UInt64(1) << half) - 1)
  var value = index
  repeat {
    var (left, right) = (value >> half, value & mask)
    for round in 0..<6 {
      var mixed = right &+ keys[round % 4] &+ UInt32(round) &* 0x9E37_79B9
      mixed = (mixed ^ (mixed >> 16)) &* 0x85EB_CA6B
      mixed = (mixed ^ (mixed >> 13)) &* 0xC2B2_AE35
      mixed ^= mixed >> 16
      (left, right) = (right, left ^ (mixed & mask))
    }
    value = (left << half) | right
  } while value >= count
  return value
}
