// Runs a policy that `reprise export` wrote, on any Vulkan 1.2 device, without Reprise:
//   cc -std=c11 -O2 player.c -lvulkan -o player
//   ./player policy.reprise [DEVICE] < observations
// Each line of standard input is an observation; a line of its action is written for each. A file of a larger batch is run
// whenever so many lines have come, or none come any more.
//
// Its manifest is PlanManifest in Sources/Recording. All lengths are checked; what a kernel does is not, so run files of people
// you trust, as with any program.
#include <vulkan/vulkan.h>

#include "bundle.h"

// ---- The device.

typedef struct {
  VkInstance instance;
  VkPhysicalDevice physical;
  VkPhysicalDeviceLimits limits;
  VkDevice device;
  VkQueue queue;
  uint32_t family;
  VkBuffer buffer;
  VkDeviceMemory memory;
  uint8_t *mapped;
  uint64_t *starts, *sizes;  // of the manifest's buffers, in `buffer`
  size_t buffers, dispatches, made;
  VkDescriptorPool descriptors;
  VkDescriptorSetLayout *sets;
  VkPipelineLayout *layouts;
  VkPipeline *pipelines;
  VkCommandPool pool;
  VkCommandBuffer commands;
  VkFence fence;
} Player;

static bool ok(VkResult result, const char *call) {
  return result == VK_SUCCESS || fail("%s gave VkResult %d", call, (int)result);
}

static bool open_device(Player *player, const Bundle *bundle, uint32_t index) {
  VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_2};
  VkInstanceCreateInfo instance = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &application};
  if (!ok(vkCreateInstance(&instance, NULL, &player->instance), "vkCreateInstance")) return false;
  VkPhysicalDevice found[16];
  uint32_t count = 16;
  VkResult listed = vkEnumeratePhysicalDevices(player->instance, &count, found);
  if (listed != VK_INCOMPLETE && !ok(listed, "vkEnumeratePhysicalDevices")) return false;
  if (index >= count) return fail("there is no Vulkan device %u; there are %u", index, count);
  player->physical = found[index];
  VkPhysicalDeviceSubgroupProperties subgroup = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES};
  VkPhysicalDeviceProperties2 properties = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &subgroup};
  vkGetPhysicalDeviceProperties2(player->physical, &properties);
  player->limits = properties.properties.limits;
  uint64_t lanes;
  if (!number(&bundle->json, member(&bundle->json, bundle->contents, "subgroupSize"), "subgroupSize", 128, &lanes)) return false;
  // At most 8, so that devices that choose sizes shader by shader have them too.
  if (lanes > 0 && (subgroup.subgroupSize < lanes || !(subgroup.supportedOperations & VK_SUBGROUP_FEATURE_BALLOT_BIT)))
    return fail("it needs subgroups of %llu lanes, which %s lacks", (unsigned long long)lanes, properties.properties.deviceName);
  VkQueueFamilyProperties families[16];
  count = 16;
  vkGetPhysicalDeviceQueueFamilyProperties(player->physical, &count, families);
  while (player->family < count && !(families[player->family].queueFlags & VK_QUEUE_COMPUTE_BIT)) player->family++;
  if (player->family == count) return fail("%s computes nothing", properties.properties.deviceName);
  VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueFamilyIndex = player->family,
                                   .queueCount = 1, .pQueuePriorities = &(float){1}};
  VkDeviceCreateInfo device = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .queueCreateInfoCount = 1, .pQueueCreateInfos = &queue};
  if (!ok(vkCreateDevice(player->physical, &device, NULL, &player->device), "vkCreateDevice")) return false;
  vkGetDeviceQueue(player->device, player->family, 0, &player->queue);
  return true;
}

