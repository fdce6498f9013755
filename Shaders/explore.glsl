// The body of every kernel that steps an environment alone, under random actions.
#include "Parameters/rollout_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool VARIED = false;  // each episode has parameters of its own
layout(constant_id = 2) const uint REPEAT = 1u;

layout(push_constant) uniform Push { ExplorationParameters p; };
layout(std430, binding = 0) readonly buffer Clock { uint clock[]; };
layout(std430, binding = 1) readonly buffer Seeds { uint seeds[]; };
layout(std430, binding = 2) readonly buffer Ranges { float ranges[]; };
layout(std430, binding = 3) buffer States { float states[]; };
layout(std430, binding = 4) buffer Episodes { float episodes[]; };
layout(std430, binding = 5) buffer Statistics { float statistics[]; };

#include "environment.glsl"

void main() {
  uint e = gl_GlobalInvocationID.x;
  if (e >= p.copies) return;
  uint at = copyAt(e), all = allCopies();
  uint first = clock[p.clockOffset];
  uvec2 seed = agentSeed();
  Copy copy = loaded(at);
  if (first == 0u) begin(copy, e, 0u);
  float returns = statistics[at], lengths = statistics[all + at], finished = statistics[2u * all + at];

  uvec4 random;
  for (uint t = 0u; t < p.steps; t++) {
    ACTION action[ACTION_SIZE];
    [[unroll]] for (uint i = 0u; i < ACTION_SIZE; i++) {
      // Eight components of 16 bits from one call.
      uint number = t * ACTION_SIZE + i;
      if (number % 8u == 0u) random = philox(uvec4(e, first + t, i, STREAM_ACTION), seed);
      uint bits = random[number / 2u % 4u] >> (number % 2u * 16u) & 0xFFFFu;
#ifdef BOX_ACTIONS
      action[i] = fma(ACTION_HIGH[i] - ACTION_LOW[i], (float(bits) + 0.5) / 65536.0, ACTION_LOW[i]);
#else
      action[i] = bits * ACTION_COUNTS[i] >> 16;
#endif
    }
    float reward;
    bool terminated, truncated;
    advance(copy, action, reward, terminated, truncated);
    if (terminated || truncated) {
      returns += copy.episodeReturn;
      lengths += copy.episodeLength;
      finished += 1.0;
      begin(copy, e, first + t + 1u);
    }
  }
  store(copy, at);
  statistics[at] = returns;
  statistics[all + at] = lengths;
  statistics[2u * all + at] = finished;
}
