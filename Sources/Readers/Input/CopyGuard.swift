internal import Pipeline

/// Finds inputs that are copies of each other, which would count everything twice.
enum CopyGuard {
  /// One that is a copy of the other, or begins it.
  struct Pair {
    var copy: InputHead
    var original: InputHead

    /// I105
    var finding: Diagnostic {
      Diagnostic(
        "I105", "\(copy.input.title) is a copy of \(original.input.title), or begins it",
        remedy: "leave one of them out; reading both would count its records twice")
    }
  }

  /// Each pair whose heads are the same, or one of which is complete and begins the other. Inputs without a record are
  /// never copies.
  static func pairs(_ heads: [InputHead]) throws -> [Pair] {
    var pairs: [Pair] = []
    let sorted = heads.filter(\.hasRecords).sorted {
      $0.stem == $1.stem
        ? $0.input.name.utf8.lexicographicallyPrecedes($1.input.name.utf8) : $0.stem.lexicographicallyPrecedes($1.stem)
    }
    var at = 0
    while at < sorted.count {
      // Everything between a text and one that it begins, begins with it as well: neighbours are enough.
      var next = at + 1
      while next < sorted.count, sorted[next].stem == sorted[at].stem { next += 1 }
      if next - at > 1 { pairs += try compare(Array(sorted[at..<next])) }
      let last = sorted[next - 1]
      if next < sorted.count, last.isComplete, last.length == last.stem.count,
        sorted[next].stem.starts(with: last.stem)
      {
        pairs.append(Pair(copy: last, original: sorted[next]))
      }
      at = next
    }
    return pairs
  }

  /// Heads that agree in their stems, compared whole.
  private static func compare(_ heads: [InputHead]) throws -> [Pair] {
    var whole: [(head: InputHead, bytes: [UInt8])] = []
    for head in heads { whole.append((head, try head.bytes ?? InputHead.read(head.input).bytes)) }
    whole.sort {
      $0.bytes == $1.bytes
        ? $0.head.input.name.utf8.lexicographicallyPrecedes($1.head.input.name.utf8)
        : $0.bytes.lexicographicallyPrecedes($1.bytes)
    }
    var pairs: [Pair] = []
    for (one, other) in zip(whole, whole.dropFirst()) where other.bytes.starts(with: one.bytes) {
      if one.head.isComplete || one.bytes.count == other.bytes.count {
        pairs.append(Pair(copy: one.head, original: other.head))
      }
    }
    return pairs
  }
}
