// `steps` steps in `copies` environments under uniformly random actions.
// iteration: [1]; states: [state, copies]; totals (rewards, episodes, length of the running one): [3, copies].
// A workgroup steps local_size copies.
// Reference: Gymnasium's CartPole-v1 (Tests/Goldens/cartpole_*.safetensors).
#version 450
#extension GL_GOOGLE_include_directive : require
#include "random.glsl"
#include "Environments/cartpole.glsl"
#include "explore.glsl"
