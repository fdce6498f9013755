// Push constants of the kernels that look at what others wrote, or measure a device. Offsets are in elements from the start of
// a binding.
#ifndef REPRISE_RECORDING_KERNELS_H
#define REPRISE_RECORDING_KERNELS_H
#include "types.h"

struct FiniteCheckParameters {
  uint count, offset;
  uint check;  // its number in the plan, from 1 on
};

struct FiniteCheckEndParameters {
  uint segment;
};

// The words of the report; the runs of each segment follow.
#define REPRISE_FINITE_CHECK 0     // number of the check that found something; 0 for none
#define REPRISE_FINITE_CLOSED 1    // 1 when the finding is whole: nothing is added to it
#define REPRISE_FINITE_RUN 2       // runs of the segment before the one in which it was found
#define REPRISE_FINITE_FIRST 3     // least element
#define REPRISE_FINITE_COUNT 4     // elements
#define REPRISE_FINITE_KINDS 5     // 1 for NaN, 2 for infinity
#define REPRISE_FINITE_RUNS 6

struct RendezvousParameters {
  uint members;
};

struct ConditionalGroupsParameters {
  uint count, conditionOffset;
};

struct MultiplyAddParameters {
  float factor, addend;
};

#endif
