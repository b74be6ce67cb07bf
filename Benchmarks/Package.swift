// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "trackfill-benchmarks",
  dependencies: [.package(name: "trackfill", path: "..")],
  targets: [
    .executableTarget(
      name: "micro",
      dependencies: ["Pipeline", "Readers", "CEL", "Mapping", "Sessions"].map {
        .product(name: $0, package: "trackfill")
      })
  ],
  swiftLanguageModes: [.v6]
)
