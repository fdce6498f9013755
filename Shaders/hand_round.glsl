// One load serves a whole subgroup: each lane brings an element, and broadcasts hand them round.
// With PLAIN defined, for devices without subgroup operations, each lane brings the one element that it wants.
#ifndef REPRISE_HAND_ROUND_GLSL
#define REPRISE_HAND_ROUND_GLSL

#ifdef PLAIN
#define handRound(value, lane) (value)
#define handedLane(count) 0u
#else
#define handRound(value, lane) subgroupBroadcast(value, lane)
#define handedLane(count) (gl_SubgroupInvocationID % (count))
#endif

#endif
