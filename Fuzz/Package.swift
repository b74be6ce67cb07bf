// swift-tools-version: 6.1
import PackageDescription

// Built and run by `./run`, which adds the sanitizers. libFuzzer brings `main`; the targets bring the function it calls.
let package = Package(
  name: "trackfill-fuzz",
  dependencies: [.package(name: "trackfill", path: "..")],
  targets: [
    .executableTarget(
      name: "fuzz-weblog",
      dependencies: [
        .product(name: "Pipeline", package: "trackfill"), .product(name: "Readers", package: "trackfill"),
      ],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "fuzz-xml",
      dependencies: [
        .product(name: "Pipeline", package: "trackfill"), .product(name: "Readers", package: "trackfill"),
      ],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "fuzz-export",
      dependencies: [
        .product(name: "Pipeline", package: "trackfill"), .product(name: "Readers", package: "trackfill"),
      ],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "fuzz-sniff",
      dependencies: [
        .product(name: "Pipeline", package: "trackfill"), .product(name: "Readers", package: "trackfill"),
      ],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "fuzz-sessions",
      dependencies: [
        .product(name: "Pipeline", package: "trackfill"), .product(name: "Sessions", package: "trackfill"),
      ],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "fuzz-mapping",
      dependencies: [
        .product(name: "Pipeline", package: "trackfill"), .product(name: "Readers", package: "trackfill"),
        .product(name: "Mapping", package: "trackfill"),
      ],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    .executableTarget(
      name: "fuzz-cel", dependencies: [.product(name: "CEL", package: "trackfill")],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
  ],
  swiftLanguageModes: [.v6]
)