// One VkBuffer for all, which the host sees; zeros but for what the file has.
static bool make_memory(Player *player, const Bundle *bundle) {
  const Json *json = &bundle->json;
  size_t list = member(json, bundle->contents, "buffers");
  player->buffers = length_of(json, list);
  if (!player->buffers) return fail("it has no buffers");
  player->starts = calloc(player->buffers, sizeof *player->starts);
  player->sizes = calloc(player->buffers, sizeof *player->sizes);
  if (!player->starts || !player->sizes) return fail("there is no memory for %zu buffers", player->buffers);
  uint64_t total = ALIGNMENT;
  for (size_t i = 0; i < player->buffers; i++) {
    player->starts[i] = total - ALIGNMENT;
    if (!number(json, member(json, element(json, list, i), "bytes"), "buffer", UINT32_MAX, &player->sizes[i])) return false;
    total += (player->sizes[i] + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
  VkBufferCreateInfo buffer = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = total, .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT};
  if (!ok(vkCreateBuffer(player->device, &buffer, NULL, &player->buffer), "vkCreateBuffer")) return false;
  VkMemoryRequirements needed;
  vkGetBufferMemoryRequirements(player->device, player->buffer, &needed);
  VkPhysicalDeviceMemoryProperties memory;
  vkGetPhysicalDeviceMemoryProperties(player->physical, &memory);
  VkMemoryPropertyFlags wanted = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  uint32_t type = 0;
  while (type < memory.memoryTypeCount
         && (!(needed.memoryTypeBits >> type & 1) || (memory.memoryTypes[type].propertyFlags & wanted) != wanted))
    type++;
  if (type == memory.memoryTypeCount) return fail("the device has no memory that the host sees");
  VkMemoryAllocateInfo allocation = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = needed.size, .memoryTypeIndex = type};
  void *mapped;
  if (!ok(vkAllocateMemory(player->device, &allocation, NULL, &player->memory), "vkAllocateMemory")
      || !ok(vkBindBufferMemory(player->device, player->buffer, player->memory, 0), "vkBindBufferMemory")
      || !ok(vkMapMemory(player->device, player->memory, 0, VK_WHOLE_SIZE, 0, &mapped), "vkMapMemory"))
    return false;
  player->mapped = mapped;
  memset(mapped, 0, total);
  for (size_t i = 0; i < player->buffers; i++) {
    size_t entry = element(json, list, i), name = member(json, entry, "data");
    uint64_t size, offset;
    if (!name) continue;
    const uint8_t *bytes = part(bundle, "data", name, &size);
    if (!bytes || !number(json, member(json, entry, "dataOffset"), "dataOffset", player->sizes[i], &offset)) return false;
    if (size > player->sizes[i] - offset) return fail("the data of buffer %zu is longer than it", i);
    memcpy(player->mapped + player->starts[i] + offset, bytes, size);
  }
  return true;
}

// ---- The commands.

static void barrier(Player *player) {
  VkMemoryBarrier memory = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                            .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_HOST_WRITE_BIT,
                            .dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_HOST_READ_BIT};
  VkPipelineStageFlags stages = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_HOST_BIT;
  vkCmdPipelineBarrier(player->commands, stages, stages, 0, 1, &memory, 0, NULL, 0, NULL);
}

static bool words(const Json *json, size_t list, const char *what, uint32_t *result, uint32_t *count) {
  size_t length = length_of(json, list);
  if (length > 64) return fail("a dispatch has %zu %s; expected 64 at most", length, what);
  for (size_t i = 0; i < length; i++) {
    uint64_t word;
    if (!number(json, element(json, list, i), what, UINT32_MAX, &word)) return false;
    result[i] = (uint32_t)word;
  }
  *count = (uint32_t)length;
  return true;
}

