// swift-tools-version: 6.2
// The map of Reprise: dependencies point down only; an import that is not declared here fails the build.

import PackageDescription

let package = Package(
  name: "Reprise",
  products: [
    .library(name: "Reprise", targets: ["Reprise"]),
    .library(
      name: "RepriseCore",
      targets: ["Reinforcement", "Learning", "Tensors", "Recording", "Bundles", "Vulkan"]),
    .library(name: "RepriseC", type: .dynamic, targets: ["RepriseC"]),
    .executable(name: "reprise", targets: ["RepriseCommand"]),
    .executable(name: "reprise-glslc", targets: ["reprise-glslc"]),
    .plugin(name: "CompileShaders", targets: ["CompileShaders"]),
  ],
  traits: [
    .trait(
      name: "RuntimeCompiler",
      description:
        "Compile generated kernels while recording; without it they come out of bundles, and no compiler is linked."
    ),
    .default(enabledTraits: ["RuntimeCompiler"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // The headless command line: one file a subcommand, no maths.
    .executableTarget(
      name: "RepriseCommand",
      dependencies: [
        "Reprise", "Reports", "Sweeps", "Runs", "Pictures", "Reinforcement", "Supervised", "Datasets",
        "Learning",
        "Tensors", "Recording", "Vulkan", "Bundles", "ShaderCompiler", "Kernels", "KernelParameters", "Yams",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Charts as SVG and the page of a report, whose style and script are embedded.
    .target(
      name: "Reports",
      dependencies: [
        "Sweeps", "Runs", "Pictures", "Reinforcement", "Supervised", "Datasets", "Learning", "Tensors",
        "Vulkan",
      ],
      resources: [.embedInCode("Page")]),

    // Sweeps: their files, what is searched, which trials go on, and results.
    .target(name: "Sweeps", dependencies: ["Runs", "Learning", "Vulkan", "Yams"]),

    // The files of a run, written and read: configuration, metrics, checkpoints.
    .target(
      name: "Runs",
      dependencies: [
        "Reinforcement", "Supervised", "Learning", "Recording", "Bundles", "Vulkan", "Yams",
      ]),

    // Shapes and text on a canvas, and canvases as PNG, animated PNG and GIF.
    .target(name: "Pictures", dependencies: ["CZlib"]),

    // The front door: what an embedding program imports.
    .target(
      name: "Reprise",
      dependencies: [
        "Reinforcement", "Supervised", "Datasets", "Learning", "Tensors", "Recording", "Bundles", "Vulkan",
      ]),

    // The C interface: each function of reprise.h, which the compiler holds them to.
    .target(
      name: "RepriseC",
      dependencies: [
        "CReprise", "Reinforcement", "Learning", "Tensors", "Recording", "Bundles", "Vulkan",
      ]),

    // reprise.h
    .systemLibrary(name: "CReprise"),

    // Environments that live on the device, rollouts, one file an algorithm, and recipes, whose text is embedded.
    .target(
      name: "Reinforcement",
      dependencies: [
        "Learning", "Tensors", "Recording", "Vulkan", "SPIRV", "Bundles", "Kernels", "KernelParameters",
      ],
      resources: [.embedInCode("Recipes")]),

    // Classifiers and regressors: recorded epochs of training and evaluation, and their metrics.
    .target(
      name: "Supervised", dependencies: ["Datasets", "Learning", "Tensors", "Recording", "Bundles", "Vulkan"]
    ),

    // Data sets, their readers, and loaders that batch and preprocess on the device.
    .target(
      name: "Datasets",
      dependencies: ["Tensors", "Recording", "Vulkan", "CZlib", "CPNG", "CTurboJPEG"]),

    .systemLibrary(name: "CZlib", path: "Tools/CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CPNG", path: "Tools/CPNG", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CTurboJPEG", path: "Tools/CTurboJPEG", providers: [.apt(["libturbojpeg0-dev"])]),

    // Layers, optimizers, checkpoints: what turns tensors into a model that learns.
    .target(
      name: "Learning", dependencies: ["Tensors", "Recording", "Vulkan", "Kernels", "KernelParameters"]),

    // Shapes, the graph with its gradients, one file an operation, and the lowering to dispatches.
    .target(
      name: "Tensors",
      dependencies: [
        "Recording", "Vulkan", "Bundles", "Kernels", "KernelParameters",
        .target(name: "ShaderCompiler", condition: .when(traits: ["RuntimeCompiler"])),
      ],
      exclude: ["OPERATIONS.md"]),

    // Recorder → Plan → Replay: places memory, synchronises, encodes, submits; plans as files.
    .target(
      name: "Recording", dependencies: ["Vulkan", "SPIRV", "Bundles", "Kernels", "KernelParameters"]),

    // A thin typed layer over Vulkan 1.2 compute; the loader is opened at run time.
    .target(name: "Vulkan", dependencies: ["CVulkan", "SPIRV"]),

    // SPIR-V as instructions, and what is rewritten in it.
    .target(name: "SPIRV"),

    // vulkan.h, each handle a type of its own.
    .systemLibrary(
      name: "CVulkan", providers: [.apt(["libvulkan-dev"])]),

    // Every .comp in Shaders/ becomes Kernel.<name>, its SPIR-V embedded at build time.
    .target(
      name: "Kernels", path: "Shaders", exclude: ["Parameters"],
      plugins: ["CompileShaders"]),

    // Push-constant structs that GLSL and Swift both read.
    .systemLibrary(name: "KernelParameters", path: "Shaders/Parameters"),

    // Runs EmbedShaders once a shader.
    .plugin(
      name: "CompileShaders", capability: .buildTool(), dependencies: ["EmbedShaders"],
      path: "Tools/CompileShaders"),

    // Shaders and includes as Swift.
    .executableTarget(
      name: "EmbedShaders",
      dependencies: [
        "ShaderCompiler", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tools/EmbedShaders"),

    // The offline shader compiler.
    .executableTarget(
      name: "reprise-glslc",
      dependencies: [
        "ShaderCompiler", "SPIRV", "Bundles", "Reinforcement", "Learning", "Tensors", "Recording", "Vulkan",
        "Kernels", "Yams", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tools/reprise-glslc", resources: [.embedInCode("Profiles")]),

    // Kernels and data in one file, behind a manifest.
    .target(name: "Bundles", dependencies: ["Vulkan", "Kernels"]),

    // GLSL → SPIR-V through libshaderc or glslang, and its validation: the only room that links a compiler.
    .target(
      name: "ShaderCompiler", dependencies: ["CShaderc", "CGlslang", "CSPIRVTools", "CSPIRVOptimizer"],
      linkerSettings: [.linkedLibrary("m")]),

    // spirv-opt behind a C function.
    .target(name: "CSPIRVOptimizer", path: "Tools/CSPIRVOptimizer"),

    .systemLibrary(
      name: "CShaderc", path: "Tools/CShaderc", providers: [.apt(["libshaderc-dev", "glslang-dev"])]),
    .systemLibrary(name: "CGlslang", path: "Tools/CGlslang", providers: [.apt(["glslang-dev"])]),
    .systemLibrary(name: "CSPIRVTools", path: "Tools/CSPIRVTools", providers: [.apt(["spirv-tools"])]),

    // Programs that use the library, to be read; the tests run them.
    .executableTarget(name: "first-steps", dependencies: ["Reprise"], path: "Tools/Examples/first-steps"),
    .executableTarget(
      name: "custom-training-loop", dependencies: ["Reprise"], path: "Tools/Examples/custom-training-loop"),
    .executableTarget(name: "inference", dependencies: ["Reprise"], path: "Tools/Examples/inference"),
    .executableTarget(
      name: "custom-environment", dependencies: ["Reprise"], path: "Tools/Examples/custom-environment",
      plugins: ["CompileShaders"]),
    .executableTarget(
      name: "custom-operation", dependencies: ["Reprise"], path: "Tools/Examples/custom-operation"),
    .executableTarget(name: "two-devices", dependencies: ["Reprise"], path: "Tools/Examples/two-devices"),

    // What the tests share: a device under validation, goldens, comparisons.
    .target(
      name: "TestSupport", dependencies: ["Learning", "Tensors", "Recording", "Vulkan"],
      path: "Tests/TestSupport"),
    .testTarget(name: "PicturesTests", dependencies: ["Pictures"]),
    .testTarget(name: "VulkanTests", dependencies: ["Vulkan", "TestSupport"]),
    .testTarget(name: "BundlesTests", dependencies: ["Bundles", "Kernels", "TestSupport"]),
    .testTarget(
      name: "ShaderCompilerTests",
      dependencies: [
        "ShaderCompiler", "SPIRV", "Bundles", "Vulkan", "Kernels", "KernelParameters", "TestParameters",
        "TestSupport",
      ],
      exclude: ["Parameters"], plugins: ["CompileShaders"]),
    .systemLibrary(name: "TestParameters", path: "Tests/ShaderCompilerTests/Parameters"),
    .testTarget(
      name: "RecordingTests", dependencies: ["Recording", "Vulkan", "Kernels", "TestSupport"],
      plugins: ["CompileShaders"]),
    .testTarget(
      name: "TensorsTests",
      dependencies: [
        "Tensors", "Learning", "Recording", "Bundles", "Vulkan", "Kernels", "TestSupport",
      ]),
    .testTarget(
      name: "LearningTests",
      dependencies: ["Learning", "Tensors", "Recording", "Vulkan", "SPIRV", "TestSupport"]),
    .testTarget(
      name: "DatasetsTests",
      dependencies: ["Datasets", "Learning", "Tensors", "Recording", "Vulkan", "TestSupport"]),
    .testTarget(
      name: "SupervisedTests",
      dependencies: [
        "Supervised", "Datasets", "Learning", "Tensors", "Recording", "Bundles", "Vulkan", "TestSupport",
      ]),
    .testTarget(
      name: "ReinforcementTests",
      dependencies: [
        "Reinforcement", "Learning", "Tensors", "Recording", "Bundles", "Vulkan", "Kernels",
        "KernelParameters", "TestSupport",
      ],
      plugins: ["CompileShaders"]),
    .testTarget(name: "ReportsTests", dependencies: ["Reports", "Runs"]),
    .testTarget(name: "SweepsTests", dependencies: ["Sweeps", "Runs", "TestSupport"]),
    .testTarget(
      name: "RunsTests", dependencies: ["Runs", "TestSupport"],
      exclude: ["read_events.py"]),
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "reprise-glslc", "Bundles", "SPIRV", "ShaderCompiler", "Kernels", "Reinforcement", "Learning",
        "Tensors", "Recording", "Vulkan",
        "TestSupport",
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "RepriseCommand", "RepriseC", "Runs", "Bundles", "Kernels", "Reinforcement", "Learning", "Tensors",
        "Recording", "Vulkan", "TestSupport",
      ],
      exclude: ["check_schema.py"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

// One set of compiler settings for every target that is compiled.
for target in package.targets where target.type != .system && target.type != .plugin {
  target.swiftSettings = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ]
}
