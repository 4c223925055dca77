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

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> [Target] {
  [
    .target(name: name, dependencies: dependencies, swiftSettings: strict),
    .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)], swiftSettings: strict),
  ]
}

/// The server is a package of its own, so that neither the library nor the command resolves or builds a web server.
let package = Package(
  name: "u2cl-server",
  platforms: [.macOS(.v15)],
  targets: library("HTTPForms") + library("ServerMetrics") + library("Serving")
)
