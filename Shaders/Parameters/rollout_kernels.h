// Push constants of the kernels that step environments.
#ifndef REPRISE_ROLLOUT_KERNELS_H
#define REPRISE_ROLLOUT_KERNELS_H
#include "types.h"

#define MAXIMUM_LAYERS 8

// A multilayer perceptron in one flat buffer: for each layer weight [out, in], then bias [out].
struct PolicyParameters {
  uint layers;
  uint activation;  // 1 tanh, 2 relu, after every layer but the last
  uint widths[MAXIMUM_LAYERS + 1];
  uint offset;  // of the first weight
};
#ifdef __STDC__
typedef struct PolicyParameters PolicyParameters;
#endif

struct RolloutParameters {
  uint copies, horizon;
  uint firstStep, steps;  // of the horizon that this dispatch runs
  uint seedLow, seedHigh;
  PolicyParameters policy;
};

struct EvaluationParameters {
  uint episodes;
  uint firstStep, steps;  // of the episodes that this dispatch runs
  uint seedLow, seedHigh;
  PolicyParameters policy;
};

struct ExplorationParameters {
  uint copies, steps;
  uint seedLow, seedHigh;
};

struct AdvantageParameters {
  uint copies, horizon;
  float discount, decay;  // gamma, lambda
};

#endif
