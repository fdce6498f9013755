// The front door: `import Reprise` brings what an embedding program needs.
@_exported import Bundles
@_exported import Datasets
@_exported import Learning
@_exported import Recording
@_exported import Reinforcement
@_exported import Supervised
@_exported import Tensors
@_exported import Vulkan
