# Why the dispatches of a family take longer than the limits allow: a sentence each, of one plan or of all.
#
# They are about llvmpipe (Mesa 25.0.7, vectors of eight floats), whose single accesses were measured and whose machine code was
# read; another driver has other reasons.

# Dispatches of a few microseconds.
SMALL = "They take a few microseconds each, of which the timestamp, which only profiles have, is a good part."

OF_ALL = {
    "products": "llvmpipe makes a gather of every load from a storage buffer, about 45 cycles for eight floats and 51 to 70 "
                "for four floats a lane, in which the units could do about as many multiply-adds of eight; so a product comes "
                "close to the limit only where each loaded number serves many, as it does not with few rows, columns or terms.",
    "depthwise": "An element serves the taps of one lane's tile of some 4 × 4 pixels only, whose window of 6 × 6 is gathered "
                 "anew for each tile; and sums of four pictures for each pixel of a tile don't fit the registers.",
    "elementwise": "Operands that aren't four neighbours are loaded float by float, eight in about 45 cycles where the copy "
                   "moves 32 in 51 to 70; and a division, root or exponential counts as one operation but takes as long as "
                   "many.",
    "reductions": "What a lane adds up doesn't always lie in fours, so it is gathered float by float; workgroups are split "
                  "evenly among the cores beforehand, and sums with a single workgroup keep one core waiting.",
    "gathers": "The place of each float is computed, and the float gathered alone, eight in about 45 cycles, where the copy "
               "moves 32 in 51 to 70.",
    "optimizer": "Adam's rule divides and takes roots, each of which counts as one operation and takes as long as many, and "
                 "where groups of parameters differ, each looks up its own.",
    "rollout": "Each step needs the one before; the environment's operations aren't counted, only the policy's.",
    "report": SMALL,
}

OF_A_PLAN = {
    ("ppo", "rollout"): "Its 128 steps follow each other, and 64 copies are one subgroup of eight lanes with four copies each "
                        "a core; in every step the policy's weights are gathered again and its activations go through a "
                        "buffer, and the environment's own operations aren't counted.",
    ("ppo", "gathers"): "A minibatch's indices come from a keyed bijection, whose integer rounds count as no operations, and "
                        "each float of its samples is gathered alone.",
    ("sac", "rollout"): "The policy acts for one copy, so that each gathered weight serves one multiply-add, and all but one "
                        "of its dispatches wait for the one before.",
    ("mlp", "reductions"): "One number, or one a sample, comes of each: a single workgroup adds on one core, in a tree whose "
                           "barriers llvmpipe turns into coroutines, and an exponential counts as one operation.",
    ("tiny", "elementwise"): SMALL,
    ("tiny", "reductions"): SMALL,
}


def sentence(plan, family):
    """What is known of a family's gap in a plan."""
    return OF_A_PLAN.get((plan, family)) or OF_ALL.get(family) or "not explained yet."
