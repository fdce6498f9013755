// The body of every kernel that steps copies of an environment with given actions.
#include "Parameters/rollout_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool VARIED = false;  // each episode has parameters of its own
layout(constant_id = 2) const uint REPEAT = 1u;
layout(constant_id = 3) const uint FRAMES = 1u;  // that are seen at once, the oldest first

layout(push_constant) uniform Push { StepParameters p; };
layout(std430, binding = 0) readonly buffer Clock { uint clock[]; };
layout(std430, binding = 1) readonly buffer Seeds { uint seeds[]; };
layout(std430, binding = 2) readonly buffer Ranges { float ranges[]; };
layout(std430, binding = 3) readonly buffer Actions { ACTION actions[]; };
layout(std430, binding = 4) buffer States { float states[]; };
layout(std430, binding = 5) buffer Episodes { float episodes[]; };
layout(std430, binding = 6) buffer Statistics { float statistics[]; };
layout(std430, binding = 7) buffer Observations { float observations[]; };
layout(std430, binding = 8) writeonly buffer FinalObservations { float finalObservations[]; };
layout(std430, binding = 9) writeonly buffer Rewards { float rewards[]; };
layout(std430, binding = 10) writeonly buffer Terminated { uint terminations[]; };
layout(std430, binding = 11) writeonly buffer Truncated { uint truncations[]; };
layout(std430, binding = 12) buffer Faults { uint faults[]; };

#include "environment.glsl"
#include "faults.glsl"

// Element i of frame f of what copy `at` sees.
uint seenAt(uint at, uint f, uint i) { return (at * FRAMES + f) * OBSERVATION_SIZE + i; }

// States and parameters lie as [STATE_SIZE + PARAMETER_COUNT, copies].
void main() {
  uint e = gl_GlobalInvocationID.x;
  if (e >= p.copies) return;
  uint at = copyAt(e), all = allCopies();
  uint number = clock[p.clockOffset];
  Copy copy = loaded(at);
  bool ends = p.mode == STEP_MODE_RESET;
  float observation[OBSERVATION_SIZE];
  if (!ends) {
    ACTION action[ACTION_SIZE];
    [[unroll]] for (uint i = 0u; i < ACTION_SIZE; i++) action[i] = actions[p.actionOffset + at * ACTION_SIZE + i];
    float before[STATE_SIZE] = copy.state;
    float reward;
    bool terminated, truncated;
    advance(copy, action, reward, terminated, truncated);
    observeCopy(copy, observation);
    bool broken = p.mode == STEP_MODE_AUTORESET && isBroken(copy, reward);
    if (broken) {
      takeBack(copy, before, at, number, reward, terminated, truncated);
      observe(copy.state, observation);
    }
    // The oldest frame goes, the others move down in place.
    for (uint f = 0u; f < FRAMES; f++) {
      [[unroll]] for (uint i = 0u; i < OBSERVATION_SIZE; i++) {
        float value = observation[i];
        if (f + 1u < FRAMES) value = observations[seenAt(at, f + 1u, i)];
        observations[seenAt(at, f, i)] = value;
        finalObservations[seenAt(at, f, i)] = value;
      }
    }
    rewards[at] = reward;
    terminations[at] = uint(terminated);
    truncations[at] = uint(truncated);
    ends = (terminated || truncated) && p.mode == STEP_MODE_AUTORESET;
    if (broken) {
      statistics[3u * all + at] += 1.0;
    } else if (ends) {
      statistics[at] += copy.episodeReturn;
      statistics[all + at] += copy.episodeLength;
      statistics[2u * all + at] += 1.0;
    }
    number++;
  }
  if (ends) {
    begin(copy, e, number);
    observeCopy(copy, observation);
    if (copy.leftArray) {
      statistics[3u * all + at] += 1.0;
      noteFault(copy, copy.state, at, number);
    }
    for (uint f = 0u; f < FRAMES; f++) {
      [[unroll]] for (uint i = 0u; i < OBSERVATION_SIZE; i++) observations[seenAt(at, f, i)] = observation[i];
    }
  }
  store(copy, at);
}
