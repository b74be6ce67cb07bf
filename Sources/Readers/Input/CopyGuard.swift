internal import Pipeline

/// Finds inputs that are copies of each other, which would count everything twice.
enum CopyGuard {
  /// I105 for each pair whose heads are the same, or one of which is complete and begins the other. Inputs without a
  /// record are never copies.
  static func findings(_ heads: [InputHead]) throws -> [Diagnostic] {
    var findings: [Diagnostic] = []
    let sorted = heads.filter { $0.hasRecords && $0.size != nil }.sorted {
      $0.stem == $1.stem
        ? $0.input.name.utf8.lexicographicallyPrecedes($1.input.name.utf8) : $0.stem.lexicographicallyPrecedes($1.stem)
    }
    var at = 0
    while at < sorted.count {
      // Everything between a text and one that it begins, begins with it as well: neighbours are enough.
      var next = at + 1
      while next < sorted.count, sorted[next].stem == sorted[at].stem { next += 1 }
      if next - at > 1 { findings += try compare(Array(sorted[at..<next])) }
      let last = sorted[next - 1]
      if next < sorted.count, last.isComplete, last.length == last.stem.count,
        sorted[next].stem.starts(with: last.stem)
      {
        findings.append(finding(last, sorted[next]))
      }
      at = next
    }
    return findings
  }

  /// Heads that agree in their stems, compared whole.
  private static func compare(_ heads: [InputHead]) throws -> [Diagnostic] {
    var whole: [(head: InputHead, bytes: [UInt8])] = []
    for head in heads { whole.append((head, try InputHead.read(head.input).bytes)) }
    whole.sort {
      $0.bytes == $1.bytes
        ? $0.head.input.name.utf8.lexicographicallyPrecedes($1.head.input.name.utf8)
        : $0.bytes.lexicographicallyPrecedes($1.bytes)
    }
    var findings: [Diagnostic] = []
    for (one, other) in zip(whole, whole.dropFirst()) where other.bytes.starts(with: one.bytes) {
      if one.head.isComplete || one.bytes.count == other.bytes.count { findings.append(finding(one.head, other.head)) }
    }
    return findings
  }

  private static func finding(_ one: InputHead, _ other: InputHead) -> Diagnostic {
    Diagnostic(
      "I105", "\(one.input.name) is a copy of \(other.input.name), or begins it",
      remedy: "leave one of them out; reading both would count its records twice")
  }
}
