/// Queries in the form of HTML forms: `a=1&b=two+words`.
enum Query {
  /// The names and values, decoded; the first value of a repeated name wins.
  static func parse(_ activation: Activation, _ text: Value) -> Value {
    let (p, count) = (text.start, text.length)
    guard count > 0 else { return .emptyMap }
    var capacity = 1
    for index in 0..<count where p[index] == UInt8(ascii: "&") { capacity += 1 }
    guard var builder = MapBuilder(capacity: capacity, in: activation) else { return .error(.outOfMemory) }
    var start = 0
    while start <= count {
      var (end, middle, isPlainKey, isPlainValue) = (start, -1, true, true)
      while end < count, p[end] != UInt8(ascii: "&") {
        let byte = p[end]
        if byte == UInt8(ascii: "="), middle < 0 { middle = end }
        if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "%") {
          if middle < 0 { isPlainKey = false } else { isPlainValue = false }
        }
        end += 1
      }
      if end > start {
        var key = Value.string(p + start, count: (middle < 0 ? end : middle) - start)
        var value = middle < 0 ? .emptyString : Value.string(p + (middle + 1), count: end - middle - 1)
        if !isPlainKey { key = decode(activation, key) }
        if !isPlainValue { value = decode(activation, value) }
        if key.isError { return key }
        if value.isError { return value }
        _ = builder.insert(key, value)
      }
      start = end + 1
    }
    return builder.map
  }

  /// The names with all their values, decoded, in the order of the text.
  static func parseAll(_ activation: Activation, _ text: Value) -> Value {
    let (p, count) = (text.start, text.length)
    guard count > 0 else { return .emptyMap }
    var capacity = 1
    for index in 0..<count where p[index] == UInt8(ascii: "&") { capacity += 1 }
    guard var builder = MapBuilder(capacity: capacity, in: activation),
      let pairs = activation.allocateValues(2 * capacity)
    else { return .error(.outOfMemory) }
    var found = 0
    for part in text.utf8.split(separator: UInt8(ascii: "&")) {
      let middle = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
      let key = decode(activation, .string(UnsafeBufferPointer(rebasing: part[..<middle])))
      let value = decode(activation, .string(UnsafeBufferPointer(rebasing: part[middle...].dropFirst())))
      if key.isError { return key }
      if value.isError { return value }
      pairs[2 * found] = key
      pairs[2 * found + 1] = value
      found += 1
      _ = builder.insert(key, .int(0))
    }
    let map = builder.map
    // Every name counts its values, gets a list of that length, and fills it.
    func entry(_ pair: Int) -> UnsafeMutablePointer<Value>? {
      map.find(pairs[2 * pair]).map { UnsafeMutablePointer(mutating: $0) }
    }
    for pair in 0..<found {
      guard let entry = entry(pair) else { continue }
      entry.pointee = .int(entry.pointee.int + 1)
    }
    for pair in 0..<found {
      guard let entry = entry(pair) else { continue }
      if entry.pointee.kind == .int {
        guard let list = activation.allocateValues(Int(entry.pointee.int)) else { return .error(.outOfMemory) }
        entry.pointee = .list(list, count: 0)
      }
      let list = entry.pointee
      UnsafeMutablePointer(mutating: list.valueStart)[list.length] = pairs[2 * pair + 1]
      entry.pointee = .list(list.valueStart, count: list.length + 1)
    }
    return map
  }

  /// Replaces `+` by a space and `%XX` by its byte; what is not an escape stays. Bytes that are not UTF-8 in the end
  /// become U+FFFD.
  static func decode(_ activation: Activation, _ text: Value) -> Value {
    let (p, count) = (text.start, text.length)
    var index = 0
    while index < count, p[index] != UInt8(ascii: "+"), p[index] != UInt8(ascii: "%") { index += 1 }
    if index == count { return text }
    guard let memory = activation.allocate(count)?.assumingMemoryBound(to: UInt8.self) else {
      return .error(.outOfMemory)
    }
    memory.update(from: p, count: index)
    var (target, isASCII) = (index, true)
    while index < count {
      var byte = p[index]
      if byte == UInt8(ascii: "+") {
        byte = 0x20
      } else if byte == UInt8(ascii: "%"), index + 2 < count, let high = p[index + 1].hexadecimal,
        let low = p[index + 2].hexadecimal
      {
        byte = high << 4 | low
        index += 2
        if byte >= 0x80 { isASCII = false }
      }
      memory[target] = byte
      target += 1
      index += 1
    }
    let decoded = Value.string(UnsafePointer(memory), count: target)
    if isASCII || String(validating: decoded.utf8, as: UTF8.self) != nil { return decoded }
    return activation.string(decoded.text)
  }
}
