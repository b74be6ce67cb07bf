internal import Glibc

/// The paths that a pattern of glob(7) stands for, in which `**/` stands for folders however deep, or for none. Hidden folders
/// are not entered, nor are links to folders, which may lead back up.
struct InputPattern {
  private var found: Set<String> = []
  /// Folders that could not be looked into: their paths, and the system's reason.
  private(set) var closed: [(path: String, reason: Int32)] = []

  init(_ pattern: String) { expand(pattern) }

  /// In the order of their bytes.
  var paths: [String] { found.sorted(by: InputPattern.precedes) }

  /// Whether a name that is no file's is meant as a pattern.
  static func isPattern(_ text: String) -> Bool { text.utf8.contains { "*?[".utf8.contains($0) } }

  static func precedes(_ one: String, _ other: String) -> Bool {
    one.utf8.lexicographicallyPrecedes(other.utf8)
  }

  private mutating func expand(_ pattern: String) {
    let segments = pattern.split(separator: "/", omittingEmptySubsequences: false)
    guard let deep = segments.dropLast().firstIndex(of: "**") else {
      found.formUnion(InputPattern.matches(pattern))
      return
    }
    let rest = segments[(deep + 1)...].joined(separator: "/")
    let stem = segments[..<deep].joined(separator: "/")
    // Nothing before the stars is the folder at work, and an empty segment the root.
    let stems = deep == 0 ? [""] : stem.isEmpty ? ["/"] : InputPattern.matches(stem).map { $0 + "/" }
    for stem in stems { expand(rest, below: stem) }
  }

  /// - Parameter stem: a folder, empty or with a slash at its end.
  private mutating func expand(_ rest: String, below stem: String) {
    if !stem.isEmpty, access(stem, R_OK | X_OK) != 0 {
      if errno != ENOTDIR { closed.append((stem, errno)) }
      return
    }
    expand(InputPattern.escaped(stem) + rest)
    for path in InputPattern.matches(InputPattern.escaped(stem) + "*/") {
      var status = stat()
      if lstat(String(path.dropLast()), &status) != 0 {
        closed.append((path, errno))
      } else if status.st_mode & S_IFMT == S_IFDIR {
        expand(rest, below: path)
      }
    }
  }

  private static func matches(_ pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, GLOB_NOSORT, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
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
