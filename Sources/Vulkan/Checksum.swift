/// The 64-bit FNV-1a hash of `bytes`; pass an earlier result as `seed` to hash in pieces.
///
/// Catches corruption and tells contents apart; it is no defence against someone who wants a collision.
public func fnv1a(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0xcbf2_9ce4_8422_2325) -> UInt64 {
  var hash = seed
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  return hash
}
