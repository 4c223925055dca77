// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of ours is compiled with: each import says how far it reaches, and a warning is an error.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

/// The folders of OpenCL C files, which are embedded in the binary so that it can be moved anywhere.
let kernelFolders = ["Blocks", "GPU", "Include", "Measuring", "Network", "Pictures", "Refinement"]

/// The commit that is built, where `make build` says it; what git tells a manifest is not looked up again while the
/// manifest stays the same.
let commit = Context.environment["U2CL_COMMIT"].flatMap { $0.isEmpty ? nil : $0 }

/// The plug-in of `make docs`; no other command resolves it.
let documentation: [Package.Dependency] =
  Context.environment["U2CL_DOCS"] == nil
  ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(
  of name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: ["TestSupport", "Tensors"] + dependencies, exclude: exclude,
    resources: resources, swiftSettings: strict)
}

/// The C library, whose functions implement those of its header: `@c @implementation`, which Swift has since 6.3.
#if compiler(>=6.3)
  let libraryProducts: [Product] = [.library(name: "u2clLibrary", type: .dynamic, targets: ["CLibrary"])]
  let libraryTargets: [Target] = [
    .target(name: "CLibraryHeader"),
    .target(name: "COpenCLLoader", dependencies: ["COpenCL"]),
    library(
      "CLibrary",
      [
        "CLibraryHeader", "COpenCLLoader", "CPixels", "U2Net", "Benchmarking", "Evaluation", "Datasets", "Saliency",
        "Pictures", "Matting", "Compositing", "Tensors", "Models", "Caches", "Files", "Host", "JSON", "LibC",
        "CProcessMemory",
      ]),
  ]
#else
  let libraryProducts: [Product] = []
  let libraryTargets: [Target] = []
#endif

