import CZlib
import Glibc
import Pipeline
import Readers
import TestSupport
import Testing

extension Workspace {
  /// A named pipe that gives these bytes once.
  func pipe(_ name: String, _ bytes: [UInt8]) throws -> String {
    let source = try write(name + ".source", bytes)
    system("mkfifo \(path(name)); cat \(source) > \(path(name)) 2>/dev/null &")
    return path(name)
  }
}

/// One gzip member, or zlib data.
func deflated(_ bytes: [UInt8], gzip: Bool = true) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, 6, Z_DEFLATED, gzip ? 31 : 15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  var output = [UInt8](repeating: 0, count: bytes.count + 1000)
  var input = bytes
  let size = output.count
  let left: UInt32 = input.withUnsafeMutableBufferPointer { from in
    output.withUnsafeMutableBufferPointer { to in
      stream.next_in = from.baseAddress
      stream.avail_in = UInt32(from.count)
      stream.next_out = to.baseAddress
      stream.avail_out = UInt32(to.count)
      deflate(&stream, Z_FINISH)
      return stream.avail_out
    }
  }
  deflateEnd(&stream)
  return Array(output[..<(size - Int(left))])
}

/// `count` lines from a second on, one each `step` seconds.
func log(_ count: Int, from second: Int = 0, step: Int = 1, ip: String = "10.0.0.1") -> [UInt8] {
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  var text = ""
  for index in 0..<count {
    let at = second + index * step
    let clock = "\(two(at / 3600 % 24)):\(two(at / 60 % 60)):\(two(at % 60))"
    text += "\(ip) - - [\(two(1 + at / 86_400))/Oct/2000:\(clock) +0000] \"GET /\(index) HTTP/1.1\" 200 1 \"-\" \"-\"\n"
  }
  return Array(text.utf8)
}

@Suite struct InflatingSourceTests {
  private func inflate(_ stored: [UInt8], step: Int = .max, room: Int = 70_000, threaded: Bool) throws
    -> (bytes: [UInt8], damage: String?)
  {
    let inner = InflatingSource(MemorySource(stored, step: step))
    let source: any FragileSource = threaded ? ReadAheadSource(inner, buffers: 2, size: 4096) : inner
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: room)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return (bytes, source.reportedDamage.map { "\($0.code) \($0.message)" })
  }

  @Test(arguments: [false, true]) func whole(_ threaded: Bool) throws {
    let text = log(1000)
    let member = deflated(text)
    let cases: [([UInt8], [UInt8])] = [
      (member, text), (member + member, text + text), (member + [0, 0, 0], text),
      (member + [0, 0] + member + [0], text + text), (deflated(text, gzip: false), text),
      (deflated([]) + member + deflated([]), text), (deflated([]), []),
    ]
    for (stored, expected) in cases {
      #expect(InflatingSource.recognises(stored))
      for step in [1, 100, Int.max] {
        let result = try inflate(stored, step: step, room: step == 1 ? 70_000 : 999, threaded: threaded)
        #expect((result.bytes == expected) as Bool)
        #expect(result.damage == nil)
      }
    }
  }

  @Test(arguments: [false, true]) func damaged(_ threaded: Bool) throws {
    let text = log(1000)
    let member = deflated(text)
    for cutAt in [4, 11, member.count / 2, member.count - 3] {
      let result = try inflate(Array(member[..<cutAt]), threaded: threaded)
      #expect(text.starts(with: result.bytes) as Bool)
      #expect(
        result.damage
          == "I201 the compressed data ends too early at byte \(cutAt), after \(result.bytes.count) decompressed bytes")
    }
    var wrongSum = member
    wrongSum[member.count - 6] ^= 1
    let sum = try inflate(deflated(Array("before\n".utf8)) + wrongSum, threaded: threaded)
    #expect(sum.bytes == Array("before\n".utf8) + text)
    let reason = "the checksum differs: any of the \(text.count) bytes before may be wrong"
    #expect(sum.damage?.hasPrefix("I202 the compressed data is corrupt (\(reason))") == true)
    var broken = member
    for index in 0..<40 { broken[member.count / 2 + index] = 0xFF }
    let corrupt = try inflate(broken, threaded: threaded)
    #expect(corrupt.damage?.hasPrefix("I202") == true)
    // What came before the damage is there.
    #expect((corrupt.bytes.prefix(text.count / 3) == text.prefix(text.count / 3)) as Bool)
    let second = try inflate(member + member[..<40], threaded: threaded)
    #expect(second.bytes.count >= text.count)
    #expect(second.damage?.hasPrefix("I201") == true)
    #expect(try inflate(member + [0x1F], threaded: threaded).damage?.hasPrefix("I201") == true)
    for noise in [[0x1F, 7, 9], Array("GET /\n".utf8), [0, 0, 7]] as [[UInt8]] {
      let appended = try inflate(member + noise, threaded: threaded)
      #expect(appended.bytes == text)
      #expect(appended.damage?.hasPrefix("I202 what stands behind the compressed data is not compressed") == true)
    }
  }

  @Test func plainTextIsNotCompressed() {
    #expect(!InflatingSource.recognises(Array("x^2".utf8)) || Array("x^2".utf8)[2] >> 1 & 3 != 3)
    #expect(!InflatingSource.recognises(Array("1.2.3.4".utf8)))
    #expect(!InflatingSource.recognises([]))
  }

  @Test func stopsEarly() throws {
    let member = deflated(log(3000))
    for _ in 0..<20 {
      let source = ReadAheadSource(InflatingSource(MemorySource(member)), buffers: 2, size: 4096)
      var buffer = [UInt8](repeating: 0, count: 10)
      #expect(try buffer.withUnsafeMutableBytes { try source.read(into: $0) } == 10)
    }
  }

  @Test func unfinishedRecordIsNoRecord() throws {
    let member = deflated(log(1000))
    let source = InflatingSource(MemorySource(Array(member[..<(member.count / 2)])))
    let reading = try read(source, with: weblog("combined"), capacity: 8192)
    #expect(reading.rejects.count == 1)
    #expect(reading.rejects.first?.hasPrefix("I201") == true)
    #expect(reading.records.count > 30)
    #expect(reading.raws.last?.last == UInt8(ascii: "\""))
  }
}

