// Steps an environment on a Vulkan device that this program made and owns, with its allocation callbacks and debug messenger, and
// runs a policy on buffers of its own.
//
//   cc shared_device.c -I.build-library/reprise/include -L.build-library/reprise/lib -lreprise -lvulkan -lpthread -o shared_device
//   ./shared_device [policy.reprise [kernels.reprise]]
#include <pthread.h>
#include <reprise.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan.h>

// Each block has its size before it, so that all that is given back can be counted.
typedef struct {
  void *start;
  size_t size;
} Header;

static struct {
  pthread_mutex_t lock;
  long blocks, most;
} memory = {PTHREAD_MUTEX_INITIALIZER, 0, 0};

static void count(long change) {
  pthread_mutex_lock(&memory.lock);
  memory.blocks += change;
  if (memory.blocks > memory.most) memory.most = memory.blocks;
  pthread_mutex_unlock(&memory.lock);
}

static void *VKAPI_PTR allocate(void *user, size_t size, size_t alignment, VkSystemAllocationScope scope) {
  (void)user, (void)scope;
  if (alignment < sizeof(Header)) alignment = sizeof(Header);
  char *start = malloc(size + 2 * alignment);
  if (!start) return NULL;
  char *given = start + alignment + sizeof(Header);
  given -= (size_t)given % alignment;
  ((Header *)given)[-1] = (Header){start, size};
  count(1);
  return given;
}

static void VKAPI_PTR release(void *user, void *given) {
  (void)user;
  if (!given) return;
  free(((Header *)given)[-1].start);
  count(-1);
}

static void *VKAPI_PTR reallocate(
  void *user, void *old, size_t size, size_t alignment, VkSystemAllocationScope scope) {
  void *given = size ? allocate(user, size, alignment, scope) : NULL;
  if (old && given) {
    size_t kept = ((Header *)old)[-1].size;
    memcpy(given, old, kept < size ? kept : size);
  }
  if (given || !size) release(user, old);
  return given;
}

static VKAPI_ATTR VkBool32 VKAPI_CALL complain(
  VkDebugUtilsMessageSeverityFlagBitsEXT severity, VkDebugUtilsMessageTypeFlagsEXT type,
  const VkDebugUtilsMessengerCallbackDataEXT *data, void *complaints) {
  (void)severity, (void)type;
  fprintf(stderr, "Vulkan: %s\n", data->pMessage);
  ++*(int *)complaints;
  return VK_FALSE;
}

static void lock_queue(void *mutex) { pthread_mutex_lock(mutex); }
static void unlock_queue(void *mutex) { pthread_mutex_unlock(mutex); }

static int has_layer(const char *name) {
  uint32_t count = 0;
  vkEnumerateInstanceLayerProperties(&count, NULL);
  VkLayerProperties *layers = calloc(count + 1, sizeof *layers);
  vkEnumerateInstanceLayerProperties(&count, layers);
  int found = 0;
  for (uint32_t i = 0; i < count; i++) found |= !strcmp(layers[i].layerName, name);
  free(layers);
  return found;
}

static void check(VkResult result, const char *call) {
  if (result == VK_SUCCESS) return;
  fprintf(stderr, "shared_device: %s returned %d\n", call, result);
  exit(1);
}

// Steps 16 copies of Pendulum; the sum of their rewards in `sum`.
static reprise_result run(const reprise_host_device *host, double *sum) {
  reprise_device *device = NULL;
  reprise_environment *environment = NULL;
  float observations[16 * 3], rewards[16], actions[16] = {0};
  reprise_result result = reprise_device_share(host, NULL, &device);
  if (result == REPRISE_SUCCESS) result = reprise_environment_make(device, "pendulum", 16, 1, &environment);
  // The environment keeps what it needs.
  reprise_device_free(device);
  if (result == REPRISE_SUCCESS) result = reprise_environment_reset(environment, observations);
  for (int step = 0; result == REPRISE_SUCCESS && step < 50; step++) {
    result = reprise_environment_step(environment, actions, observations, NULL, rewards, NULL, NULL);
    for (int copy = 0; result == REPRISE_SUCCESS && copy < 16; copy++) *sum += rewards[copy];
  }
  reprise_environment_free(environment);
  return result;
}

// A buffer in memory that the host sees.
typedef struct {
  VkBuffer buffer;
  VkDeviceMemory memory;
  void *bytes;
} Place;

static Place make_place(VkPhysicalDevice physical, VkDevice device, uint64_t size) {
  Place place = {0};
  VkBufferCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
    .size = size,
    .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT};
  check(vkCreateBuffer(device, &info, NULL, &place.buffer), "vkCreateBuffer");
  VkMemoryRequirements needed;
  vkGetBufferMemoryRequirements(device, place.buffer, &needed);
  VkPhysicalDeviceMemoryProperties memory;
  vkGetPhysicalDeviceMemoryProperties(physical, &memory);
  VkMemoryPropertyFlags wanted = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  uint32_t type = 0;
  while (!(needed.memoryTypeBits & 1u << type) || (memory.memoryTypes[type].propertyFlags & wanted) != wanted) type++;
  VkMemoryAllocateInfo allocation = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = needed.size, .memoryTypeIndex = type};
  check(vkAllocateMemory(device, &allocation, NULL, &place.memory), "vkAllocateMemory");
  check(vkBindBufferMemory(device, place.buffer, place.memory, 0), "vkBindBufferMemory");
  check(vkMapMemory(device, place.memory, 0, VK_WHOLE_SIZE, 0, &place.bytes), "vkMapMemory");
  return place;
}

static void free_place(VkDevice device, Place place) {
  vkDestroyBuffer(device, place.buffer, NULL);
  vkFreeMemory(device, place.memory, NULL);
}

