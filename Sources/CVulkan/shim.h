// A complete struct a handle, so that Swift imports each as a pointer type of its own and not as OpaquePointer.
#pragma once
struct VkBuffer_T {};
struct VkInstance_T {};
struct VkPhysicalDevice_T {};
struct VkDevice_T {};
struct VkQueue_T {};
struct VkSemaphore_T {};
struct VkCommandBuffer_T {};
struct VkFence_T {};
struct VkDeviceMemory_T {};
struct VkQueryPool_T {};
struct VkShaderModule_T {};
struct VkPipelineCache_T {};
struct VkPipelineLayout_T {};
struct VkPipeline_T {};
struct VkDescriptorSetLayout_T {};
struct VkDescriptorSet_T {};
struct VkDescriptorPool_T {};
struct VkCommandPool_T {};
struct VkDebugUtilsMessengerEXT_T {};
#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>
