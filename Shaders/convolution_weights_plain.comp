// dw[o, c, t] = sum over n, p of dy[n, o, p] x[n, c, place of tap t of pixel p], or the part that some blocks of pixels give.  (No subgroup operations.)
// x: [images, groups*channels, height, width]; dy: [images, groups*outputs, pixels]; dw: [parts, groups*outputs, channels, taps].
// A workgroup computes rowsOfGroup channels of dy by local_size * 4 * COLUMNS taps; a lane holds the taps at DEPTH pixels while the
// channels of dy walk past. z: groups and parts of the pixels. Reference: ConvolutionWeights.reference.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#define PLAIN
#include "convolution_weights.glsl"
