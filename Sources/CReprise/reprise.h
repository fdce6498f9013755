// Reprise for C, and for everything that speaks C: policies and models that were exported, environments, training.
//
// Errors: functions that can fail return a reprise_result; where that is not REPRISE_SUCCESS nothing was made, what outputs hold is
// open, and reprise_error_message says in a sentence what was found and what was expected. The library never exits, throws or
// installs signal handlers, and prints nothing but, with REPRISE_VALIDATION=1, what validation finds on a device of its own.
//
// Threads: all functions may be called from any thread, and different objects from several threads at once, also those of one
// device. Calls for one program or environment take turns; none may run while the object is freed. A training runs or saves: while
// it does, other calls for it fail, those of its own callback too.
//
// Lifetimes: an object keeps what it was made from alive, so there is no order in which things must be freed. Freeing null does
// nothing. A host's Vulkan objects (reprise_device_share) and its allocation callbacks have to outlive all that was made from them.
#ifndef REPRISE_H
#define REPRISE_H
#include <stddef.h>
#include <stdint.h>

#if !defined(__clang__)
#define _Nonnull
#define _Nullable
#endif
#ifdef __cplusplus
extern "C" {
#endif

// The version that this header is of, packed as Vulkan does; a library of the same major and minor version fits.
#define REPRISE_VERSION ((uint32_t)(0u << 22 | 1u << 12 | 0u))

typedef enum reprise_result {
  REPRISE_SUCCESS = 0,
  REPRISE_ERROR_ARGUMENT = 1,  // an argument or setting can't be used; an environment's file is one
  REPRISE_ERROR_FILE = 2,      // a file can't be read or written, is damaged, or holds something else
  REPRISE_ERROR_DEVICE = 3,    // no such device, or it lacks something, or a call to Vulkan failed
  REPRISE_ERROR_MEMORY = 4,    // the device has not enough memory
  REPRISE_ERROR_KERNEL = 5,    // a kernel is in no bundle that was loaded, and the library has no compiler
  REPRISE_ERROR_TRAINING = 6,  // weights or an environment became infinite or not a number
  REPRISE_ERROR_OTHER = 7
} reprise_result;

typedef struct reprise_device reprise_device;
typedef struct reprise_program reprise_program;
typedef struct reprise_environment reprise_environment;
typedef struct reprise_training reprise_training;

// The version of the library, as REPRISE_VERSION.
uint32_t reprise_version(void);

// Why the last call of this thread that failed did so; "" before the first. It is good until this thread's next call that fails.
const char *_Nonnull reprise_error_message(void);

// ---- Devices

typedef struct reprise_device_info {
  char name[256];
  char driver[256];
  char uuid[40];
  uint32_t is_cpu;     // whether it is software on the CPU
  uint32_t is_usable;  // whether it has what Reprise needs
} reprise_device_info;

// The devices of this machine. With `infos` null, `count` becomes their number; else at most `count` are written, and `count`
// becomes how many were.
reprise_result reprise_list_devices(reprise_device_info *_Nullable infos, uint32_t *_Nonnull count);

// Opens a device: "best", "cpu", its number, part of its name, or its UUID; null for $REPRISE_DEVICE, else the best.
// `cache` is a folder for compiled pipelines; null for $REPRISE_CACHE, else ~/.cache/reprise.
reprise_result reprise_device_open(
  const char *_Nullable selection, const char *_Nullable cache, reprise_device *_Nullable *_Nonnull device);

// Vulkan objects that the host program owns. The device has to be of Vulkan 1.2 and have the feature timelineSemaphore.
typedef struct reprise_host_device {
  void *_Nonnull instance;         // VkInstance
  void *_Nonnull physical_device;  // VkPhysicalDevice
  void *_Nonnull device;           // VkDevice
  void *_Nonnull queue;            // VkQueue
  uint32_t queue_family;           // one that computes
  // Whether the device was made with these; each is used where it is there.
  uint32_t buffer_device_address, subgroup_size_control, compute_full_subgroups, memory_budget;
  void (*_Nullable get_instance_proc_addr)(void);     // PFN_vkGetInstanceProcAddr; null takes libvulkan.so.1's
  const void *_Nullable allocation_callbacks;          // const VkAllocationCallbacks *, which has to outlive the device too
  void (*_Nullable lock_queue)(void *_Nullable context);    // called around each use of the queue; must not call this library
  void (*_Nullable unlock_queue)(void *_Nullable context);
  void *_Nullable context;
} reprise_host_device;

// Works on a device of the host program.
reprise_result reprise_device_share(
  const reprise_host_device *_Nonnull host, const char *_Nullable cache, reprise_device *_Nullable *_Nonnull device);

// The device's name, good as long as the device.
const char *_Nonnull reprise_device_name(const reprise_device *_Nonnull device);

void reprise_device_free(reprise_device *_Nullable device);

// Makes the kernels of a bundle known that `reprise-glslc plan` made: environments and training need them, programs don't.
reprise_result reprise_load_kernels(const char *_Nonnull path);

// ---- Programs: policies and models that `reprise export` wrote. They need no kernels beside their own, and compile nothing.

typedef enum reprise_type { REPRISE_FLOAT32 = 0, REPRISE_INT32 = 1, REPRISE_UINT32 = 2, REPRISE_BOOL32 = 3, REPRISE_FLOAT16 = 4 } reprise_type;

// An input or output: `rank` sizes, and all of its elements in bytes, row-major; four bytes each, of float16 two.
typedef struct reprise_tensor_info {
  char name[64];
  reprise_type type;
  uint32_t rank;
  uint64_t shape[8];
  uint64_t bytes;
} reprise_tensor_info;

reprise_result reprise_program_load(
  reprise_device *_Nonnull device, const char *_Nonnull path, reprise_program *_Nullable *_Nonnull program);

uint32_t reprise_program_input_count(const reprise_program *_Nonnull program);
uint32_t reprise_program_output_count(const reprise_program *_Nonnull program);
reprise_result reprise_program_input(
  const reprise_program *_Nonnull program, uint32_t index, reprise_tensor_info *_Nonnull info);
reprise_result reprise_program_output(
  const reprise_program *_Nonnull program, uint32_t index, reprise_tensor_info *_Nonnull info);

// What the file says of itself, such as "environment"; null for a key that it lacks. Good as long as the program.
const char *_Nullable reprise_program_metadata(const reprise_program *_Nonnull program, const char *_Nonnull key);

// Runs it once on memory of the host: a pointer for each input and each output, in their order. Waits.
reprise_result reprise_program_run(
  reprise_program *_Nonnull program, const void *_Nonnull const *_Nonnull inputs, void *_Nonnull const *_Nonnull outputs);

// A place in a VkBuffer on a device that is shared.
typedef struct reprise_buffer {
  void *_Nonnull buffer;  // VkBuffer, with VK_BUFFER_USAGE_TRANSFER_SRC_BIT for inputs and _DST_BIT for outputs
  uint64_t offset;        // bytes
} reprise_buffer;

// The same on buffers of the host program, which are copied from and to on the device: what compute shaders, copies and the host
// wrote in work that was submitted to the queue before is seen, and when the call returns the outputs are there. The places have
// to lie within their buffers.
reprise_result reprise_program_run_buffers(
  reprise_program *_Nonnull program, const reprise_buffer *_Nonnull inputs, const reprise_buffer *_Nonnull outputs);

void reprise_program_free(reprise_program *_Nullable program);

// ---- Environments

typedef struct reprise_environment_info {
  char name[64];
  uint32_t observation_size;   // floats
  uint32_t action_size;        // components: floats of a box, else int32_t
  uint32_t is_box;             // whether actions are floats within bounds
  uint32_t maximum_steps;      // after which an episode is truncated
  float action_low[64], action_high[64];  // of a box
  uint32_t action_counts[64];             // choices of each component, where it is no box
} reprise_environment_info;

// Copies of an environment that Reprise brings ("cartpole", …) or of a file of `reprise-glslc environment`, stepped side by side.
reprise_result reprise_environment_make(
  reprise_device *_Nonnull device, const char *_Nonnull name, uint32_t copies, uint64_t seed,
  reprise_environment *_Nullable *_Nonnull environment);

void reprise_environment_describe(
  const reprise_environment *_Nonnull environment, reprise_environment_info *_Nonnull info);

// Begins a first episode of each copy; observations: [copies, observation_size].
reprise_result reprise_environment_reset(reprise_environment *_Nonnull environment, float *_Nonnull observations);

// Steps each copy once; those whose episode ends begin anew, and `observations` are then the first of the next. Each pointer but
// those of actions and observations may be null. actions: [copies, action_size] of int32_t, or of float for a box, held in bounds.
// final_observations: as observations, before any new beginning. rewards, terminated, truncated: [copies].
reprise_result reprise_environment_step(
  reprise_environment *_Nonnull environment, const void *_Nonnull actions, float *_Nonnull observations,
  float *_Nullable final_observations, float *_Nullable rewards, uint8_t *_Nullable terminated,
  uint8_t *_Nullable truncated);

void reprise_environment_free(reprise_environment *_Nullable environment);

// ---- Training

// What an iteration came to.
typedef struct reprise_progress {
  uint64_t iteration, iterations;  // done, and of the whole run
  uint64_t steps;                  // of the environment, over all copies
  uint64_t episodes;               // that ended in this iteration
  double seconds, steps_per_second;
  double return_mean, length_mean;  // of those episodes; not a number where none ended
  uint32_t metric_count;
  const char *_Nonnull const *_Nullable metric_names;  // good during the call, as are the values
  const double *_Nullable metric_values;
} reprise_progress;

// Called for each iteration in order, on the thread that trains, while later ones run; 0 ends training after those under way.
typedef int (*reprise_progress_callback)(void *_Nullable context, const reprise_progress *_Nonnull progress);

// Prepares a run of "ppo", "dqn", "sac" or "td3". `settings` are "name=value", as `reprise train` takes them; the recipe for the
// algorithm and the environment is what they stand over.
reprise_result reprise_training_make(
  reprise_device *_Nonnull device, const char *_Nonnull algorithm, const char *_Nonnull environment,
  const char *_Nonnull const *_Nullable settings, uint32_t setting_count,
  reprise_training *_Nullable *_Nonnull training);

// Trains to the end of the run, or until `progress`, which may be null, returns 0. It runs once.
reprise_result reprise_training_run(
  reprise_training *_Nonnull training, reprise_progress_callback _Nullable progress, void *_Nullable context);

// Writes a checkpoint (safetensors, weights under PyTorch's names).
reprise_result reprise_training_save(reprise_training *_Nonnull training, const char *_Nonnull path);

void reprise_training_free(reprise_training *_Nullable training);

#ifdef __cplusplus
}
#endif
#endif
