// Joins the values of the lanes of a workgroup that share an output, in one fixed order.
// Wants `LANES` members an output, OPERATION 0 for a sum and 1 for a maximum, and `shared float partial[]`.
#ifndef REPRISE_REDUCTION_GLSL
#define REPRISE_REDUCTION_GLSL

float join(float a, float b) { return OPERATION == 0u ? a + b : max(a, b); }

// Lane `member` of `members`, whose neighbour in the output lies `step` lanes on. All lanes of the workgroup call it.
float joinMembers(float value, uint member, uint members, uint step) {
  uint lane = gl_LocalInvocationID.x;
  partial[lane] = value;
  for (uint width = members / 2u; width > 0u; width /= 2u) {
    barrier();
    if (member < width) partial[lane] = join(partial[lane], partial[lane + width * step]);
  }
  return partial[lane];
}

#endif
