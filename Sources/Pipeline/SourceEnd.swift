/// How the bytes of a source ended.
public enum SourceEnd: Sendable {
  /// Where they should.
  case whole
  /// Before they should: what stands behind the last whole record is lost.
  case damaged(Reject)
  /// The same, and further bytes would mend it: whoever writes the input may not be done yet.
  case cutOff(Reject)
  /// For now: what stands behind the last whole record is none yet, and nothing is lost.
  case open(Lack)

  /// What an open end is known to lack, whether or not a record stands in front of it.
  public enum Lack: Sendable {
    case nothing
    /// Something that a later look will find.
    case more
    /// Something that will hardly come, and why.
    case torn(String)
  }

  public var isWhole: Bool { if case .whole = self { true } else { false } }
}
