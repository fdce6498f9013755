extension ReductionKernel {
  /// How lanes share the work of a cut.
  struct Lanes {
    let cut: Cut
    /// Whether a lane takes four neighbours: four rounds of the sum, where those lie side by side, or four outputs.
    let quads: Quads?
    let takesRounds: Bool
    /// Lanes that share an output, or four, and what each accumulates apart: as much as lanes with an element each would.
    let members, accumulators: Int
    /// Outputs, or fours of them.
    let places: Int

    init(_ cut: Cut, _ plan: ReductionShape, _ quads: Quads?) {
      self.cut = cut
      self.quads = quads
      takesRounds = quads?.axes.isSubset(of: plan.reducedAxes) ?? false
      members = takesRounds ? max(1, cut.lanes / 4) : cut.lanes
      accumulators = takesRounds ? min(4, cut.lanes) : quads == nil ? 1 : 4
      places = quads == nil || takesRounds ? plan.outputs : plan.outputs / 4
    }

    /// Outputs that a lane ends with.
    var results: Int { takesRounds ? 1 : accumulators }
    var placesPerGroup: Int { cut.local / members }
    /// Neighbours along the rounds share an output where they are taken in fours, as lanes read them together.
    var stride: Int { takesRounds ? 1 : placesPerGroup }

    /// The declarations of `lane`, `member`, `place` and `inside`, the first output that the lane reads for.
    var declarations: [String] {
      let (member, place) =
        takesRounds
        ? ("lane % \(members)u", "lane / \(members)u")
        : ("lane / \(placesPerGroup)u", "lane % \(placesPerGroup)u")
      let inside = "min(place, \(max(1, places) - 1)u)"
      return [
        "uint lane = gl_LocalInvocationID.x;", "uint member = \(member);",
        "uint place = group * \(placesPerGroup)u + \(place);",
        "uint inside = \(quads == nil || takesRounds ? inside : "\(inside) * 4u");",
      ]
    }

    /// Accumulator `number` of a sum.
    func accumulator(_ sum: Int, _ number: String) -> String {
      accumulators == 1 ? "a\(sum)" : "a\(sum)[\(number)]"
    }
  }
}
