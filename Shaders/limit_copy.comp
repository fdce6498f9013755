// y[place] = x[place], four floats a lane; lanes of a span walk over the same window of memory again and again.
// x, y: [spans, WINDOW, 4] float32.
// A workgroup copies local_size places; SPAN is a multiple of WINDOW, both powers of two.
// Reference: none; `reprise bench limits` measures the bandwidth by it and compares x with y.
#version 450

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint WINDOW = 1;
layout(constant_id = 2) const uint SPAN = 1;
layout(std430, binding = 0) readonly buffer X { vec4 x[]; };
layout(std430, binding = 1) writeonly buffer Y { vec4 y[]; };

void main() {
  uint lane = gl_GlobalInvocationID.x;
  uint place = lane / SPAN * WINDOW + lane % WINDOW;
  y[place] = x[place];
}
