// swift-tools-version: 6.1
import PackageDescription

// A star: every stage imports Pipeline and never another stage, so the compiler keeps the direction of the data.
let package = Package(
  name: "trackfill",
  products: [
    .executable(name: "trackfill", targets: ["trackfill"]),
    .library(name: "CEL", targets: ["CEL"]),
    .library(name: "Pipeline", targets: ["Pipeline"]),
    .library(name: "Readers", targets: ["Readers"]),
    .library(name: "Mapping", targets: ["Mapping"]),
    .library(name: "Sessions", targets: ["Sessions"]),
    .executable(name: "trackfill-collector", targets: ["trackfill-collector"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // The stages, in the order of the data.
    .target(name: "Pipeline", dependencies: ["CCrypto", "CDigest", "CProcessor"]),
    .target(name: "Readers", dependencies: ["Pipeline", "CFieldEnds", "CISAL", "CLibXML2", "CProcessor"]),
    .target(name: "CEL", dependencies: ["CRE2", "CCrypto"]),
    .target(name: "Mapping", dependencies: ["Pipeline", "CEL", "CProcessor", "CYAML"]),
    .target(name: "Sessions", dependencies: ["Pipeline", "CProcessor"]),
    .target(name: "Writers", dependencies: ["Pipeline"]),
    .target(name: "State", dependencies: ["Pipeline", "CSQLite"]),
    .target(name: "Delivery", dependencies: ["Pipeline", "CCurl"]),
    // Looks at all of it, and lets nothing leave.
    .target(name: "Preview", dependencies: ["Pipeline", "CProcessor"]),
    .executableTarget(
      name: "trackfill",
      dependencies: [
        "Pipeline", "Readers", "Mapping", "Sessions", "Writers", "State", "Delivery", "Preview",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // The distribution's C libraries.
    .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
    .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    // Headers alone: what Swift cannot say.
    .systemLibrary(name: "CProcessor"),
    // Digests side by side.
    .target(name: "CDigest"),
    // Delimiters, line ends and quotes of tables and logs.
    .target(name: "CFieldEnds"),
    .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),

    // A receiver for tests and for trying things: it answers as Tracardi does, and stores nothing.
    .target(name: "Collector", dependencies: ["Pipeline"]),
    .executableTarget(
      name: "trackfill-collector",
      dependencies: ["Collector", .product(name: "ArgumentParser", package: "swift-argument-parser")]),

    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(name: "PipelineTests", dependencies: ["TestSupport", "Pipeline", "CDigest", "CCrypto"]),
    // What compresses in tests.
    .systemLibrary(name: "CZlib", path: "Tests/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .testTarget(
      name: "ReadersTests", dependencies: ["TestSupport", "Readers", "CFieldEnds", "CZlib"], exclude: ["Goldens"]),
    .testTarget(name: "CELTests", dependencies: ["TestSupport", "CEL"]),
    .testTarget(
      name: "MappingTests", dependencies: ["TestSupport", "Mapping", "Readers", "Sessions", "Pipeline"],
      exclude: ["CodeCases"]),
    .testTarget(name: "SessionsTests", dependencies: ["TestSupport", "Sessions", "Pipeline", "CSQLite"]),
    .testTarget(name: "StateTests", dependencies: ["TestSupport", "State", "Writers", "Pipeline"]),
    .testTarget(name: "WritersTests", dependencies: ["TestSupport", "Writers", "Pipeline"]),
    .testTarget(name: "PreviewTests", dependencies: ["Preview", "Pipeline"]),
    .testTarget(name: "DeliveryTests", dependencies: ["TestSupport", "Delivery", "Collector", "Pipeline"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["TestSupport", "trackfill", "trackfill-collector", "Collector", "State", "Pipeline"],
      exclude: ["CodeCases", "Goldens"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

// Upcoming features, one loop for every Swift target. Tests check exclusive access at run time; in a release the stages
// do without, which costs 4 % there. `CEL` keeps the check: others build it, and unsafe flags would forbid that.
let stages = ["Pipeline", "Readers", "Mapping", "Sessions", "Writers", "State", "Delivery", "Preview"]

// Which ways a release goes most, as `Scripts/learn-hot-paths` saw it run, for the compiler to lay the code out by. What
// has changed since is compiled as if nothing were known, and says nothing. While that script learns, the command counts:
// first in functions as they are written, then in what they have become by what was learned first.
#if compiler(>=6.3)
  let known = ["-Xfrontend", "-ir-profile-use=\(Context.packageDirectory)/hot-paths.profdata"]
  let counting =
    switch Context.environment["TRACKFILL_LEARNS_HOT_PATHS"] {
    case nil: known
    case "first": ["-Xfrontend", "-ir-profile-generate=hot-paths.profraw"]
    default: known + ["-Xfrontend", "-cs-profile-generate=hot-paths.profraw"]
    }
  let hotPaths = ["-Xllvm", "-static-func-full-module-prefix=false", "-Xllvm", "-no-pgo-warn-mismatch"] + counting
#else
  let hotPaths: [String] = []
#endif

for target in package.targets where target.type != .system && !["CDigest", "CFieldEnds", "CRE2"].contains(target.name) {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ]
  if stages.contains(target.name) {
    target.swiftSettings? += [
      .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
      .unsafeFlags(hotPaths, .when(platforms: [.linux], configuration: .release)),
    ]
  }
}