// Makes what a dispatch needs, and records it.
static bool record_dispatch(Player *player, const Bundle *bundle, size_t dispatch) {
  const Json *json = &bundle->json;
  uint32_t constants[64], parameters[64], groups[64], constant_count, parameter_count, group_count;
  size_t list = member(json, dispatch, "bindings"), count = length_of(json, list), self = player->made;
  if (!words(json, member(json, dispatch, "specialization"), "specialization constants", constants, &constant_count)
      || !words(json, member(json, dispatch, "parameters"), "push constants", parameters, &parameter_count)
      || !words(json, member(json, dispatch, "groups"), "workgroups", groups, &group_count))
    return false;
  const uint32_t *most = player->limits.maxComputeWorkGroupCount;
  if (group_count != 3 || groups[0] > most[0] || groups[1] > most[1] || groups[2] > most[2]
      || 4 * parameter_count > player->limits.maxPushConstantsSize || count > 64
      || count > player->limits.maxPerStageDescriptorStorageBuffers)
    return fail("dispatch %zu is more than the device runs", self);
  VkDescriptorBufferInfo infos[64];
  VkDescriptorSetLayoutBinding bindings[64];
  for (size_t i = 0; i < count; i++) {
    uint64_t buffer, offset, bytes;
    size_t binding = element(json, list, i);
    if (!number(json, member(json, binding, "buffer"), "binding's buffer", player->buffers - 1, &buffer)
        || !number(json, member(json, binding, "offset"), "binding's offset", player->sizes[buffer], &offset)
        || !number(json, member(json, binding, "bytes"), "binding's bytes", player->sizes[buffer] - offset, &bytes))
      return false;
    if (offset % ALIGNMENT || !bytes || bytes > player->limits.maxStorageBufferRange)
      return fail("dispatch %zu binds what the device can't", self);
    infos[i] = (VkDescriptorBufferInfo){player->buffer, player->starts[buffer] + offset, bytes};
    bindings[i] = (VkDescriptorSetLayoutBinding){(uint32_t)i, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, VK_SHADER_STAGE_COMPUTE_BIT, NULL};
  }
  uint64_t size;
  const uint8_t *code = part(bundle, "kernels", member(json, dispatch, "kernel"), &size);
  if (!code) return false;
  if (size < 24 || size % 4 || little_endian(code, 4) != 0x07230203) return fail("a kernel is no SPIR-V");
  player->made++;  // From here on close_player destroys what there is.
  VkDescriptorSetLayoutCreateInfo set_info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = (uint32_t)count, .pBindings = bindings};
  if (!ok(vkCreateDescriptorSetLayout(player->device, &set_info, NULL, &player->sets[self]), "vkCreateDescriptorSetLayout")) return false;
  VkPushConstantRange range = {VK_SHADER_STAGE_COMPUTE_BIT, 0, 4 * parameter_count};
  VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = 1, .pSetLayouts = &player->sets[self],
                                       .pushConstantRangeCount = parameter_count > 0, .pPushConstantRanges = &range};
  if (!ok(vkCreatePipelineLayout(player->device, &layout, NULL, &player->layouts[self]), "vkCreatePipelineLayout")) return false;
  // The bundle's parts begin at multiples of 4 of memory that malloc aligned.
  VkShaderModuleCreateInfo module_info = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = size, .pCode = (const uint32_t *)(const void *)code};
  VkShaderModule module;
  if (!ok(vkCreateShaderModule(player->device, &module_info, NULL, &module), "vkCreateShaderModule")) return false;
  VkSpecializationMapEntry entries[64];
  for (uint32_t i = 0; i < constant_count; i++) entries[i] = (VkSpecializationMapEntry){i, 4 * i, 4};
  VkSpecializationInfo specialization = {constant_count, entries, 4 * constant_count, constants};
  VkComputePipelineCreateInfo pipeline = {.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO, .layout = player->layouts[self],
    .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO, .stage = VK_SHADER_STAGE_COMPUTE_BIT, .module = module,
              .pName = "main", .pSpecializationInfo = &specialization}};
  VkResult result = vkCreateComputePipelines(player->device, VK_NULL_HANDLE, 1, &pipeline, NULL, &player->pipelines[self]);
  vkDestroyShaderModule(player->device, module, NULL);
  if (!ok(result, "vkCreateComputePipelines")) return false;
  VkDescriptorSet set;
  VkDescriptorSetAllocateInfo allocation = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, .descriptorPool = player->descriptors,
                                            .descriptorSetCount = 1, .pSetLayouts = &player->sets[self]};
  if (!ok(vkAllocateDescriptorSets(player->device, &allocation, &set), "vkAllocateDescriptorSets")) return false;
  VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = set, .descriptorCount = (uint32_t)count,
                                .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, .pBufferInfo = infos};
  if (count > 0) vkUpdateDescriptorSets(player->device, 1, &write, 0, NULL);
  size_t flag = member(json, dispatch, "barrier");
  if (flag && json->text[json->values[flag].start] == 't') barrier(player);
  vkCmdBindPipeline(player->commands, VK_PIPELINE_BIND_POINT_COMPUTE, player->pipelines[self]);
  vkCmdBindDescriptorSets(player->commands, VK_PIPELINE_BIND_POINT_COMPUTE, player->layouts[self], 0, 1, &set, 0, NULL);
  if (parameter_count > 0)
    vkCmdPushConstants(player->commands, player->layouts[self], VK_SHADER_STAGE_COMPUTE_BIT, 0, 4 * parameter_count, parameters);
  vkCmdDispatch(player->commands, groups[0], groups[1], groups[2]);
  return true;
}