@Suite struct InputListTests {
  private func codes(_ arguments: [String]) -> [String] {
    do {
      _ = try InputList.expand(arguments)
      return []
    } catch { return error.all.map(\.code) }
  }

  @Test func expansion() throws {
    let space = try Workspace()
    for name in ["b.log", "a.log", "sub/c.log", "sub/.hidden", ".secret/d.log", "B.log"] { try space.write(name, [65]) }
    system("ln -s a.log \(space.folder)/latest.log; ln -s .. \(space.folder)/sub/up; mkdir \(space.folder)/empty")
    let names = { (inputs: [InputPath]) in inputs.map { $0.name.dropFirst(space.folder.utf8.count + 1) } }
    #expect(try names(InputList.expand([space.folder])) == ["B.log", "a.log", "b.log", "sub/c.log"])
    #expect(try names(InputList.expand([space.folder + "/[ab].log"])) == ["a.log", "b.log"])
    #expect(try names(InputList.expand([space.folder + "/b.log", space.folder + "/a.log"])) == ["b.log", "a.log"])
    #expect(try InputList.expand(["-"]) == [.standardInput])
    let one = space.folder + "/a.log"
    #expect(codes([one, one]) == ["I104"])
    #expect(codes([space.folder, space.folder]).allSatisfy { $0 == "I104" })
    symlink(space.folder + "/gone.log", space.folder + "/dangling.log")
    #expect(try names(InputList.expand([space.folder])) == ["B.log", "a.log", "b.log", "sub/c.log"])
    #expect(codes([space.folder + "/dangling.log"]) == ["I101"])
    #expect(codes(["-", "-"]) == ["I104"])
    #expect(
      codes([space.folder + "/none", space.folder + "/x*", space.folder + "/empty"]) == ["I101", "I103", "I103"])
    #expect(codes([space.folder + "/a.log", space.folder + "/latest.log"]) == ["I104"])
    #expect(codes([space.folder + "/a.log/x"]) == ["I101"])
  }

  @Test func starsCrossFolders() throws {
    let space = try Workspace()
    for name in ["a.log", "sub/b.log", "sub/x[1]/c.log", "sub/x[1]/d.txt", ".secret/e.log"] {
      try space.write(name, [65])
    }
    system("ln -s .. \(space.folder)/sub/up")
    let matches = { (pattern: String) in
      try InputList.expand([space.folder + pattern]).map { $0.name.dropFirst(space.folder.utf8.count + 1) }
    }
    #expect(try matches("/**/*.log") == ["a.log", "sub/b.log", "sub/x[1]/c.log"])
    #expect(try matches("/sub/**/*.log") == ["sub/b.log", "sub/x[1]/c.log"])
    #expect(try matches("/**/x*/**/*") == ["sub/x[1]/c.log", "sub/x[1]/d.txt"])
    #expect(try matches("/sub/x*/**") == ["sub/x[1]/c.log", "sub/x[1]/d.txt"])
    #expect(codes([space.folder + "/**/*.xml"]) == ["I103"])
    system("cd \(space.folder) && mkdir \"$(printf 'sub\\377')\"")
    #expect(codes([space.folder + "/**/*.log"]) == ["I102"])
  }

  /// A file that cannot be named is not left out in silence.
  @Test func namesThatAreNoText() throws {
    let space = try Workspace()
    try space.write("logs/good.log", [65])
    system("cd \(space.folder)/logs && : >\"$(printf 'bad\\377.log')\"")
    #expect(codes([space.folder + "/logs"]) == ["I102"])
    #expect(codes([space.folder + "/logs/*"]) == ["I102"])
    #expect(codes([space.folder + "/logs/g*"]) == [])
    system("cd \(space.folder)/logs && mkdir \"$(printf 'sub\\377')\" && ln -s gone gone\u{fffd}x")
    #expect(codes([space.folder + "/logs"]).count == 3)
  }
}

