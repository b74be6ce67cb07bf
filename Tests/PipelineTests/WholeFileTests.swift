import Glibc
import Pipeline
import TestSupport
import Testing

@Suite struct WholeFileTests {
  private let space: Workspace
  init() throws { space = try Workspace() }

  private func number(_ path: String, limit: Int) -> Int32? {
    do {
      _ = try WholeFile.read(path, limit: limit)
      return nil
    } catch {
      return error.number
    }
  }

  @Test func files() throws {
    let text = Array(String(repeating: "0123456789", count: 20_000).utf8)
    let path = try space.write("text", text)
    #expect(try WholeFile.read(path, limit: text.count) == text)
    #expect(try WholeFile.read("/dev/null", limit: 0) == [])
    #expect(number(path, limit: text.count - 1) == EFBIG)
    #expect(number("/dev/zero", limit: 1 << 20) == EFBIG, "which never ends")
    #expect(number(space.path("none"), limit: 1) == ENOENT)
    #expect(number(space.folder, limit: 1) == EISDIR)
  }
}
