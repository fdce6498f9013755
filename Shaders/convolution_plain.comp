// y[n, o, p] = bias[o] + sum over c, t of weights[o, c, t] x[n, c, place of tap t of pixel p], groups of channels apart.  (No subgroup operations.)
// x: [images, groups*channels, height, width]; weights: [groups*outputs, channels, taps]; y: [images, groups*outputs, pixels].
// A workgroup computes rowsOfGroup channels of local_size * 4 * COLUMNS pixels; a lane holds DEPTH taps of its pixels while the
// channels of y walk past, as in matrix_product_held. z: groups. Reference: Convolution.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#define PLAIN
#include "convolution.glsl"
