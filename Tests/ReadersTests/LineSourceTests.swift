import Pipeline
import Readers
import TestSupport
import Testing

/// Bytes made on demand: a long line costs no memory.
private final class EndlessLine: ByteSource {
  private(set) var consumed = 0
  private let byte: UInt8
  private let length: Int
  private let tail: [UInt8]

  init(of byte: UInt8 = UInt8(ascii: "x"), length: Int, tail: String) {
    self.byte = byte
    self.length = length
    self.tail = Array(tail.utf8)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = min(buffer.count, length + tail.count - consumed)
    let plain = max(0, min(count, length - consumed))
    buffer.baseAddress?.initializeMemory(as: UInt8.self, repeating: byte, count: plain)
    for index in plain..<count { buffer[index] = tail[consumed + index - length] }
    consumed += count
    return count
  }
}

@Suite struct LineSourceTests {
  static let good = #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "-""#

  /// Blocks as texts, and the rejects.
  private func cut(
    _ bytes: [UInt8], capacity: Int = 4096, pace: Int = .max, step: Int = .max, limit: Int = 1 << 16
  ) throws -> (lines: [[UInt8]], rejects: [Reject], skipped: Int, offsets: [Int]) {
    let source = LineSource(MemorySource(bytes, step: step), limits: ReadLimits(record: limit))
    source.pace = pace
    let block = Block(capacity: capacity, headroom: limit)
    var lines: [[UInt8]] = []
    var rejects: [Reject] = []
    var offsets: [Int] = []
    var skipped = 0
    while true {
      block.reset()
      let isMore = try source.next(into: block)
      rejects += block.rejects
      skipped += block.skippedLines
      guard isMore else {
        #expect(block.isLast && block.count == 0)
        return (lines, rejects, skipped, offsets)
      }
      offsets.append(block.offset)
      #expect(bytes[block.offset..<(block.offset + block.count)].elementsEqual(block.bytes) as Bool)
      #expect((0..<Block.padding).allSatisfy { (block.start + block.count)[$0] == 0 } as Bool)
      var line: [UInt8] = []
      for byte in block.bytes {
        line.append(byte)
        if byte == 10 {
          lines.append(line)
          line = []
        }
      }
      if !line.isEmpty {
        #expect(block.isLast)
        lines.append(line)
      }
    }
  }

  @Test func splitsDoNotMatter() throws {
    var generator = Seeded(11)
    for round in 0..<25 {
      var bytes: [UInt8] = round % 3 == 0 ? [0xEF, 0xBB, 0xBF] : []
      for _ in 0..<Int.random(in: 0..<80, using: &generator) {
        let length =
          Int.random(in: 0..<10, using: &generator) == 0
          ? Int.random(in: 0..<9000, using: &generator) : Int.random(in: 0..<60, using: &generator)
        bytes += (0..<length).map { _ in [0, 13, 32, 65, 255, 0xEF].randomElement(using: &generator) ?? 0 }
        bytes.append(10)
      }
      bytes += [UInt8](repeating: 66, count: Int.random(in: 0..<5, using: &generator))
      let whole = try cut(bytes, capacity: 1 << 20, limit: 3000)
      for _ in 0..<6 {
        let part = try cut(
          bytes, capacity: [4096, 8192].randomElement(using: &generator) ?? 4096,
          pace: Int.random(in: 1..<5000, using: &generator),
          step: [1, 7, 4096, Int.max].randomElement(using: &generator) ?? 1, limit: 3000)
        #expect((part.lines == whole.lines) as Bool, "round \(round)")
        #expect(part.rejects.map(\.message) == whole.rejects.map(\.message))
        #expect(part.skipped == whole.skipped)
      }
      #expect(whole.skipped == whole.rejects.count)
    }
  }

  @Test func empty() throws {
    #expect(try cut([]).lines == [])
    #expect(try cut([0xEF, 0xBB, 0xBF]).lines == [])
    #expect(try cut([0xEF]).lines == [[0xEF]])
    #expect(try cut([0xEF, 10]).lines == [[0xEF, 10]])
    #expect(try cut([10, 10]).lines == [[10], [10]])
  }

