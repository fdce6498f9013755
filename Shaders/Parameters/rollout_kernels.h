// Push constants of the kernels that step environments, and that learn from their steps.
#ifndef REPRISE_ROLLOUT_KERNELS_H
#define REPRISE_ROLLOUT_KERNELS_H
#include "types.h"

#define MAXIMUM_LAYERS 8

// A multilayer perceptron in one flat buffer: for each layer weight [agents, out, in], then bias [agents, out],
// each at a multiple of 64 elements.
struct PolicyParameters {
  uint layers;
  uint activation;  // 1 tanh, 2 relu, after every layer but the last
  uint widths[MAXIMUM_LAYERS + 1];
  uint offset;     // of the first weight
  uint deviation;  // where the logarithms of standard deviations [agents, action] begin, for box actions
};
#ifdef __STDC__
typedef struct PolicyParameters PolicyParameters;
#endif

struct RolloutParameters {
  uint copies, agents;
  uint lanes;  // of an agent
  uint horizon;
  uint firstStep, steps;  // of the horizon that this dispatch runs
  uint clockOffset;
  float observationLimit;  // of normalized observations
  PolicyParameters policy;
};

// What a step does: a first reset, a step after which what ends begins anew, or a step alone.
#define STEP_MODE_RESET 0
#define STEP_MODE_AUTORESET 1
#define STEP_MODE_ALONE 2

struct StepParameters {
  uint copies, agents;
  uint mode;
  uint clockOffset, actionOffset;
};

struct ExplorationParameters {
  uint copies, agents;
  uint steps;
  uint clockOffset;
};

struct AdvantageParameters {
  uint copies, horizon;
  float discount, decay;  // gamma, lambda
};

struct SumTreeParameters {
  uint count;             // of samples, or of leaves that change
  uint nodes, firstLeaf;  // of an agent's tree
  uint nodeOffset, valueOffset, leafOffset;
};

#endif
