// GLSL's scalar names for C, so that one struct serves shaders and Swift.
#ifdef __STDC__
#include <stdint.h>
typedef uint32_t uint;
#endif