  @Test func longLine() throws {
    for (tail, count) in [("\n\(LineSourceTests.good)\n", 1), ("", 0), ("\n", 0)] {
      let source = EndlessLine(length: 20 << 20, tail: tail)
      let reading = try read(source, with: weblog("combined"), capacity: 1 << 18, limit: 1 << 20)
      #expect(reading.records.count == count)
      #expect(reading.rejects == ["R001 1 1 record of 20971520 bytes at byte 0 is longer than 1048576 bytes"])
      #expect(reading.lines == 1 + count)
      if count == 1 { #expect(reading.places == ["2:2:20971521"]) }
    }
  }

  /// What a writer leaves that keeps its place in a log that was emptied.
  @Test(arguments: [1, 5000, 20 << 20]) func zerosBeforeALine(_ count: Int) throws {
    let source = EndlessLine(of: 0, length: count, tail: "\(LineSourceTests.good)\n\(LineSourceTests.good)\n")
    let reading = try read(source, with: weblog("combined"), capacity: 1 << 18, limit: 1 << 20)
    #expect(reading.rejects == [] && reading.lines == 2)
    #expect(reading.records.map { $0["ip"] } == ["1.2.3.4", "1.2.3.4"])
    #expect(reading.raws == [Array(LineSourceTests.good.utf8), Array(LineSourceTests.good.utf8)])
    #expect(reading.places.first == "1:1:\(count)")
    let onlyZeros = try read(EndlessLine(of: 0, length: count, tail: ""), with: weblog("combined"), limit: 1 << 20)
    #expect(onlyZeros.rejects == [] && onlyZeros.records.isEmpty)
  }

  @Test func limitIsExact() throws {
    let line = [UInt8](repeating: 65, count: 100)
    #expect(try cut(line + [10], limit: 100).rejects.isEmpty)
    #expect(try cut(line + [65, 10], limit: 100).rejects.map(\.length) == [101])
    #expect(try cut(line, limit: 100).rejects.isEmpty)
    #expect(try cut(line + [65], limit: 100).rejects.map(\.raw?.count) == [101])
  }

  /// What is rejected before it comes into a block says where it stood.
  @Test func originOfLongLines() throws {
    let long = [UInt8](repeating: 65, count: 200) + [10]
    let short = [UInt8](repeating: 66, count: 50) + [10]
    for end in [[], [10]] as [[UInt8]] {
      let reading = try cut(short + long + short + long + long.dropLast() + end, limit: 100)
      #expect(reading.rejects.map(\.origin) == [51, 303, 504])
    }
  }

  @Test func utf16() throws {
    let text = LineSourceTests.good.replacing("GET /", with: "GET /é😀") + "\r\n"
    for isBig in [false, true] {
      var bytes: [UInt8] = isBig ? [0xFE, 0xFF] : [0xFF, 0xFE]
      for unit in text.utf16 + [0xD800] {
        let pair = [UInt8(unit >> 8), UInt8(unit & 255)]
        bytes += isBig ? pair : pair.reversed()
      }
      bytes.append(7)
      for step in [1, 3, Int.max] {
        let reading = try read(MemorySource(bytes, step: step), with: weblog("combined"), capacity: 4096)
        #expect(reading.records.first?["path"] == "/é😀")
        #expect(reading.rejects.count == 1)
      }
    }
  }

  @Test func shortInputsWithMarks() throws {
    for bytes: [UInt8] in [[0xFF], [0xFE], [0xFF, 0xFE], [0xFE, 0xFF, 65], [0xEF, 0xBB]] {
      let reading = try read(MemorySource(bytes, step: 1), with: weblog("combined"))
      #expect(reading.records.isEmpty && reading.rejects.count == (bytes == [0xFF, 0xFE] ? 0 : 1))
    }
  }

  @Test func binaryGarbage() throws {
    var bytes: [UInt8] = []
    var state: UInt64 = 42
    for _ in 0..<200_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bytes.append(UInt8(truncatingIfNeeded: state >> 33))
    }
    let reading = try read(MemorySource(bytes), with: weblog("combined"), capacity: 8192)
    #expect(reading.records.isEmpty)
    #expect(reading.lines == reading.comments + reading.blanks + reading.rejects.count)
  }

  /// Every prefix and every damaged byte of a good line: a record or a reject, never a crash.
  @Test func mutations() throws {
    let line = Array(LineSourceTests.good.utf8)
    var text: [UInt8] = []
    for end in 0...line.count { text += line[..<end] + [10] }
    for at in line.indices {
      for byte: UInt8 in [0, 0x20, 0x22, 0x5B, 0x5C, 0x7F, 0xFF, 0x2D] {
        var other = line
        other[at] = byte
        text += other + [10]
      }
    }
    for format in ["combined", "vhost_combined", "common", #"$remote_addr "$request" $msec $upstream_addr"#] {
      let reading = try read(MemorySource(text), with: weblog(format), capacity: 4096)
      #expect(reading.lines == reading.comments + reading.blanks + reading.count)
      #expect(reading.count == reading.records.count + reading.rejects.count)
    }
  }
}
