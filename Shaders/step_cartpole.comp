// One step of each of `copies` environments with given actions, no reset: for parity tests and step-by-step use.
// states, nextStates: [copies, state]; actions, terminated: [copies]; rewards: [copies].
// A workgroup steps local_size copies.
// Reference: Gymnasium's CartPole-v1 (Tests/Goldens/cartpole_*.safetensors).
#version 450
#extension GL_GOOGLE_include_directive : require
#include "random.glsl"
#include "Environments/cartpole.glsl"
#include "step.glsl"