@Suite struct InputFeedTests {
  /// Names of the inputs in the order of the blocks, and the records of each.
  private func run(
    _ names: [String], _ options: InputFeed.Options = InputFeed.Options(), capacity: Int = 1 << 18
  ) throws -> (order: [String], counts: [String: Int], rejects: [String], most: Int, consumed: Int, size: Int?) {
    let reader = try weblog("combined")
    let feed = try InputFeed(InputList.expand(names), reader: reader, options: options)
    let block = Block(capacity: capacity, headroom: 4 << 20)
    let parser = reader.makeParser(fields: ["time"])
    let batch = RecordBatch(stride: 1)
    var order: [String] = []
    var counts: [String: Int] = [:]
    var rejects: [String] = []
    var most = 0
    var ended: Set<Int> = []
    block.reset()
    while try feed.next(into: block) {
      most = max(most, open(names))
      #expect(!ended.contains(block.input))
      if block.isLast { ended.insert(block.input) }
      let name = String(feed.inputs[block.input].name.split(separator: "/").last ?? "")
      rejects += block.rejects.map(\.code)
      if order.last != name { order.append(name) }
      let result = MappedBlock()
      var cursor = 0
      var isMore = true
      while isMore {
        batch.reset()
        isMore = parser.parse(block, from: &cursor, into: batch, result: result)
      }
      counts[name, default: 0] += result.counts.records
      block.reset()
    }
    #expect(ended.count == feed.inputs.count)
    return (order, counts, rejects, most, feed.consumed, feed.size)
  }

