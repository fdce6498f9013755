// Waits until all members of a gang (Sources/Vulkan/Gang.swift) are here: a barrier between devices that share memory.
// Words at 0, 16 and 32: members that have arrived, how often all have met, and whether nobody waits any more.
// One workgroup of one lane on each member. Reference: Mellor-Crummey & Scott 1991, the sense-reversing barrier.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "Parameters/recording_kernels.h"

layout(local_size_x_id = 0) in;
layout(push_constant) uniform Push { RendezvousParameters p; };
layout(std430, binding = 0) coherent buffer Meeting { uint words[]; };

const uint ARRIVED = 0u, MET = 16u, RELEASED = 32u;

void main() {
  uint before = atomicOr(words[MET], 0u);
  bool isLast = atomicAdd(words[ARRIVED], 1u) + 1u == p.members;
  if (isLast) {
    atomicExchange(words[ARRIVED], 0u);
    atomicAdd(words[MET], 1u);
  }
  while (atomicOr(words[MET], 0u) == before && atomicOr(words[RELEASED], 0u) == 0u) {}
}