// Runs a policy on memory of the host, then on buffers; `same` becomes whether both gave the same.
static reprise_result run_policy(const reprise_host_device *host, const char *path, int *same) {
  reprise_device *device = NULL;
  reprise_program *program = NULL;
  reprise_tensor_info input, output;
  reprise_result result = reprise_device_share(host, NULL, &device);
  if (result == REPRISE_SUCCESS) result = reprise_program_load(device, path, &program);
  reprise_device_free(device);
  if (result == REPRISE_SUCCESS) result = reprise_program_input(program, 0, &input);
  if (result == REPRISE_SUCCESS) result = reprise_program_output(program, 0, &output);
  if (result != REPRISE_SUCCESS) {
    reprise_program_free(program);
    return result;
  }
  Place from = make_place(host->physical_device, host->device, input.bytes);
  Place to = make_place(host->physical_device, host->device, output.bytes + 64);
  for (uint64_t i = 0; i < input.bytes / 4; i++) ((float *)from.bytes)[i] = (float)i * 0.01f - 0.1f;
  void *expected = calloc(1, output.bytes);
  const void *inputs[] = {from.bytes};
  void *outputs[] = {expected};
  reprise_buffer in = {from.buffer, 0}, out = {to.buffer, 64};
  result = reprise_program_run(program, inputs, outputs);
  if (result == REPRISE_SUCCESS) result = reprise_program_run_buffers(program, &in, &out);
  *same = !memcmp(expected, (char *)to.bytes + 64, output.bytes);
  free(expected);
  free_place(host->device, from);
  free_place(host->device, to);
  reprise_program_free(program);
  return result;
}

int main(int argc, char **argv) {
  VkAllocationCallbacks callbacks = {
    .pfnAllocation = allocate, .pfnReallocation = reallocate, .pfnFree = release};
  int complaints = 0;
  const char *layer = "VK_LAYER_KHRONOS_validation", *extension = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;
  int validates = has_layer(layer);
  VkDebugUtilsMessengerCreateInfoEXT messages = {
    .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
    .messageSeverity =
      VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
    .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
    .pfnUserCallback = complain,
    .pUserData = &complaints};
  VkApplicationInfo application = {
    .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_2};
  VkInstanceCreateInfo instance_info = {
    .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
    .pApplicationInfo = &application,
    .enabledLayerCount = validates,
    .ppEnabledLayerNames = &layer,
    .enabledExtensionCount = validates,
    .ppEnabledExtensionNames = &extension};
  VkInstance instance;
  check(vkCreateInstance(&instance_info, NULL, &instance), "vkCreateInstance");
  VkDebugUtilsMessengerEXT messenger = VK_NULL_HANDLE;
  if (validates) {
    PFN_vkCreateDebugUtilsMessengerEXT create =
      (PFN_vkCreateDebugUtilsMessengerEXT)vkGetInstanceProcAddr(instance, "vkCreateDebugUtilsMessengerEXT");
    check(create(instance, &messages, NULL, &messenger), "vkCreateDebugUtilsMessengerEXT");
  }

  uint32_t one = 1;
  VkPhysicalDevice physical;
  VkResult listed = vkEnumeratePhysicalDevices(instance, &one, &physical);
  if (listed != VK_INCOMPLETE) check(listed, "vkEnumeratePhysicalDevices");
  float priority = 1.0f;
  VkDeviceQueueCreateInfo queue_info = {
    .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
    .queueFamilyIndex = 0,
    .queueCount = 1,
    .pQueuePriorities = &priority};
  VkPhysicalDeviceVulkan12Features features = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES, .timelineSemaphore = VK_TRUE};
  VkDeviceCreateInfo device_info = {
    .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
    .pNext = &features,
    .queueCreateInfoCount = 1,
    .pQueueCreateInfos = &queue_info};
  VkDevice device;
  VkQueue queue;
  check(vkCreateDevice(physical, &device_info, NULL, &device), "vkCreateDevice");
  vkGetDeviceQueue(device, 0, 0, &queue);

  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  reprise_host_device host = {
    .instance = instance,
    .physical_device = physical,
    .device = device,
    .queue = queue,
    .queue_family = 0,
    .get_instance_proc_addr = (void (*)(void))vkGetInstanceProcAddr,
    .allocation_callbacks = &callbacks,
    .lock_queue = lock_queue,
    .unlock_queue = unlock_queue,
    .context = &mutex};
  double sum = 0.0;
  int same = 1;
  reprise_result result = argc > 2 ? reprise_load_kernels(argv[2]) : REPRISE_SUCCESS;
  if (result == REPRISE_SUCCESS) result = run(&host, &sum);
  if (result == REPRISE_SUCCESS && argc > 1) {
    result = run_policy(&host, argv[1], &same);
    if (result == REPRISE_SUCCESS) printf("on buffers the policy gives %s\n", same ? "the same" : "something else");
  }
  if (result == REPRISE_SUCCESS)
    printf(
      "rewards %.3f, at most %ld blocks of the host's memory, %ld left, %d complaints%s\n", sum, memory.most,
      memory.blocks, complaints, validates ? "" : " (there is no validation layer)");
  else
    fprintf(stderr, "shared_device: %s\n", reprise_error_message());

  vkDestroyDevice(device, NULL);
  if (messenger) {
    PFN_vkDestroyDebugUtilsMessengerEXT destroy =
      (PFN_vkDestroyDebugUtilsMessengerEXT)vkGetInstanceProcAddr(instance, "vkDestroyDebugUtilsMessengerEXT");
    destroy(instance, messenger, NULL);
  }
  vkDestroyInstance(instance, NULL);
  return result != REPRISE_SUCCESS || !same || memory.blocks != 0 || complaints != 0;
}
