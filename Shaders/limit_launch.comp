// count[0] += 1.
// count: [1] uint32.
// One workgroup of one lane: next to nothing but the launch.
// Reference: none; `reprise bench limits` measures launches by it and looks at the count.
#version 450

layout(local_size_x_id = 0) in;
layout(std430, binding = 0) buffer Count { uint count[]; };

void main() { count[0]++; }
