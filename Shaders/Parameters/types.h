// GLSL's scalar names for C, so that one struct serves shaders and Swift.
// Headers here are guarded by #ifndef, for GLSL has no #pragma once; C's parts stand within __STDC__.
#ifdef __STDC__
#include <stdint.h>
typedef uint32_t uint;
#endif
