// The strings extension, by code points, and our own functions on text.

extension Library {
  static let stringExtension: [Entry] = [
    (
      "charAt",
      .binary(.string, .int, .string, member: true) { activation, x, index in
        guard let at = byteOffset(x, index.int) else { return activation.error(.indexOutOfRange, String(index.int)) }
        if at == x.length { return .emptyString }
        var end = at + 1
        while end < x.length, x.start[end] & 0xC0 == 0x80 { end += 1 }
        return .string(x.start + at, count: end - at)
      }
    ),
    ("indexOf", .binary(.string, .string, .int, member: true) { a, x, y in indexOf(a, x, y, .int(0)) }),
    ("indexOf", .ternary(.string, .string, .int, .int, member: true, indexOf)),
    (
      "lastIndexOf",
      .binary(.string, .string, .int, member: true) { _, x, y in
        position(x, lastIndex(of: y.start, y.length, in: x.start, x.length, before: x.length))
      }
    ),
    (
      "lastIndexOf",
      .ternary(.string, .string, .int, .int, member: true) { activation, x, y, limit in
        guard let before = byteOffset(x, limit.int) else {
          return activation.error(.indexOutOfRange, String(limit.int))
        }
        return position(x, lastIndex(of: y.start, y.length, in: x.start, x.length, before: before))
      }
    ),
    ("substring", .binary(.string, .int, .string, member: true) { a, x, from in substring(a, x, from, nil) }),
    ("substring", .ternary(.string, .int, .int, .string, member: true) { a, x, from, to in substring(a, x, from, to) }),
    ("lowerAscii", .unary(.string, .string, member: true) { a, x in mapASCII(a, x, from: 0x41) }),
    ("upperAscii", .unary(.string, .string, member: true) { a, x in mapASCII(a, x, from: 0x61) }),
    (
      "lower",
      .unary(.string, .string, member: true) { a, x in
        isASCII(x.start, x.length) ? mapASCII(a, x, from: 0x41) : a.string(x.text.lowercased())
      }
    ),
    (
      "upper",
      .unary(.string, .string, member: true) { a, x in
        isASCII(x.start, x.length) ? mapASCII(a, x, from: 0x61) : a.string(x.text.uppercased())
      }
    ),
    ("trim", .unary(.string, .string, member: true) { _, x in trim(x) }),
    ("reverse", .unary(.string, .string, member: true, reverse)),
    ("replace", .ternary(.string, .string, .string, .string, member: true) { a, x, y, z in replace(a, x, y, z, -1) }),
    (
      "replace",
      .variadic([.string, .string, .string, .int], .string, member: true) { a, x in
        replace(a, x[0], x[1], x[2], x[3].int)
      }
    ),
    ("split", .binary(.string, .string, .list(.string), member: true) { a, x, y in split(a, x, y, -1) }),
    ("split", .ternary(.string, .string, .int, .list(.string), member: true) { a, x, y, n in split(a, x, y, n.int) }),
    ("join", .unary(.list(.string), .string, member: true) { a, x in join(a, x, .emptyString) }),
    ("join", .binary(.list(.string), .string, .string, member: true, join)),
    ("format", .binary(.string, .list(.dyn), .string, member: true, Format.format)),
    ("strings.quote", .unary(.string, .string, quote)),
    (
      "after",
      .binary(.string, .string, .optional(.string), member: true) { _, x, y in
        guard let at = firstIndex(of: y.start, y.length, in: x.start, x.length) else { return .none }
        let end = at + y.length
        return Value.string(x.start + end, count: x.length - end).wrapped
      }
    ),
    (
      "before",
      .binary(.string, .string, .optional(.string), member: true) { _, x, y in
        guard let at = firstIndex(of: y.start, y.length, in: x.start, x.length) else { return .none }
        return Value.string(x.start, count: at).wrapped
      }
    ),
  ]

  // MARK: Positions