let package = Package(
  name: "u2cl",
  products: [
    .library(name: "U2Net", targets: ["U2Net"]),
    .executable(name: "u2cl", targets: ["u2cl"]),
  ] + libraryProducts,
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ] + documentation,
  targets: [
    // The C libraries.
    .systemLibrary(name: "COpenCL", pkgConfig: "OpenCL", providers: [.apt(["ocl-icd-opencl-dev", "opencl-headers"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"])]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebpdemux", providers: [.apt(["libwebp-dev"])]),
    .target(name: "CDefaultModel"),
    .target(name: "CProcessMemory"),
    .target(name: "CCurl"),
    .target(name: "CPixels"),
    .target(
      name: "CBuildInfo", cSettings: commit.map { [.define("U2CL_COMMIT", to: "\"\($0)\"")] } ?? []),
    .target(
      name: "CImageCodecs", dependencies: ["CPNG", "CJPEG", "CPixels"],
      linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("z")]),

    .systemLibrary(name: "CMath"),

    // The layers, from the bottom up.
    library("LibC"),
    library("Files", ["LibC"]),
    library("Host", ["Files", "LibC"]),
    library("JSON"),
    .target(
      name: "Kernels", path: "Kernels", resources: kernelFolders.map { .embedInCode($0) }, swiftSettings: strict),
    library("OpenCL", ["COpenCL"]),
    library("Tensors", ["LibC"]),
    library("Networks", ["Tensors", "Files"]),
    .target(
      name: "Checkpoints",
      dependencies: [
        "Tensors", "Networks", "Files", "JSON", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["ONNX/onnx.proto"], swiftSettings: strict),
    library("Pictures", ["Tensors", "Files", "CImageCodecs", "CMath", "CPixels", "CWebP"]),
    library("Video", ["Tensors", "Files", "Pictures"]),
    library("Matting", ["Tensors", "Pictures", "CPixels"]),
    library("Compositing", ["Tensors", "Pictures", "Matting", "CPixels"]),
    library("Reference", ["Tensors", "Networks", "CMath"]),
    library("Saliency", ["Tensors", "CMath"]),
    library("Caches", ["Files", "Host", "LibC"]),
    library("Pipelines", ["LibC"]),
    library("StageTiming", ["LibC", "Tensors"]),
    library("FileSelection", ["Files", "LibC"]),
    library("Processes", ["Files", "Host", "LibC", "Pipelines"]),
    library("Downloads", ["CCurl", "Files"]),
    library("Engine", ["Tensors", "Networks", "OpenCL", "Kernels", "Caches", "JSON", "CProcessMemory"]),
    library("DevicePictures", ["Tensors", "Pictures", "Matting", "OpenCL", "Kernels", "Engine"]),
    library(
      "Models",
      ["Tensors", "Networks", "Checkpoints", "Pictures", "Caches", "Downloads", "Files", "Host", "CDefaultModel"]),
    library(
      "U2Net",
      [
        "Tensors", "Networks", "Pictures", "Reference", "Engine", "DevicePictures", "OpenCL", "Caches", "Processes",
        "Matting", "Compositing", "Models", "CMath", "Files", "Host", "JSON", "LibC", "Pipelines", "StageTiming",
        "CProcessMemory",
      ]),
    library("Datasets", ["Files", "Pictures"]),
    library(
      "Benchmarking",
      [
        "Tensors", "Networks", "Pictures", "Engine", "DevicePictures", "OpenCL", "Caches", "Models", "U2Net",
        "CBuildInfo", "Files", "Host", "LibC",
      ]),
    library(
      "Evaluation",
      ["Tensors", "Pictures", "Saliency", "Caches", "Models", "Datasets", "U2Net", "Files", "Host"]),
    .executableTarget(
      name: "u2cl",
      dependencies: [
        "U2Net", "Benchmarking", "Datasets", "Evaluation", "Saliency", "Pipelines", "FileSelection", "Pictures",
        "Matting", "Downloads", "Caches", "Tensors", "Models", "Files", "Host", "JSON", "LibC", "Processes",
        "CProcessMemory", "StageTiming", "Video",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // The tests.
    .target(
      name: "TestSupport", dependencies: ["Tensors", "Networks", "Checkpoints"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .target(name: "CAllocationMeter", path: "Tests/CAllocationMeter"),
    .target(name: "CPlainPixels", dependencies: ["CPixels"], path: "Tests/CPlainPixels"),
    .executableTarget(
      name: "ReaderFuzz",
      dependencies: [
        "CAllocationMeter", "TestSupport", "Files", "FileSelection", "Tensors", "Networks", "Checkpoints", "Pictures",
        "Video",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/ReaderFuzz", swiftSettings: strict),
    tests(of: "Files", ["Files", "LibC"]),
    tests(of: "Host", ["Files", "Host"]),
    tests(of: "ReaderFuzz", ["ReaderFuzz"]),
    tests(of: "Tensors"),
    tests(of: "Networks", ["Networks"]),
    tests(of: "Checkpoints", ["Checkpoints", "Networks"], exclude: ["Fixtures"]),
    tests(of: "CPixels", ["CPixels", "CPlainPixels"]),
    tests(of: "Pictures", ["Pictures", "Files"], exclude: ["Fixtures", "FormatFixtures"]),
    tests(of: "Video", ["Video", "Pictures", "Files"]),
    tests(of: "Matting", ["Matting", "Pictures"]),
    tests(of: "Reference", ["Reference", "Networks", "Checkpoints"]),
    tests(of: "Saliency", ["Saliency", "Pictures"], exclude: ["Golden"]),
    tests(of: "OpenCL", ["OpenCL", "COpenCL"]),
    tests(of: "Caches", ["Caches", "Files"]),
    tests(of: "Pipelines", ["Pipelines", "LibC"]),
    tests(of: "StageTiming", ["StageTiming", "LibC"]),
    tests(of: "FileSelection", ["FileSelection", "Files"]),
    tests(of: "Processes", ["LibC", "Processes", "Files"]),
    tests(of: "Downloads", ["Downloads", "Files"]),
    tests(of: "Engine", ["Engine", "Reference", "OpenCL", "Networks", "Checkpoints", "Kernels", "Caches"]),
    tests(of: "DevicePictures", ["DevicePictures", "Engine", "OpenCL", "Networks", "Pictures", "Matting"]),
    tests(of: "Models", ["Models", "Pictures", "Networks", "Downloads", "Files"]),
    tests(of: "U2Net", ["U2Net", "Models", "Pictures", "Networks", "Matting", "Caches", "OpenCL"]),
    tests(of: "Benchmarking", ["Benchmarking", "U2Net", "Pictures"]),
    tests(of: "Datasets", ["Datasets", "Files", "Pictures"]),
    tests(of: "Evaluation", ["Evaluation", "Datasets", "Files", "Models", "U2Net", "Saliency", "Pictures"]),
    tests(of: "Command", ["U2Net", "u2cl", "Pictures", "Caches", "Files", "LibC"]),
  ] + libraryTargets,
  cLanguageStandard: .gnu2x
)
