// A complete tree of sums in one array: node 0 is the root, the children of node k are FAN_OUT·k + 1 to FAN_OUT·k + FAN_OUT,
// and the leaves are the last level. What lies behind the last leaf in use is no memory, and counts as 0.
#ifndef REPRISE_SUM_TREE_GLSL
#define REPRISE_SUM_TREE_GLSL
#include "Parameters/rollout_kernels.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint FAN_OUT = 16u;
layout(constant_id = 2) const uint LEVELS = 1u;  // above the leaves

layout(push_constant) uniform Push { SumTreeParameters p; };

#endif
