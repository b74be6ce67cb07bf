import Glibc
import Pipeline
import Testing

@testable import Readers

@Suite struct SystemErrorTests {
  @Test func tooManyOpenFiles() {
    for number in [EMFILE, ENFILE] {
      let finding = SystemError.diagnostic(number, "a.log")
      #expect(finding.code == "I102" && finding.remedy.contains("ulimit -n"))
    }
  }
}
