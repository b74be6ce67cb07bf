/// A place in a text that somebody wrote. Line and column are 1-based; columns and lengths count UTF-8 bytes of the
/// line and are turned into characters where they are shown.
public struct SourceSpan: Sendable, Equatable {
  /// From 1.
  public var line: Int
  /// From 1, in UTF-8 bytes of the line.
  public var column: Int
  /// Bytes to underline, at least 1.
  public var length: Int

  public init(line: Int, column: Int, length: Int = 1) {
    self.line = line
    self.column = column
    self.length = length
  }
}

/// One finding: what is wrong, where, why, and what to do. A value, thrown or collected, rendered in one place.
public struct Diagnostic: Error, Sendable, Equatable {
  /// Whether a finding forbids to go on.
  public enum Severity: String, Sendable { case error, warning }

  /// `M101`; its letter names the part: M mapping, R record, I input, C state, O output, D delivery, U usage.
  public var code: String
  /// An error ends what found it; a warning is only said.
  public var severity: Severity
  /// Lower-case, no full stop.
  public var message: String
  /// What stands under the caret.
  public var label: String
  /// What to write or do instead.
  public var remedy: String
  /// The file's name as the user typed it.
  public var file: String?
  /// Where in `file`; nil if it is about the whole.
  public var span: SourceSpan?

  /// Texts of more than 400 bytes are shortened in their middle.
  public init(
    _ code: String, _ message: String, severity: Severity = .error, label: String = "", remedy: String = "",
    file: String? = nil, span: SourceSpan? = nil
  ) {
    self.code = code
    self.severity = severity
    self.message = Diagnostic.shortened(message)
    self.label = Diagnostic.shortened(label)
    self.remedy = Diagnostic.shortened(remedy)
    self.file = file
    self.span = span
  }
}

extension Diagnostic {
  /// Messages quote what they are about, and that can be a text of megabytes.
  private static func shortened(_ text: String) -> String {
    let most = 400
    let bytes = text.utf8
    guard bytes.count > most else { return text }
    // Not by characters: any number of accents can stand on a letter, and be one.
    let scalars = text.unicodeScalars
    let head = scalars[..<bytes.index(bytes.startIndex, offsetBy: most / 2)]
    let tail = scalars[bytes.index(bytes.endIndex, offsetBy: -most / 4)...]
    return String(head) + " … " + String(tail)
  }
}

/// Several findings thrown at once: all are reported, never only the first.
public struct Diagnostics: Error, Sendable {
  /// At least one, in the order in which they were found.
  public var all: [Diagnostic]
  public init(_ all: [Diagnostic]) { self.all = all }
  /// Whether one of them is more than a warning.
  public var hasErrors: Bool { all.contains { $0.severity == .error } }
}
