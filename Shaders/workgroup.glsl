// The number of a workgroup among those of Groups(over:), which has at most 65 535 along x. gl_NumWorkGroups would do, but a
// member of a gang (Sources/Vulkan/Gang.swift) runs a part of them and is told the part's number.
#ifndef REPRISE_WORKGROUP_GLSL
#define REPRISE_WORKGROUP_GLSL

uint workgroupNumber() { return gl_WorkGroupID.y * 65535u + gl_WorkGroupID.x; }

#endif
