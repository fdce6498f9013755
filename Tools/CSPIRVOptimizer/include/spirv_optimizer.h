#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// SPIR-V for Vulkan 1.2 through spirv-opt's performance passes, names stripped: words that the caller frees; null on failure.
uint32_t *_Nullable spirvOptimized(const uint32_t *_Nonnull words, size_t count, size_t *_Nonnull resultCount);

#ifdef __cplusplus
}
#endif
