// contains, startsWith, endsWith: with a literal argument they become closures that know its length.

extension Library {
  static let strings: [Entry] =
    [
      (
        "contains",
        .binary(.string, .string, .bool, member: true, specialize: specializeContains) { _, text, part in
          .bool(firstIndex(of: part.start, part.length, in: text.start, text.length) != nil)
        }
      ),
      (
        "startsWith",
        .binary(.string, .string, .bool, member: true, specialize: specializePrefix) { _, text, part in
          .bool(hasPrefix(text.start, text.length, part.start, part.length))
        }
      ),
      (
        "endsWith",
        .binary(.string, .string, .bool, member: true, specialize: specializeSuffix) { _, text, part in
          .bool(hasSuffix(text.start, text.length, part.start, part.length))
        }
      ),
    ] + regexes

  @Sendable
  private static func specializeContains(_ site: inout CallSite) -> Specialized? {
    guard let literal = site.arguments[1].known else { return nil }
    let load = site.arguments[0].evaluate
    let count = literal.value.length
    return Specialized { activation in
      let text = load(activation)
      if text.isError { return text }
      return .bool(firstIndex(of: literal.value.start, count, in: text.start, text.length) != nil)
    }
  }

  @Sendable
  private static func specializePrefix(_ site: inout CallSite) -> Specialized? {
    guard let literal = site.arguments[1].known else { return nil }
    let load = site.arguments[0].evaluate
    let count = literal.value.length
    if count <= 8 {
      let word = packed(literal.value.start, count)
      return Specialized { activation in
        let text = load(activation)
        if text.isError { return text }
        return .bool(text.length >= count && packed(text.start, count) == word)
      }
    }
    return Specialized { activation in
      let text = load(activation)
      return text.isError ? text : .bool(hasPrefix(text.start, text.length, literal.value.start, count))
    }
  }

  @Sendable
  private static func specializeSuffix(_ site: inout CallSite) -> Specialized? {
    guard let literal = site.arguments[1].known else { return nil }
    let load = site.arguments[0].evaluate
    let count = literal.value.length
    if count <= 8 {
      let word = packed(literal.value.start, count)
      return Specialized { activation in
        let text = load(activation)
        if text.isError { return text }
        let length = text.length
        return .bool(length >= count && packed(text.start + (length - count), count) == word)
      }
    }
    return Specialized { activation in
      let text = load(activation)
      return text.isError ? text : .bool(hasSuffix(text.start, text.length, literal.value.start, count))
    }
  }
}
