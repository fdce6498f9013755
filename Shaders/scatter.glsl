// What the kernels that scatter share: the operation (0 puts, 1 adds) and the addition of words (TYPE 0 float32, 1 integers).
#ifndef REPRISE_SCATTER_GLSL
#define REPRISE_SCATTER_GLSL

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint TYPE = 0;
layout(constant_id = 2) const uint OPERATION = 0;
layout(push_constant) uniform Push { ScatterParameters p; };

uint sum(uint a, uint b) {
  return TYPE == 0u ? floatBitsToUint(uintBitsToFloat(a) + uintBitsToFloat(b)) : a + b;
}

#endif
