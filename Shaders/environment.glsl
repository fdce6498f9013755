// A copy of an environment: its state, its parameters, and how it ends and begins anew in the same step.
// Wants the environment's file before, `uint seeds[]` [agents, 2], `float ranges[]` [2, parameters], `float states[]`
// [state + parameters, copies], `float episodes[]` [2, copies], and a push constant `p` with `copies`, those of an agent, and `agents`. Agents lie along y; copy e of an agent is copy agent * copies + e of the buffers.
#ifndef REPRISE_ENVIRONMENT_GLSL
#define REPRISE_ENVIRONMENT_GLSL

#ifdef CHECKED_INDICES
// Set where code that a tool has made keep within its arrays would have left one (Sources/SPIRV/ArrayBounds.swift).
bool indexOutOfRange = false;
#endif

struct Copy {
  float state[STATE_SIZE];
  float parameters[PARAMETER_COUNT];
  float episodeReturn, episodeLength;
  bool leftArray;  // since its last fault
};

// Moves what a call of the environment's functions for a copy has set to that copy.
void noteIndices(inout Copy copy) {
#ifdef CHECKED_INDICES
  copy.leftArray = copy.leftArray || indexOutOfRange;
  indexOutOfRange = false;
#endif
}

void observeCopy(inout Copy copy, out float observation[OBSERVATION_SIZE]) {
  observe(copy.state, observation);
  noteIndices(copy);
}

uint allCopies() { return p.copies * p.agents; }
uint copyAt(uint e) { return gl_WorkGroupID.y * p.copies + e; }
uvec2 agentSeed() { return uvec2(seeds[2u * gl_WorkGroupID.y], seeds[2u * gl_WorkGroupID.y + 1u]); }

Copy loaded(uint at) {
  Copy copy;
  uint all = allCopies();
  [[unroll]] for (uint i = 0u; i < STATE_SIZE; i++) copy.state[i] = states[i * all + at];
  copy.parameters = DEFAULT_PARAMETERS;
  if (VARIED) {
    [[unroll]] for (uint i = 0u; i < PARAMETER_COUNT; i++) copy.parameters[i] = states[(STATE_SIZE + i) * all + at];
  }
  copy.episodeReturn = episodes[at];
  copy.episodeLength = episodes[all + at];
  copy.leftArray = false;
  return copy;
}

void store(Copy copy, uint at) {
  uint all = allCopies();
  [[unroll]] for (uint i = 0u; i < STATE_SIZE; i++) states[i * all + at] = copy.state[i];
  if (VARIED) {
    [[unroll]] for (uint i = 0u; i < PARAMETER_COUNT; i++) states[(STATE_SIZE + i) * all + at] = copy.parameters[i];
  }
  episodes[at] = copy.episodeReturn;
  episodes[all + at] = copy.episodeLength;
}

// Begins an episode before step `number`: the same for copy e of an agent wherever the agent is.
void begin(inout Copy copy, uint e, uint number) {
  uvec2 seed = agentSeed();
  if (VARIED) {
    uvec4 random;
    [[unroll]] for (uint i = 0u; i < PARAMETER_COUNT; i++) {
      if (i % 4u == 0u) random = philox(uvec4(e, number, 1u + i / 4u, STREAM_RESET), seed);
      float low = ranges[i];
      copy.parameters[i] = fma(ranges[PARAMETER_COUNT + i] - low, uniformFloat(random[i % 4u]), low);
    }
  }
  reset(copy.state, philox(uvec4(e, number, 0u, STREAM_RESET), seed));
  noteIndices(copy);
  copy.episodeReturn = 0.0;
  copy.episodeLength = 0.0;
}

// Holds an action for REPEAT steps, or until the episode ends.
void advance(inout Copy copy, ACTION action[ACTION_SIZE], out float reward, out bool terminated, out bool truncated) {
  reward = 0.0;
  terminated = false;
  truncated = false;
  for (uint i = 0u; i < REPEAT; i++) {
    if (terminated || truncated) break;
    float gained;
    step(copy.state, action, copy.parameters, gained, terminated);
    noteIndices(copy);
    reward += gained;
    copy.episodeReturn += gained;
    copy.episodeLength += 1.0;
    truncated = copy.episodeLength >= float(MAXIMUM_STEPS);
  }
}

#endif
