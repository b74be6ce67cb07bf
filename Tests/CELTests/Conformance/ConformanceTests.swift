import CEL
import Foundation
import TestSupport
import Testing

/// Runs the cases of the language's own conformance suite (google/cel-spec, tests/simple) through the production
/// compiler. The files lie beside the package, or in the folder that `TRACKFILL_CONFORMANCE` names.
@Suite struct ConformanceTests {
  /// Every file of the suite. A file that appears beside them fails the test until it is named here.
  static let files = [
    "basic", "bindings_ext", "block_ext", "comparisons", "conversions", "encoders_ext", "fields", "fp_math",
    "integer_math", "lists", "logic", "macros", "macros2", "math_ext", "namespace", "network_ext", "optionals", "parse",
    "plumbing", "string", "string_ext", "timestamps", "type_deduction",
  ]

  static var folder: URL? {
    let path =
      ProcessInfo.processInfo.environment["TRACKFILL_CONFORMANCE"].map { URL(filePath: $0) }
      ?? Repository.root.appending(path: "../shared/conformance/cel")
    return FileManager.default.fileExists(atPath: path.path) ? path : nil
  }

  @Test(.enabled(if: folder != nil, "conformance files not found: set TRACKFILL_CONFORMANCE"))
  func conformance() throws {
    let folder = try #require(Self.folder)
    let found = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".textproto") }
    #expect(found.sorted() == Self.files.map { "\($0).textproto" })
    var sum = (passed: 0, skipped: 0, failed: 0)
    var list = ""
    var report = "conformance        passed skipped failed\n"
    for name in Self.files {
      let file = TextProto.parse(Array(try Data(contentsOf: folder.appending(path: "\(name).textproto"))))
      var (passed, skipped, failures) = (0, [String: Int](), [String]())
      for section in file.messages("section") {
        for test in section.messages("test") {
          let run = ConformanceCase(test)
          if let reason = run.skipReason {
            skipped[reason, default: 0] += 1
            list += "  \(name)/\(section.text("name") ?? "")/\(test.text("name") ?? ""): \(reason)\n"
          } else if let failure = run.failure() {
            failures.append("\(name)/\(section.text("name") ?? "")/\(test.text("name") ?? ""): \(failure)")
          } else {
            passed += 1
          }
        }
      }
      let total = skipped.values.reduce(0, +)
      let columns = [passed, total, failures.count].map {
        String(repeating: " ", count: max(1, 7 - "\($0)".count)) + "\($0)"
      }
      sum = (sum.passed + passed, sum.skipped + total, sum.failed + failures.count)
      #expect(passed > 0, "no case of \(name) ran")
      report += name.padding(toLength: 18, withPad: " ", startingAt: 0) + columns.joined()
      for (reason, count) in skipped.sorted(by: { $0.key < $1.key }) { report += "  [\(count) \(reason)]" }
      report += "\n"
      for failure in failures { Testing.Issue.record(Comment(rawValue: failure)) }
    }
    print(report + "all \(sum.passed) passed, \(sum.skipped) skipped, \(sum.failed) failed")
    if ProcessInfo.processInfo.environment["TRACKFILL_CONFORMANCE_VERBOSE"] != nil { print(list) }
    // A case that stops running is missed.
    #expect(sum.passed >= 1742)
  }
}
