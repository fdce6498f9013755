// GLSL's scalar names for C, so that one struct serves shaders and Swift.
#ifndef REPRISE_TYPES_H
#define REPRISE_TYPES_H
#ifdef __STDC__
#include <stdint.h>
typedef uint32_t uint;
#endif
#endif
