// R[t] = r[t] + gamma (1 - ended[t - 1]) R[t - 1], where what goes before t = 0 is carried over.
// rewards, ended, returns: [horizon, copies]; carried: [copies].
// A workgroup walks along local_size copies, one a lane.
// Reference: DiscountedReturn.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/rollout_kernels.h"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { AdvantageParameters p; };
layout(std430, binding = 0) readonly buffer Rewards { float rewards[]; };
layout(std430, binding = 1) readonly buffer Ended { uint ended[]; };
layout(std430, binding = 2) readonly buffer Carried { float carried[]; };
layout(std430, binding = 3) writeonly buffer Returns { float returns[]; };

void main() {
  uint copy = gl_GlobalInvocationID.x;
  if (copy >= p.copies) return;
  float before = carried[copy];
  for (uint t = 0u; t < p.horizon; t++) {
    uint at = t * p.copies + copy;
    float sum = rewards[at] + p.discount * before;
    returns[at] = sum;
    before = ended[at] != 0u ? 0.0 : sum;
  }
}
