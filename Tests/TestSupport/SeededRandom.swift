/// Random numbers that a failing test can name by their seed (SplitMix64).
public struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  /// The sequence of `seed`.
  public init(_ seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Numbers that float32 holds exactly, between −`scale` and `scale`.
  public mutating func values(_ count: Int, scale: Float = 1) -> [Double] {
    (0..<count).map { _ in Double(Float.random(in: -scale...scale, using: &self)) }
  }
}
