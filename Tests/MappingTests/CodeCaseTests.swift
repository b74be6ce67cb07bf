import Foundation
import Mapping
import Pipeline
import TestSupport
import Testing

/// One mapping for each code that a mapping, or a record of its tests, can provoke, with the finding exactly as it is
/// printed. `TRACKFILL_RECORD=1` writes the files anew.
@Suite struct CodeCaseTests {
  static let folder = Repository.root.appending(path: "Tests/MappingTests/CodeCases")

  static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? [])
    .filter { $0.hasSuffix(".yaml") }.sorted()

  /// Findings that never come alone, and what comes with them.
  static let companions = ["R116": "R112"]

  @Test func thereAreCases() { #expect(Self.files.count >= 40) }

  @Test(arguments: files)
  func finding(_ file: String) throws {
    let code = String(file.dropLast(5))
    let bytes = try Array(Data(contentsOf: Self.folder.appending(path: file)))
    let path = Self.folder.appending(path: file).path()
    let all = try Self.findings(bytes, path)
    let findings = all.filter { $0.code == code }
    #expect(!findings.isEmpty, "\(all)")
    #expect(
      all.allSatisfy { $0.code == code || $0.code == Self.companions[code] || $0.severity == .warning },
      "one mistake in each case")
    #expect(findings.allSatisfy { !$0.message.isEmpty && !$0.message.hasSuffix(".") && $0.span != nil })
    #expect(findings.allSatisfy { !$0.remedy.isEmpty }, "every finding says what to do")
    let text = DiagnosticRenderer(sources: [path: bytes]).render(findings)
      .replacing(Self.folder.path() + "/", with: "").replacing(Self.folder.path(), with: "")
    try Golden.check(text, against: Self.folder.appending(path: code + ".txt"))
  }

  /// What checking finds, else what becomes of the records in the mapping's tests.
  static func findings(_ bytes: [UInt8], _ path: String) throws -> [Diagnostic] {
    let plan: MappingPlan
    do throws(Diagnostics) {
      // Some warnings are for those who look at a mapping only.
      plan = try RealRun.load(bytes, file: path, purpose: path.contains("/M2") ? .check : .run)
    } catch {
      return error.all
    }
    return try plan.warnings + plan.tests.flatMap { try RealRun.tester(plan).run($0).rejects }
  }
}
