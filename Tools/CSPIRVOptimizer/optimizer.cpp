#include "spirv_optimizer.h"

#include <cstdlib>
#include <cstring>
#include <spirv-tools/optimizer.hpp>
#include <vector>

// SPIRV-Tools of Debian 12 has its optimizer in C++ alone.
uint32_t *spirvOptimized(const uint32_t *words, size_t count, size_t *resultCount) {
  spvtools::Optimizer optimizer(SPV_ENV_VULKAN_1_2);
  optimizer.RegisterPass(spvtools::CreateStripDebugInfoPass());
  optimizer.RegisterPerformancePasses();
  std::vector<uint32_t> optimized;
  if (!optimizer.Run(words, count, &optimized)) return nullptr;
  auto *result = static_cast<uint32_t *>(std::malloc(optimized.size() * sizeof(uint32_t)));
  if (!result) return nullptr;
  std::memcpy(result, optimized.data(), optimized.size() * sizeof(uint32_t));
  *resultCount = optimized.size();
  return result;
}
