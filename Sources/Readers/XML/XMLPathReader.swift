internal import Pipeline

/// Reads paths in the settings of reader `xml`.
///
/// Findings: M309 a path that cannot be read, or leads where it must not.
struct XMLPathReader {
  /// From the prefixes in paths to their URIs.
  let namespaces: [String: String]
  /// Takes the findings.
  let settings: SettingsReader

  /// As it is written; nil after a finding.
  func path(_ node: ConfigNode) -> XMLPath? {
    guard let scalar = node.scalar else {
      settings.report("M309", "a path must be text", at: node.span, remedy: "write path: \"@id\"")
      return nil
    }
    do {
      return try XMLPath(scalar.text, namespaces: namespaces)
    } catch {
      var span = scalar.span
      // A text without escapes is underlined where it is wrong; of any other the whole.
      if scalar.style == .plain || scalar.style == .singleQuoted && !scalar.text.contains("'")
        || scalar.style == .doubleQuoted && !scalar.text.contains(where: { $0 == "\"" || $0 == "\\" })
      {
        span.column += error.offset + (scalar.style == .plain ? 0 : 1)
        span.length = max(1, error.length)
      }
      settings.report("M309", error.message, at: span, remedy: error.remedy)
      return nil
    }
  }

  /// The path from the element of its scope. An absolute one must begin with that element's path, but for `//b`: a field
  /// has nowhere else to look than its record, so it is meant at any depth of that.
  ///
  /// - Parameter node: where the path is written.
  func inside(_ path: XMLPath, _ base: XMLPath, _ node: ConfigNode) -> XMLPath? {
    guard path.isAbsolute else { return path }
    if let relative = path.relative(to: base) { return relative }
    if path.steps.first?.isDescendant == true {
      var inside = path
      inside.isAbsolute = false
      return inside
    }
    settings.report(
      "M309", "the path leaves its record", at: node.span,
      remedy:
        "write it from the record's element down, without '/' in front; for values before the records use `header`")
    return nil
  }
}
