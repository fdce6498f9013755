// All push-constant structs, for Swift.
#include "recording_kernels.h"
#include "tensor_kernels.h"
#include "rollout_kernels.h"
