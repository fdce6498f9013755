// arguments[i] = condition != 0 ? groups[i] : 0: workgroups of the dispatches of a segment that runs or doesn't.
// condition: [1]; groups, arguments: [count].
// A workgroup writes local_size words.
// Reference: Tests/TensorsTests/ConditionTests.swift.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/recording_kernels.h"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { ConditionalGroupsParameters p; };
layout(std430, binding = 0) readonly buffer Condition { uint condition[]; };
layout(std430, binding = 1) readonly buffer Groups { uint groups[]; };
layout(std430, binding = 2) writeonly buffer Arguments { uint arguments[]; };

void main() {
  uint index = gl_GlobalInvocationID.x;
  if (index >= p.count) return;
  arguments[index] = condition[p.conditionOffset] != 0u ? groups[index] : 0u;
}
