// All push-constant structs, for Swift.
#include "tensor_kernels.h"
#include "rollout_kernels.h"