// One command buffer for all. A segment that is repeated is recorded as often.
static bool record(Player *player, const Bundle *bundle) {
  const Json *json = &bundle->json;
  size_t segments = member(json, bundle->contents, "segments");
  uint64_t repeats[64], bindings = 0;
  if (length_of(json, segments) > 64) return fail("it has more than 64 segments");
  for (size_t i = 0; i < length_of(json, segments); i++) {
    size_t segment = element(json, segments, i), list = member(json, segment, "dispatches");
    if (!number(json, member(json, segment, "repeats"), "repeats", 1024, &repeats[i])) return false;
    player->dispatches += repeats[i] * length_of(json, list);
    for (size_t j = 0; j < length_of(json, list); j++)
      bindings += repeats[i] * length_of(json, member(json, element(json, list, j), "bindings"));
  }
  if (!player->dispatches || player->dispatches > 65536 || bindings > 1 << 22) return fail("it has %zu dispatches", player->dispatches);
  player->sets = calloc(player->dispatches, sizeof *player->sets);
  player->layouts = calloc(player->dispatches, sizeof *player->layouts);
  player->pipelines = calloc(player->dispatches, sizeof *player->pipelines);
  if (!player->sets || !player->layouts || !player->pipelines) return fail("there is no memory for its dispatches");
  VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, (uint32_t)bindings + 1};
  VkDescriptorPoolCreateInfo descriptors = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, .maxSets = (uint32_t)player->dispatches,
                                            .poolSizeCount = 1, .pPoolSizes = &size};
  VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO, .queueFamilyIndex = player->family};
  VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
  if (!ok(vkCreateDescriptorPool(player->device, &descriptors, NULL, &player->descriptors), "vkCreateDescriptorPool")
      || !ok(vkCreateCommandPool(player->device, &pool, NULL, &player->pool), "vkCreateCommandPool")
      || !ok(vkCreateFence(player->device, &fence, NULL, &player->fence), "vkCreateFence"))
    return false;
  VkCommandBufferAllocateInfo commands = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = player->pool,
                                          .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY, .commandBufferCount = 1};
  VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  if (!ok(vkAllocateCommandBuffers(player->device, &commands, &player->commands), "vkAllocateCommandBuffers")
      || !ok(vkBeginCommandBuffer(player->commands, &begin), "vkBeginCommandBuffer"))
    return false;
  for (size_t i = 0; i < length_of(json, segments); i++) {
    size_t list = member(json, element(json, segments, i), "dispatches");
    for (uint64_t run = 0; run < repeats[i]; run++) {
      barrier(player);
      for (size_t j = 0; j < length_of(json, list); j++)
        if (!record_dispatch(player, bundle, element(json, list, j))) return false;
    }
  }
  barrier(player);
  return ok(vkEndCommandBuffer(player->commands), "vkEndCommandBuffer");
}

static bool run(Player *player) {
  VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &player->commands};
  return ok(vkQueueSubmit(player->queue, 1, &submit, player->fence), "vkQueueSubmit")
         && ok(vkWaitForFences(player->device, 1, &player->fence, VK_TRUE, UINT64_MAX), "vkWaitForFences")
         && ok(vkResetFences(player->device, 1, &player->fence), "vkResetFences");
}

static void close_player(Player *player) {
  if (player->device) {
    vkDeviceWaitIdle(player->device);
    for (size_t i = 0; i < player->made; i++) {
      vkDestroyPipeline(player->device, player->pipelines[i], NULL);
      vkDestroyPipelineLayout(player->device, player->layouts[i], NULL);
      vkDestroyDescriptorSetLayout(player->device, player->sets[i], NULL);
    }
    vkDestroyFence(player->device, player->fence, NULL);
    vkDestroyCommandPool(player->device, player->pool, NULL);
    vkDestroyDescriptorPool(player->device, player->descriptors, NULL);
    vkDestroyBuffer(player->device, player->buffer, NULL);
    vkFreeMemory(player->device, player->memory, NULL);
    vkDestroyDevice(player->device, NULL);
  }
  if (player->instance) vkDestroyInstance(player->instance, NULL);
  free(player->sets);
  free(player->layouts);
  free(player->pipelines);
  free(player->starts);
  free(player->sizes);
}