  /// The byte offset of a code point by its index, at most the end.
  private static func byteOffset(_ text: Value, _ index: Int64) -> Int? {
    guard index >= 0, index <= text.length else { return nil }
    return offset(ofCodePoint: Int(index), text.start, text.length)
  }

  private static func position(_ text: Value, _ offset: Int?) -> Value {
    offset.map { .int(Int64(codePoints(text.start, $0))) } ?? .int(-1)
  }

  @Sendable
  private static func indexOf(_ activation: Activation, _ x: Value, _ y: Value, _ from: Value) -> Value {
    guard let start = byteOffset(x, from.int) else { return activation.error(.indexOutOfRange, String(from.int)) }
    return position(x, firstIndex(of: y.start, y.length, in: x.start, x.length, from: start))
  }

  private static func substring(_ activation: Activation, _ x: Value, _ from: Value, _ to: Value?) -> Value {
    guard let start = byteOffset(x, from.int) else { return activation.error(.indexOutOfRange, String(from.int)) }
    guard let to else { return .string(x.start + start, count: x.length - start) }
    guard let end = byteOffset(x, to.int), start <= end else {
      return activation.error(.indexOutOfRange, String(to.int))
    }
    return .string(x.start + start, count: end - start)
  }

  // MARK: Letters

  /// Flips the case of the 26 letters from a first one; copies the text only if there is a letter to change.
  private static func mapASCII(_ activation: Activation, _ x: Value, from letter: UInt8) -> Value {
    let (p, count) = (x.start, x.length)
    let first = firstLetter(p, count, from: letter)
    guard first < count else { return x }
    guard let memory = activation.allocate(count)?.assumingMemoryBound(to: UInt8.self) else {
      return .error(.outOfMemory)
    }
    memory.update(from: p, count: first)
    for index in first..<count { memory[index] = p[index] ^ (p[index] &- letter < 26 ? 0x20 : 0) }
    return .string(UnsafePointer(memory), count: count)
  }

  /// The offset of the first of 26 letters, or the end.
  private static func firstLetter(_ p: Pointer, _ count: Int, from letter: UInt8) -> Int {
    var index = 0
    let base = SIMD16<UInt8>(repeating: letter)
    let range = SIMD16<UInt8>(repeating: 26)
    while index + 16 <= count {
      if any((load128(p + index) &- base) .< range) { break }
      index += 16
    }
    while index < count, p[index] &- letter >= 26 { index += 1 }
    return index
  }

  /// Without the white space of Unicode at both ends.
  static func trim(_ x: Value) -> Value {
    let p = x.start
    var (start, end) = (0, x.length)
    while start < end, let width = spaceWidth(p + start, end - start) { start += width }
    while start < end {
      var last = end - 1
      while last > start, p[last] & 0xC0 == 0x80 { last -= 1 }
      guard let width = spaceWidth(p + last, end - last), width == end - last else { break }
      end = last
    }
    return .string(p + start, count: end - start)
  }

