import Foundation
import Mapping
import Pipeline
import Readers
import Sessions
import TestSupport
import Testing

/// The mappings that ship carry tests, and each has a sample.
@Suite struct ShippedMappingTests {
  static let folder = Repository.root.appending(path: "Mappings")

  static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? [])
    .filter { $0.hasSuffix(".yaml") }.sorted()

  @Test(arguments: files)
  func nothingIsSaidAboutThem(_ file: String) throws {
    let bytes = try Array(Data(contentsOf: Self.folder.appending(path: file)))
    #expect(try RealRun.load(bytes, file: file, purpose: .check).warnings == [])
  }

  @Test func thereAreMappings() { #expect(Self.files.count >= 3) }

  @Test(arguments: files)
  func everyTestHolds(_ file: String) throws {
    let plan = try RealRun.load(Array(Data(contentsOf: Self.folder.appending(path: file))), file: file)
    #expect(plan.warnings.isEmpty)
    #expect(!plan.tests.isEmpty, "a mapping without tests")
    for test in plan.tests {
      let result = try RealRun.tester(plan).run(test)
      #expect(result.isPassed, "\(file): \(test.name): \(result.differences)")
    }
  }

  @Test(arguments: files)
  func sampleBecomesPayloads(_ file: String) throws {
    let plan = try RealRun.load(Array(Data(contentsOf: Self.folder.appending(path: file))), file: file)
    let stem = file == "everything.yaml" ? "combined." : file.replacing(".yaml", with: ".")
    let samples = Repository.root.appending(path: "samples")
    let names = try FileManager.default.contentsOfDirectory(atPath: samples.path())
    let name = try #require(names.first { $0.hasPrefix(stem) }, "a mapping without a sample")
    let sample = samples.appending(path: name)
    let outcome = try RealRun.tester(plan).outcome(of: String(decoding: Data(contentsOf: sample), as: UTF8.self))
    #expect(outcome.payloads > 5)
    let counts = outcome.counts.sum
    #expect(outcome.rejects.count == 1, "the sample has one record that is wrong")
    let fates = [outcome.rejects.count, counts.mapped, counts.unmatched, counts.dropped.reduce(0, +)]
    #expect(counts.records == fates.reduce(0, +))
    #expect(outcome.events == counts.mapped)
  }
}

/// Mappings over the readers and sessions that every run has.
enum RealRun {
  static func load(
    _ bytes: [UInt8], file: String, environment: [String: String] = [:], purpose: MappingPurpose = .run
  ) throws(Diagnostics) -> MappingPlan {
    try MappingPlan.load(
      bytes, file: file,
      readers: { (node, file) throws(Diagnostics) -> any Reader in
        try ReaderCatalogue.make(settings: node, file: file)
      }, environment: environment, purpose: purpose)
  }

  static let consumer: ConsumerFactory = { settings, inputs, writer, recycle in
    SessionStage(settings: settings, inputs: inputs, writer: writer, recycle: recycle)
  }

  static func tester(_ plan: MappingPlan) -> MappingTester { MappingTester(plan, consumer: consumer) }
}
