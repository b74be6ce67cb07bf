import Foundation
import TestSupport
import Testing

@testable import Mapping

/// What tests of a mapping may expect.
@Suite struct RejectCodesTests {
  @Test func allThatHaveAPageAreKnown() throws {
    let pages = Repository.root.appending(path: "docs/codes")
    let names = try FileManager.default.contentsOfDirectory(atPath: pages.path()).filter { $0.hasPrefix("R") }
    #expect(names.map { String($0.dropLast(3)) }.sorted() == RejectCodes.all)
  }
}
