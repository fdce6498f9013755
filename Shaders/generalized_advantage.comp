// delta = r + gamma (1 - terminated) V(s') - V(s);  A[t] = delta + gamma lambda (1 - ended) A[t + 1], ended by either flag.
// rewards, values, nextValues, terminated, truncated, advantages: [horizon, copies].
// A workgroup walks back through local_size copies, one a lane.
// Reference: Schulman et al. 2016 (Tests/Goldens/gae.safetensors).
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/rollout_kernels.h"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { AdvantageParameters p; };
layout(std430, binding = 0) readonly buffer Rewards { float rewards[]; };
layout(std430, binding = 1) readonly buffer Values { float values[]; };
layout(std430, binding = 2) readonly buffer NextValues { float nextValues[]; };
layout(std430, binding = 3) readonly buffer Terminated { uint terminated[]; };
layout(std430, binding = 4) readonly buffer Truncated { uint truncated[]; };
layout(std430, binding = 5) writeonly buffer Advantages { float advantages[]; };

void main() {
  uint copy = gl_GlobalInvocationID.x;
  if (copy >= p.copies) return;
  float advantage = 0.0;
  for (uint t = p.horizon; t-- > 0u;) {
    uint at = t * p.copies + copy;
    bool end = terminated[at] != 0u;
    float delta = rewards[at] + p.discount * (end ? 0.0 : nextValues[at]) - values[at];
    advantage = delta + (end || truncated[at] != 0u ? 0.0 : p.discount * p.decay * advantage);
    advantages[at] = advantage;
  }
}
