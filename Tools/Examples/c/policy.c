// Runs a policy that `reprise export` wrote in an environment, both through libreprise; nothing is compiled.
//
//   cc policy.c -I.build-library/reprise/include -L.build-library/reprise/lib -lreprise -o policy
//   reprise export runs/cartpole --batch 8 -o cartpole.reprise
//   ./policy cartpole.reprise [kernels.reprise]
#include <reprise.h>
#include <stdio.h>
#include <stdlib.h>

#define COPIES 8  // those of --batch

// Prints what the file asks for; 0 where it is no policy for so many copies.
static int describe(const reprise_program *program) {
  reprise_tensor_info input, output;
  if (reprise_program_input_count(program) != 1 || reprise_program_output_count(program) != 1) return 0;
  if (reprise_program_input(program, 0, &input) || reprise_program_output(program, 0, &output)) return 0;
  printf(
    "%s on %s: %s [%llu, %llu] to %s\n", reprise_program_metadata(program, "algorithm"),
    reprise_program_metadata(program, "environment"), input.name, (unsigned long long)input.shape[0],
    (unsigned long long)input.shape[1], output.name);
  return input.shape[0] == COPIES && output.type != REPRISE_FLOAT16;
}

// Steps each copy until its first episode ends; the mean of their lengths in `mean`.
static reprise_result play(reprise_program *program, reprise_environment *environment, double *mean) {
  reprise_environment_info info;
  reprise_environment_describe(environment, &info);
  float *observations = calloc(COPIES * info.observation_size, sizeof *observations);
  uint32_t *actions = calloc(COPIES * info.action_size, sizeof *actions);
  uint8_t terminated[COPIES], truncated[COPIES], ended[COPIES] = {0};
  unsigned steps = 0;
  reprise_result result = reprise_environment_reset(environment, observations);
  for (uint32_t step = 0; result == REPRISE_SUCCESS && step < info.maximum_steps; step++) {
    const void *inputs[] = {observations};
    void *outputs[] = {actions};
    result = reprise_program_run(program, inputs, outputs);
    if (result == REPRISE_SUCCESS)
      result = reprise_environment_step(environment, actions, observations, NULL, NULL, terminated, truncated);
    for (int copy = 0; result == REPRISE_SUCCESS && copy < COPIES; copy++) {
      steps += !ended[copy];
      ended[copy] |= terminated[copy] | truncated[copy];
    }
  }
  *mean = (double)steps / COPIES;
  free(observations);
  free(actions);
  return result;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: policy POLICY.reprise [KERNELS.reprise]\n");
    return 64;
  }
  reprise_device *device = NULL;
  reprise_program *program = NULL;
  reprise_environment *environment = NULL;
  double mean = 0.0;
  int fits = 1;
  reprise_result result = argc > 2 ? reprise_load_kernels(argv[2]) : REPRISE_SUCCESS;
  if (result == REPRISE_SUCCESS) result = reprise_device_open(NULL, NULL, &device);
  if (result == REPRISE_SUCCESS) result = reprise_program_load(device, argv[1], &program);
  if (result == REPRISE_SUCCESS) fits = describe(program);
  if (result == REPRISE_SUCCESS && fits)
    result = reprise_environment_make(
      device, reprise_program_metadata(program, "environment"), COPIES, 1, &environment);
  if (result == REPRISE_SUCCESS && fits) result = play(program, environment, &mean);
  if (!fits)
    fprintf(stderr, "policy: %s is no policy for %d copies\n", argv[1], COPIES);
  else if (result != REPRISE_SUCCESS)
    fprintf(stderr, "policy: %s\n", reprise_error_message());
  else
    printf("mean length of the first episodes: %.2f steps\n", mean);
  reprise_environment_free(environment);
  reprise_program_free(program);
  reprise_device_free(device);
  return result == REPRISE_SUCCESS && fits ? 0 : 1;
}
