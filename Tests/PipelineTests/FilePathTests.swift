import Pipeline
import Testing

@Suite struct FilePathTests {
  @Test(arguments: [
    ("a/b/c", "a/b", "c"), ("a", ".", "a"), ("/a", "/", "a"), ("./a", ".", "a"), ("a/b/", "a", "b"), ("a//", ".", "a"),
    ("/", "/", "/"), ("//", "/", "/"), ("", ".", ""), ("ł/ó", "ł", "ó"),
  ])
  func parts(_ path: String, _ folder: String, _ name: String) {
    #expect(FilePath.folder(of: path) == folder)
    #expect(FilePath.name(of: path) == name)
  }

  @Test(arguments: [
    ("t.csv", "maps/m.yaml", "maps/t.csv"), ("../t.csv", "maps/m.yaml", "maps/../t.csv"),
    ("/t.csv", "maps/m", "/t.csv"),
    ("t.csv", "m.yaml", "t.csv"), ("t.csv", "/m.yaml", "/t.csv"),
  ])
  func neighbours(_ name: String, _ other: String, _ path: String) {
    #expect(FilePath.path(name, beside: other) == path)
  }
}