// ---- Observations and actions.

typedef struct {
  uint8_t *bytes;
  uint64_t rows, columns;
  bool is_integer;
} Tensor;

// A tensor [batch, size] of 32-bit elements.
static bool find_tensor(const Player *player, const Bundle *bundle, const char *list, const char *name, Tensor *result) {
  const Json *json = &bundle->json;
  size_t tensors = member(json, bundle->contents, list);
  for (size_t i = 0; i < length_of(json, tensors); i++) {
    size_t tensor = element(json, tensors, i), shape = member(json, tensor, "shape"), type = member(json, tensor, "type");
    uint64_t buffer, offset;
    if (!is_text(json, member(json, tensor, "name"), name)) continue;
    if (length_of(json, shape) != 2 || (!is_text(json, type, "float32") && !is_text(json, type, "int32"))) break;
    if (!number(json, member(json, tensor, "buffer"), "tensor's buffer", player->buffers - 1, &buffer)
        || !number(json, member(json, tensor, "offset"), "tensor's offset", player->sizes[buffer], &offset)
        || !number(json, element(json, shape, 0), "batch", 1 << 24, &result->rows)
        || !number(json, element(json, shape, 1), "size", 1 << 24, &result->columns))
      return false;
    if (!result->rows || !result->columns || result->rows * result->columns > (player->sizes[buffer] - offset) / 4) break;
    result->bytes = player->mapped + player->starts[buffer] + offset;
    result->is_integer = is_text(json, type, "int32");
    return true;
  }
  return fail("its %s have no matrix \"%s\"", list, name);
}

static bool act(Player *player, const Tensor *actions, uint64_t rows) {
  if (!run(player)) return false;
  for (uint64_t i = 0; i < rows * actions->columns; i++) {
    float real;
    int32_t whole;
    memcpy(&real, actions->bytes + 4 * i, 4);
    memcpy(&whole, actions->bytes + 4 * i, 4);
    if (actions->is_integer) printf("%d", whole);
    else printf("%.9g", real);
    putchar((i + 1) % actions->columns ? ' ' : '\n');
  }
  return !fflush(stdout) || fail("standard output can't be written");
}

static bool play(Player *player, const Tensor *observations, const Tensor *actions) {
  static char line[1 << 16];
  uint64_t row = 0;
  for (unsigned long place = 1; fgets(line, sizeof line, stdin); place++) {
    char *at = line, *end;
    for (uint64_t i = 0; i < observations->columns; i++, at = end) {
      float value = strtof(at, &end);
      if (end == at)
        return fail("line %lu of the input: found \"%.*s\"; expected %llu numbers", place, (int)strcspn(at, "\n"), at,
                    (unsigned long long)observations->columns);
      memcpy(observations->bytes + 4 * (row * observations->columns + i), &value, 4);
    }
    if (at[strspn(at, " \t\r\n")])
      return fail("line %lu of the input has more than %llu numbers", place, (unsigned long long)observations->columns);
    if (++row == observations->rows) {
      if (!act(player, actions, row)) return false;
      row = 0;
    }
  }
  return !row || act(player, actions, row);
}

int main(int count, char **arguments) {
  if (count < 2 || count > 3) {
    fprintf(stderr, "usage: player policy.reprise [number of the device] < observations\n");
    return 64;
  }
  file_name = arguments[1];
  Bundle bundle = {0};
  Player player = {0};
  Tensor observations, actions;
  bool good = open_bundle(&bundle) && open_device(&player, &bundle, count > 2 ? (uint32_t)strtoul(arguments[2], NULL, 10) : 0)
              && make_memory(&player, &bundle) && record(&player, &bundle)
              && find_tensor(&player, &bundle, "inputs", "observations", &observations)
              && find_tensor(&player, &bundle, "outputs", "actions", &actions);
  if (good && (observations.is_integer || observations.rows != actions.rows)) good = fail("its observations and actions don't match");
  good = good && play(&player, &observations, &actions);
  close_player(&player);
  free(bundle.json.values);
  free(bundle.bytes);
  return good ? 0 : 1;
}
