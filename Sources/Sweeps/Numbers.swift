import Glibc

extension Double {
  /// The nearest number with four digits that count, which has a short text.
  var roundedToFourDigits: Double {
    guard isFinite, self != 0 else { return self }
    let exponent = 3 - Int(log10(abs(self)).rounded(.down))
    // The text of a number with few digits is exact; a product of powers of ten is not.
    let digits = (self * pow(10, Double(exponent))).rounded()
    return Double("\(Int(digits))e\(-exponent)") ?? self
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed on all machines.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 to below 1, of 53 bits.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