  @inline(__always)
  private static func spaceWidth(_ p: Pointer, _ count: Int) -> Int? {
    let byte = p[0]
    if byte < 0x80 { return byte == 0x20 || byte &- 9 < 5 ? 1 : nil }
    if byte == 0xC2, count > 1 { return p[1] == 0x85 || p[1] == 0xA0 ? 2 : nil }
    guard byte == 0xE1 || byte == 0xE2 || byte == 0xE3, count > 2 else { return nil }
    return switch (byte, p[1], p[2]) {
    case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8), (0xE2, 0x80, 0xA9), (0xE2, 0x80, 0xAF),
      (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80):
      3
    default: nil
    }
  }

  @Sendable
  private static func reverse(_ activation: Activation, _ x: Value) -> Value {
    guard x.count > 0 else { return x }
    guard let memory = activation.allocate(x.length)?.assumingMemoryBound(to: UInt8.self) else {
      return .error(.outOfMemory)
    }
    var (end, target) = (x.length, 0)
    while end > 0 {
      var start = end - 1
      while start > 0, x.start[start] & 0xC0 == 0x80 { start -= 1 }
      memory.advanced(by: target).update(from: x.start + start, count: end - start)
      target += end - start
      end = start
    }
    return .string(UnsafePointer(memory), count: x.length)
  }

  // MARK: Parts

  private static func replace(_ activation: Activation, _ x: Value, _ old: Value, _ new: Value, _ limit: Int64) -> Value
  {
    var writer = TextWriter(activation)
    var (position, count) = (0, Int64(0))
    while limit < 0 || count < limit {
      if old.count == 0 {
        // Between all code points, and at both ends.
        guard writer.append(new) else { return .error(.outOfMemory) }
        count += 1
        guard position < x.length else { break }
        var end = position + 1
        while end < x.length, x.start[end] & 0xC0 == 0x80 { end += 1 }
        guard writer.append(x.start + position, end - position) else { return .error(.outOfMemory) }
        position = end
        continue
      }
      guard let found = firstIndex(of: old.start, old.length, in: x.start, x.length, from: position) else { break }
      guard writer.append(x.start + position, found - position), writer.append(new) else { return .error(.outOfMemory) }
      position = found + old.length
      count += 1
    }
    if count == 0 { return x }
    guard writer.append(x.start + position, x.length - position) else { return .error(.outOfMemory) }
    return writer.string
  }

  private static func split(_ activation: Activation, _ x: Value, _ separator: Value, _ limit: Int64) -> Value {
    if limit == 0 { return .emptyList }
    // Counted first, so that the list is allocated once.
    func next(_ position: Int) -> (end: Int, next: Int)? {
      if separator.count == 0 {
        guard position < x.length else { return nil }
        var end = position + 1
        while end < x.length, x.start[end] & 0xC0 == 0x80 { end += 1 }
        return end < x.length ? (end, end) : nil
      }
      return firstIndex(of: separator.start, separator.length, in: x.start, x.length, from: position)
        .map { ($0, $0 + separator.length) }
    }
    if separator.count == 0, x.count == 0 { return .emptyList }
    var (parts, position) = (1, 0)
    while limit < 0 || Int64(parts) < limit, let found = next(position) {
      parts += 1
      position = found.next
    }
    guard let list = activation.allocateValues(parts) else { return .error(.outOfMemory) }
    position = 0
    for index in 0..<parts {
      if index + 1 < parts, let found = next(position) {
        list[index] = .string(x.start + position, count: found.end - position)
        position = found.next
      } else {
        list[index] = .string(x.start + position, count: x.length - position)
      }
    }
    return .list(list, count: parts)
  }

  @Sendable
  private static func join(_ activation: Activation, _ list: Value, _ separator: Value) -> Value {
    var writer = TextWriter(activation)
    for (index, element) in list.elements.enumerated() {
      guard element.isPlain(.string) else { return .error(.noSuchOverload) }
      if index > 0, !writer.append(separator) { return .error(.outOfMemory) }
      guard writer.append(element) else { return .error(.outOfMemory) }
    }
    return writer.string
  }

  @Sendable
  private static func quote(_ activation: Activation, _ x: Value) -> Value {
    var bytes: [UInt8] = [0x22]
    // Bytes that are not UTF-8 become U+FFFD.
    for byte in x.text.utf8 {
      let letter: UInt8? =
        switch byte {
        case 7: UInt8(ascii: "a")
        case 8: UInt8(ascii: "b")
        case 9: UInt8(ascii: "t")
        case 10: UInt8(ascii: "n")
        case 11: UInt8(ascii: "v")
        case 12: UInt8(ascii: "f")
        case 13: UInt8(ascii: "r")
        case 0x22, 0x5C: byte
        default: nil
        }
      if let letter { bytes += [0x5C, letter] } else { bytes.append(byte) }
    }
    bytes.append(0x22)
    return bytes.withUnsafeBufferPointer { activation.string(copying: $0) }
  }
}
