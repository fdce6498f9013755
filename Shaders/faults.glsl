// Copies whose step gave what is no finite number, or left an array: each is put back, cut off and begins anew, and the others
// go on. Wants environment.glsl before, and `uint faults[]` [2 + 2 * state, copies]: of each copy's last fault the number of the
// step plus 1, the bits of the state before it and after it, and 1 where an index was out of range.
#ifndef REPRISE_FAULTS_GLSL
#define REPRISE_FAULTS_GLSL
#include "numbers.glsl"

bool isBroken(Copy copy, float reward) {
  bool broken = !isFinite(reward) || copy.leftArray;
  [[unroll]] for (uint i = 0u; i < STATE_SIZE; i++) broken = broken || !isFinite(copy.state[i]);
  return broken;
}

// Notes what broke copy `at`.
void noteFault(inout Copy copy, float before[STATE_SIZE], uint at, uint number) {
  uint all = allCopies();
  faults[at] = number + 1u;
  [[unroll]] for (uint i = 0u; i < STATE_SIZE; i++) {
    faults[(1u + i) * all + at] = floatBitsToUint(before[i]);
    faults[(1u + STATE_SIZE + i) * all + at] = floatBitsToUint(copy.state[i]);
  }
  faults[(1u + 2u * STATE_SIZE) * all + at] = uint(copy.leftArray);
  copy.leftArray = false;
}

// Notes it, and takes the step back: truncated where it was before, with no reward.
void takeBack(
  inout Copy copy, float before[STATE_SIZE], uint at, uint number, out float reward, out bool terminated,
  out bool truncated
) {
  noteFault(copy, before, at, number);
  copy.state = before;
  reward = 0.0;
  terminated = false;
  truncated = true;
}

#endif