  /// By how many descriptors of this process the files are open.
  private func open(_ names: [String]) -> Int {
    func number(_ read: (inout stat) -> Int32) -> [UInt64]? {
      var status = stat()
      return read(&status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
    }
    let files = Set(names.compactMap { name in number { stat(name, &$0) } })
    let descriptors = (Folder.names(in: "/proc/self/fd") ?? []).compactMap { Int32($0) }
    return descriptors.count { descriptor in number { fstat(descriptor, &$0) }.map(files.contains) ?? false }
  }

  private func codes(_ names: [String]) -> [String] {
    do {
      _ = try run(names)
      return []
    } catch let error as Diagnostics { return error.all.map(\.code) } catch { return ["?"] }
  }

  @Test func orderOfTime() throws {
    let space = try Workspace()
    let paths = try [
      space.write("a", log(500, from: 80_000)), space.write("b.gz", deflated(log(500, from: 40_000))),
      space.write("c", log(500, from: 0)), space.write("d", []),
      space.write("e", "no log at all\n"),
    ]
    let result = try run(paths)
    #expect(result.order.suffix(3) == ["c", "b.gz", "a"])
    #expect(Set(result.order.prefix(2)) == ["d", "e"])
    #expect(result.counts == ["a": 500, "b.gz": 500, "c": 500, "d": 0, "e": 1])
    #expect(result.consumed == result.size)
    // Lazily: what does not overlap is not open together.
    #expect(result.most <= 3)
  }

  @Test func overlapping() throws {
    let space = try Workspace()
    let paths = try (0..<3).map { try space.write("\($0)", log(4000, from: $0, step: 3, ip: "10.0.0.\($0)")) }
    let result = try run(paths, capacity: 64 * 1024)
    #expect(result.most == 3)
    #expect(result.order.prefix(4) == ["0", "1", "2", "0"])
    let again = try run(paths.reversed(), capacity: 64 * 1024)
    #expect(again.order == result.order)
  }

  @Test func tooMany() throws {
    let space = try Workspace()
    let paths = try (0..<4).map { try space.write("\($0)", log(4000, from: $0, step: 3, ip: "10.0.0.\($0)")) }
    let error = #expect(throws: Diagnostic.self) { try run(paths, InputFeed.Options(maximumOpen: 3)) }
    #expect(error?.code == "I106")
    // Where all is sorted afterwards, one after the other will do.
    var options = InputFeed.Options(maximumOpen: 1)
    options.disorder = nil
    let result = try run(paths, options)
    #expect(result.most == 1)
    #expect(result.order == ["0", "1", "2", "3"])
    #expect(result.counts.values.allSatisfy { $0 == 4000 })
  }

  /// What can be read only once is compared as well.
  @Test func copiesInPipes() throws {
    let space = try Workspace()
    for lines in [1, 50, 2000] {
      let file = try space.write("a\(lines)", log(lines))
      let pipe = try space.pipe("p\(lines)", log(lines))
      #expect(codes([file, pipe]) == ["I105"], "\(lines)")
    }
    #expect(try codes([space.write("a", log(50)), space.pipe("p", log(50, from: 5))]) == [])
  }

  @Test func copies() throws {
    let space = try Workspace()
    let long = log(2000)
    let long2 = Array(long.dropLast(3)) + [65, 65, 10]
    let paths = try [
      space.write("a", long), space.write("b.gz", deflated(long2)), space.write("short", log(1)),
      space.write("medium", log(50)), space.write("other", log(2000, from: 5)),
      space.write("empty", []), space.write("empty2", []),
    ]
    #expect(codes([paths[0], paths[1]]) == ["I105"])
    #expect(codes([paths[2], paths[0], paths[4]]) == ["I105"])
    #expect(codes([paths[3], paths[0], paths[4]]) == ["I105"])
    #expect(codes([paths[2], paths[3]]) == ["I105"])
    #expect(codes([paths[0], paths[4], paths[5], paths[6]]) == [])
  }

  @Test func limit() throws {
    let space = try Workspace()
    let bad = Array("bad\n\n# x\n".utf8)
    let paths = try [space.write("a", bad + log(5000)), space.write("b", bad + log(3, from: 9))]
    for limit in [1, 2, 3, 999, 2500] {
      let result = try run(paths, InputFeed.Options(limit: limit), capacity: 64 * 1024)
      #expect(result.counts == ["a": limit, "b": min(limit, 4)])
    }
  }

  @Test func pipe() throws {
    let space = try Workspace()
    #expect(try run([space.pipe("p", deflated(log(3000)))]).counts == ["p": 3000])
  }

  @Test func damage() throws {
    let space = try Workspace()
    let member = deflated(log(5000))
    let result = try run([space.write("a", Array(member[..<(member.count / 2)]))])
    #expect(result.rejects == ["I201"])
    #expect((result.counts["a"] ?? 0) > 1000)
  }

  static let packings: [(head: String, name: String)] = [
    ("28b52ffd0458", "zstd"), ("425a6839314159265359", "bzip2"), ("fd377a585a00", "xz"), ("04224d1864", "lz4"),
    ("504b0304", "zip"), ("377abcaf271c", "7z"), ("1f9d90", "compress"),
    ("d0cf11e0a1b11ae1", "spreadsheet"),
    (String(repeating: "61", count: 257) + "7573746172003030", "tar"),
    (String(repeating: "61", count: 257) + "7573746172202000", "tar"),
  ]

  /// A spreadsheet is several files of XML in a zip, which nobody wants to have unpacked.
  @Test(arguments: ["[Content_Types].xml", "_rels/.rels", "mimetypeapplication/vnd.oasis.opendocument.spreadsheet"])
  func spreadsheets(_ first: String) throws {
    let space = try Workspace()
    let bytes = [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 26) + Array(first.utf8) + [0x3C]
    let input = InputPath(name: "a.xlsx", path: try space.write("a.xlsx", bytes))
    let error = #expect(throws: Diagnostic.self) { try InputSniffer.sniff(input, zone: nil) }
    #expect(error?.code == "I108" && error?.remedy == "save its table as CSV in UTF-8, and name that file")
  }

  /// What is packed in another way than by gzip is refused by its first bytes, whatever it is called.
  @Test(arguments: packings) func packedInAnotherWay(_ digits: String, _ name: String) throws {
    let head = stride(from: 0, to: digits.utf8.count, by: 2).compactMap {
      UInt8(digits.dropFirst($0).prefix(2), radix: 16)
    }
    let space = try Workspace()
    for stored in [head + log(9), deflated(head + log(9))] {
      let path = try space.write("a.log", stored)
      #expect(codes([path]) == ["I108"])
      let input = InputPath(name: "a", path: path)
      let error = #expect(throws: Diagnostic.self) { try InputSniffer.sniff(input, zone: nil) }
      #expect(error?.code == "I108" && error?.message.contains(name) == true)
    }
    // A part of it is nothing.
    #expect(try codes([space.write("b.log", head.dropLast(min(4, head.count - 1)) + log(9))]) == [])
  }

  /// A visitor may ask for anything.
  @Test func noArchive() throws {
    let space = try Workspace()
    let start = log(3)
    #expect(try codes([space.write("a.log", start.prefix(257) + Array("ustar 00".utf8) + start)]) == [])
  }

  @Test(arguments: [
    ("a,b\r1,2\r3,4", true), ("a b\rc d\r", true), ("a,b\r\n1,2\r\n", false), ("a\r\r\n", false), ("a,b\r", false),
    ("", false), ("<a>\r<b/>\r</a>\r", false),
  ]) func linesThatEndInCarriageReturns(_ text: String, _ isRefused: Bool) throws {
    let space = try Workspace()
    for stored in [Array(text.utf8), deflated(Array(text.utf8))] {
      let path = try space.write("a", stored)
      #expect(codes([path]) == (isRefused ? ["I109"] : []))
      guard isRefused else { continue }
      let input = InputPath(name: "a", path: path)
      let error = #expect(throws: Diagnostic.self) { try InputSniffer.sniff(input, zone: nil) }
      #expect(error?.code == "I109")
    }
  }

  /// What is left of a log that is copied and emptied is in the copy: a follow-up comes back for it.
  @Test(arguments: [false, true], [false, true])
  func emptiedWhileItIsRead(_ isCompressed: Bool, _ isContinued: Bool) throws {
    let space = try Workspace()
    let reader = try weblog("combined")
    let bytes = log(60_000)
    let path = try space.write("a", isCompressed ? deflated(bytes) : bytes)
    var options = InputFeed.Options()
    options.isContinued = isContinued
    let feed = try InputFeed(InputList.expand([path]), reader: reader, options: options)
    let block = Block(capacity: 4096, headroom: 4096)
    #expect(try feed.next(into: block))
    truncate(path, 1000)
    var leavesRest = false
    func drain() throws {
      while try feed.next(into: block) {
        leavesRest = block.leavesRest
        #expect(block.rejects.isEmpty)
        block.reset()
      }
    }
    if isContinued {
      try drain()
      #expect(leavesRest)
    } else {
      let error = #expect(throws: Diagnostic.self) { try drain() }
      #expect(error?.code == "I107")
    }
  }

  /// gzip may still be at work, but not for ever.
  @Test(arguments: [(1_000, []), (3_000, ["the compressed data ends too early"])] as [(Int64, [String])])
  func tornCompressionOfAFollowUp(_ settledBefore: Int64, _ expected: [String]) throws {
    let space = try Workspace()
    let path = try space.write("a", deflated(log(1000)).prefix(3000))
    var options = InputFeed.Options()
    options.isContinued = true
    options.files[path] = KnownInput.File(device: 1, number: 1, size: 3000, modified: 2_000)
    options.settledBefore = settledBefore
    let feed = try InputFeed(InputList.expand([path]), reader: weblog("combined"), options: options)
    let block = Block(capacity: 1 << 18, headroom: 4096)
    var leavesRest = false
    while try feed.next(into: block) {
      leavesRest = block.leavesRest
      #expect(block.rejects.isEmpty)
      block.reset()
    }
    #expect(leavesRest)
    #expect(feed.torn.map { $0.reason.prefix(34) } == expected.map { $0.prefix(34) })
  }

  @Test func goneAndMissing() throws {
    let space = try Workspace()
    let one = try space.write("a", log(10))
    let two = try space.write("b", log(10, from: 80_000))
    let reader = try weblog("combined")
    let feed = try InputFeed(InputList.expand([one, two]), reader: reader)
    system("rm \(two)")
    let block = Block(capacity: 4096, headroom: 4096)
    let error = #expect(throws: Diagnostic.self) { while try feed.next(into: block) { block.reset() } }
    #expect(error?.code == "I107")
    let missing = #expect(throws: Diagnostics.self) {
      try InputFeed([InputPath(name: "x", path: two)], reader: reader)
    }
    #expect(missing?.all.map(\.code) == ["I101"])
  }
}
