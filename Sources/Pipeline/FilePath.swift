/// The parts of a path, as text: nothing is looked up.
public enum FilePath {
  /// The folder that it stands in: `.` for a mere name. A slash at the end says that it is a folder itself.
  public static func folder(of path: String) -> String {
    let path = withoutEnd(path)
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// What it is called in that folder.
  public static func name(of path: String) -> String {
    let path = withoutEnd(path)
    guard path.utf8.count > 1, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return String(path) }
    return String(path[path.utf8.index(after: slash)...])
  }

  /// The path of what another one's folder, or a path from there, leads to.
  public static func path(_ name: String, beside other: String) -> String {
    if name.utf8.first == UInt8(ascii: "/") { return name }
    // A mere name stays one: that is how it is named in messages.
    guard other.utf8.contains(UInt8(ascii: "/")) else { return name }
    let folder = folder(of: other)
    return folder == "/" ? "/" + name : folder + "/" + name
  }

  private static func withoutEnd(_ path: String) -> Substring {
    var path = path[...]
    while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path = path.dropLast() }
    return path
  }
}
