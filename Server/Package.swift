// swift-tools-version: 6.2
import PackageDescription

/// What every target is compiled with, as in the package above.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

/// A module and its tests.
func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> [Target] {
  [
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict),
    .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: strict),
  ]
}

/// The products of NIO and of what builds on it, for connections and their tests.
let connectionProducts: [Target.Dependency] = [
  .product(name: "HTTPTypes", package: "swift-http-types"),
  .product(name: "HummingbirdCore", package: "hummingbird"),
  .product(name: "Logging", package: "swift-log"),
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
  .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
]

/// The modules that no other module of the server needs, but for the last one.
let foundations =
  [.target(name: "SystemCalls", swiftSettings: strict)]
  + [.systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])])]
  + library("Archives", ["CZlib"]) + library("HTTPForms") + library("ServerMetrics")
  + library("Serving", ["SystemCalls"])
  + library("Connections", connectionProducts)
  + library("RequestGuard", ["SystemCalls", .product(name: "HTTPTypes", package: "swift-http-types")])

/// The server is a package of its own, so that neither the library nor the command resolves or builds a web server.
let package = Package(
  name: "u2cl-server",
  products: [.executable(name: "u2cl-serve", targets: ["u2cl-serve"])],
  dependencies: [
    // Named, because the folder of a checkout may have any name.
    .package(name: "u2cl", path: ".."),
    // Without its traits, which bring all of Foundation.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.0.0"),
  ],
  targets: foundations + [.target(name: "CURLFetching")]
    + library("URLFetching", ["CURLFetching", "Serving", "SystemCalls"])
    + library("PictureService", ["Serving", .product(name: "U2Net", package: "u2cl")])
    + library(
      "WebServer",
      [
        "Archives", "Connections", "HTTPForms", "PictureService", "RequestGuard", "ServerMetrics", "Serving",
        "SystemCalls", "URLFetching", .product(name: "U2Net", package: "u2cl"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      // Embedded, so that the binary can be moved anywhere.
      resources: ["Description/openapi.json", "Page/page.html", "Page/Languages", "Page/Scripts", "Page/Styles"]
        .map { .embedInCode($0) }) + [
      .executableTarget(
        name: "u2cl-serve",
        dependencies: [
          "Connections", "PictureService", "RequestGuard", "Serving", "SystemCalls", "URLFetching", "WebServer",
          .product(name: "U2Net", package: "u2cl"),
          .product(name: "ArgumentParser", package: "swift-argument-parser"),
          .product(name: "HummingbirdCore", package: "hummingbird"),
          .product(name: "Logging", package: "swift-log"),
          .product(name: "NIOCore", package: "swift-nio"),
          .product(name: "NIOPosix", package: "swift-nio"),
          .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
          .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        ],
        swiftSettings: strict)
    ]
)
