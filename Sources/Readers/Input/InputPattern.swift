internal import Glibc
internal import Pipeline

/// Patterns of glob(7) for inputs, in which `**/` stands for folders however deep, or for none.
enum InputPattern {
  /// Whether a name that is no file's is meant as a pattern.
  static func isPattern(_ text: String) -> Bool { text.utf8.contains { "*?[".utf8.contains($0) } }

  /// The paths that match, in the order of their bytes. Hidden folders are not entered, nor are links to folders, which may
  /// lead back up.
  static func matches(_ pattern: String) -> [String] { expanded(pattern).sorted(by: precedes) }

  static func precedes(_ one: String, _ other: String) -> Bool {
    one.utf8.lexicographicallyPrecedes(other.utf8)
  }

  private static func expanded(_ pattern: String) -> Set<String> {
    let segments = pattern.split(separator: "/", omittingEmptySubsequences: false)
    guard let deep = segments.dropLast().firstIndex(of: "**") else { return Set(plain(pattern)) }
    let rest = segments[(deep + 1)...].joined(separator: "/")
    let stem = segments[..<deep].joined(separator: "/")
    // Nothing before the stars is the folder at work, and an empty segment the root.
    let stems = deep == 0 ? [""] : stem.isEmpty ? ["/"] : plain(stem).map { $0 + "/" }
    var paths: Set<String> = []
    for stem in stems {
      for folder in folders(from: stem) { paths.formUnion(expanded(escaped(folder) + rest)) }
    }
    return paths
  }

  private static func plain(_ pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, GLOB_NOSORT, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
  }

  /// The folder itself, and all below it. `stem` is empty or ends with a slash, and so do they.
  private static func folders(from stem: String) -> [String] {
    let below = Folder.names(in: stem.isEmpty ? "." : stem) ?? []
    return [stem]
      + below.flatMap { name in
        name.hasPrefix(".") || !isFolder(stem + name) ? [] : folders(from: stem + name + "/")
      }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// A path as a pattern that it alone matches.
  private static func escaped(_ path: String) -> String {
    var text = ""
    for character in path {
      if "*?[\\".contains(character) { text.append("\\") }
      text.append(character)
    }
    return text
  }
}
