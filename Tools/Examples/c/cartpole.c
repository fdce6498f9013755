// Trains PPO on CartPole through libreprise, saves the policy's weights, and steps an environment of its own.
//
//   cc cartpole.c -I.build-library/reprise/include -L.build-library/reprise/lib -lreprise -o cartpole
//   ./cartpole weights.safetensors [kernels.reprise]
#include <reprise.h>
#include <stdio.h>
#include <stdlib.h>

// Prints an iteration now and then; what it returns says whether to go on.
static int show(void *context, const reprise_progress *progress) {
  double *last_return = context;
  if (progress->episodes > 0) *last_return = progress->return_mean;
  if (progress->iteration % 8 == 0 || progress->iteration == progress->iterations) {
    printf("%8llu steps  return %6.1f", (unsigned long long)progress->steps, *last_return);
    for (uint32_t i = 0; i < progress->metric_count && i < 2; i++)
      printf("  %s %.3f", progress->metric_names[i], progress->metric_values[i]);
    printf("\n");
  }
  return 1;
}

// Steps four copies, each pushed towards the side to which its pole falls.
static reprise_result balance(reprise_device *device) {
  enum { COPIES = 4, STEPS = 100, OBSERVATION = 4 };
  reprise_environment *environment = NULL;
  reprise_result result = reprise_environment_make(device, "cartpole", COPIES, 7, &environment);
  float seen[COPIES * OBSERVATION];
  if (result == REPRISE_SUCCESS) result = reprise_environment_reset(environment, seen);
  int ended = 0;
  for (int step = 0; result == REPRISE_SUCCESS && step < STEPS; step++) {
    int32_t actions[COPIES];
    uint8_t terminated[COPIES];
    for (int copy = 0; copy < COPIES; copy++)
      actions[copy] = seen[copy * OBSERVATION + 2] + seen[copy * OBSERVATION + 3] > 0.0f;
    result = reprise_environment_step(environment, actions, seen, NULL, NULL, terminated, NULL);
    for (int copy = 0; copy < COPIES; copy++) ended += terminated[copy];
  }
  if (result == REPRISE_SUCCESS) printf("%d steps of %d poles, %d fell\n", STEPS, COPIES, ended);
  reprise_environment_free(environment);
  return result;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: cartpole WEIGHTS.safetensors [KERNELS.reprise]\n");
    return 64;
  }
  reprise_device *device = NULL;
  reprise_training *training = NULL;
  const char *settings[] = {"steps=50000", "seed=1"};
  double last_return = 0.0;
  reprise_result result = argc > 2 ? reprise_load_kernels(argv[2]) : REPRISE_SUCCESS;
  if (result == REPRISE_SUCCESS) result = reprise_device_open(NULL, NULL, &device);
  if (result == REPRISE_SUCCESS) {
    printf("on %s\n", reprise_device_name(device));
    result = reprise_training_make(device, "ppo", "cartpole", settings, 2, &training);
  }
  if (result == REPRISE_SUCCESS) result = reprise_training_run(training, show, &last_return);
  if (result == REPRISE_SUCCESS) result = reprise_training_save(training, argv[1]);
  if (result == REPRISE_SUCCESS) result = balance(device);
  if (result != REPRISE_SUCCESS) fprintf(stderr, "cartpole: %s\n", reprise_error_message());
  reprise_training_free(training);
  reprise_device_free(device);
  return result == REPRISE_SUCCESS ? 0 : 1;
}
