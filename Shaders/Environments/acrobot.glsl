// Acrobot-v1: two links hang from a fixed joint; a torque at the joint between them swings the free end above a line.
// Source: Gymnasium, envs/classic_control/acrobot.py, after Sutton and Barto's book (1998) and its Java code.
// State: theta1, 0 hanging down, theta2 relative to the first link [rad], their rates [rad/s].
// Observation: cosine and sine of both angles, then the rates.
#ifndef REPRISE_ACROBOT_GLSL
#define REPRISE_ACROBOT_GLSL
#include "../trigonometry.glsl"

#define ACTION uint

const uint STATE_SIZE = 4u;
const uint OBSERVATION_SIZE = 6u;
const uint ACTION_SIZE = 1u;
const uint ACTION_COUNTS[ACTION_SIZE] = uint[](3u);
const uint MAXIMUM_STEPS = 500u;

// Gravity [m/s2], first link's length [m], masses [kg], centres of mass [m], moment of inertia [kg m2], largest rates
// [rad/s], torque [N m], time step [s]. The second link's length moves nothing.
const uint PARAMETER_COUNT = 11u;
const float DEFAULT_PARAMETERS[PARAMETER_COUNT] =
  float[](9.8, 1.0, 1.0, 1.0, 0.5, 0.5, 1.0, 12.5663706143592, 28.2743338823081, 1.0, 0.2);

void reset(out float state[STATE_SIZE], uvec4 random) {
  for (uint i = 0u; i < STATE_SIZE; i++) state[i] = uniformFloat(random[i]) * 0.2 - 0.1;
}

void observe(float state[STATE_SIZE], out float observation[OBSERVATION_SIZE]) {
  sineAndCosine(state[0], observation[1], observation[0]);
  sineAndCosine(state[1], observation[3], observation[2]);
  observation[4] = state[2];
  observation[5] = state[3];
}

// Rates and accelerations of a state.
vec4 derivative(vec4 state, float torque, float parameters[PARAMETER_COUNT]) {
  float gravity = parameters[0], length1 = parameters[1], mass1 = parameters[2], mass2 = parameters[3];
  float centre1 = parameters[4], centre2 = parameters[5], inertia = parameters[6];
  float sine1, cosine1, sine2, cosine2;
  sineAndCosine(state.x, sine1, cosine1);
  sineAndCosine(state.y, sine2, cosine2);
  float coupling = mass2 * length1 * centre2;
  float d1 = mass1 * centre1 * centre1 + mass2 * (length1 * length1 + centre2 * centre2) + 2.0 * coupling * cosine2
    + 2.0 * inertia;
  float d2 = mass2 * centre2 * centre2 + coupling * cosine2 + inertia;
  // cos(x - pi/2) is sin x.
  float phi2 = mass2 * centre2 * gravity * (sine1 * cosine2 + cosine1 * sine2);
  float phi1 = -coupling * state.w * (state.w + 2.0 * state.z) * sine2
    + (mass1 * centre1 + mass2 * length1) * gravity * sine1 + phi2;
  float ratio = d2 / d1;
  float angular2 = (torque + ratio * phi1 - coupling * state.z * state.z * sine2 - phi2)
    / (mass2 * centre2 * centre2 + inertia - d2 * ratio);
  return vec4(state.z, state.w, -(d2 * angular2 + phi1) / d1, angular2);
}

void step(
  inout float state[STATE_SIZE], uint action[ACTION_SIZE], float parameters[PARAMETER_COUNT], out float reward,
  out bool terminated
) {
  float torque = (float(action[0]) - 1.0) * parameters[9], timeStep = parameters[10];
  vec4 old = vec4(state[0], state[1], state[2], state[3]);
  // One step of Runge and Kutta's fourth order.
  vec4 slope = derivative(old, torque, parameters), sum = slope;
  slope = derivative(old + 0.5 * timeStep * slope, torque, parameters);
  sum += 2.0 * slope;
  slope = derivative(old + 0.5 * timeStep * slope, torque, parameters);
  sum += 2.0 * slope;
  slope = derivative(old + timeStep * slope, torque, parameters);
  sum += slope;
  vec4 following = old + timeStep / 6.0 * sum;
  state[0] = withinTurn(following.x);
  state[1] = withinTurn(following.y);
  state[2] = limited(following.z, -parameters[7], parameters[7]);
  state[3] = limited(following.w, -parameters[8], parameters[8]);
  terminated = -cosine(state[0]) - cosine(state[0] + state[1]) > 1.0;
  reward = terminated ? 0.0 : -1.0;
}

#endif
