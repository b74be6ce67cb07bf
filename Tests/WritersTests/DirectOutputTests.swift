import Foundation
import TestSupport
import Testing

@testable import Writers

/// Large files, whose rest goes past the system's cache. The tests let it begin at once; what the file system under the
/// temporary space makes of it (tmpfs may refuse) must not matter.
@Suite struct DirectOutputTests {
  private static let size = DirectOutput.bufferSize

  /// Bytes that begin again after a number of them that fits into no buffer, so that none can be taken for another.
  private static let noise: [UInt8] = {
    var state: UInt64 = 1
    var period = (0..<65_521).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: 32 + (state >> 33) % 90)
    }
    while period.count < 8 * size { period += period }
    return period
  }()

  private func line(_ length: Int, _ number: Int) -> [UInt8] {
    Array(Self.noise[(number * 977 % 65_521)...].prefix(length))
  }

  /// Lines of these lengths, written to a file of which `cached` bytes stay in the cache.
  private func check(_ lengths: [Int], cached: Int, flushEvery: Int? = nil) throws {
    let space = try Workspace()
    let file = try FinalFile(space.path("out"), cached: cached)
    var expected: [UInt8] = []
    for (number, length) in lengths.enumerated() {
      let line = line(length, number)
      try line.withUnsafeBufferPointer { try file.output.write(line: $0) }
      expected += line
      expected.append(UInt8(ascii: "\n"))
      guard let flushEvery, number % flushEvery == 0 else { continue }
      try file.output.flush()
      let part = try #require(try space.names().first)
      #expect(FileManager.default.contents(atPath: space.path(part)).map(Array.init) == expected)
    }
    try file.finish()
    #expect(try space.names() == ["out"])
    #expect(FileManager.default.contents(atPath: space.path("out")).map(Array.init) == expected)
  }

  @Test(arguments: [0, 1, 4096, 300_000])
  func everyByteArrivesInOrder(_ cached: Int) throws {
    try check([], cached: cached)
    try check([0, 1, 2], cached: cached)
    try check((0..<3000).map { $0 % 1700 }, cached: cached)
    // A line longer than all buffers, at the beginning, in the middle and at the end.
    try check([5 * Self.size, 10, 700_000, 4 * Self.size + 1, 3, 3 * Self.size], cached: cached)
  }

  @Test(arguments: [-4097, -4096, -2, -1, 0, 1, 4095, 4096])
  func endsAnywhereAboutTheBuffers(_ more: Int) throws {
    for buffers in 1...4 { try check([buffers * Self.size + more - 1], cached: 0) }
    try check([262_143, Self.size - 262_144 + more - 1, Self.size - 1, 2 * Self.size - 1], cached: 262_144)
  }

  @Test func flushedBytesAreInTheFile() throws {
    try check((0..<40).map { 3000 * $0 }, cached: 0, flushEvery: 7)
    try check([Self.size - 1, 4095, Self.size - 1, 100, Self.size - 1], cached: 0, flushEvery: 1)
  }

  @Test func abandonedInTheMiddleLeavesNothing() throws {
    let space = try Workspace()
    let file = try FinalFile(space.path("out"), cached: 0)
    for number in 0..<50 { try line(100_000, number).withUnsafeBufferPointer { try file.output.write(line: $0) } }
    file.abandon()
    file.abandon()
    #expect(try space.names() == [])
    do {
      let forgotten = try FinalFile(space.path("out"), cached: 0)
      for number in 0..<50 {
        try line(100_000, number).withUnsafeBufferPointer { try forgotten.output.write(line: $0) }
      }
    }
    #expect(try space.names() == [])
  }

  /// What the other thread could not write is thrown by whatever comes next, and never passed over.
  @Test func failuresSurface() throws {
    let space = try Workspace()
    try AtomicTextFile.write(space.path("out"), "before")
    let descriptor = open(space.path("out"), O_RDONLY)
    defer { close(descriptor) }
    let direct = try #require(DirectOutput(descriptor, name: "out", at: 0), "this space has no direct writes")
    let line = line(Self.size / 2, 1)
    #expect(code { for _ in 0..<20 { try line.withUnsafeBufferPointer { try direct.append($0) } } } == "O201")
    #expect(code { try direct.flush() } == "O201")
    direct.stop()
    #expect(code { try direct.flush() } == "O201")
  }

  /// What came after the end of the thread that writes is not passed off as written.
  @Test func whatIsStoppedIsNotFlushed() throws {
    let space = try Workspace()
    let descriptor = open(space.path("out"), O_WRONLY | O_CREAT, 0o600)
    defer { close(descriptor) }
    let direct = try #require(DirectOutput(descriptor, name: "out", at: 0), "this space has no direct writes")
    try direct.append(UInt8(ascii: "x"))
    try direct.flush()
    direct.stop()
    #expect(code { try direct.flush() } == nil)
    try direct.append(UInt8(ascii: "y"))
    #expect(code { try direct.flush() } == "O201")
    #expect(space.text("out") == "x")
  }

  /// The last piece alone, which nobody waits for but `flush`.
  @Test func failureOfTheLastPieceSurfaces() throws {
    let space = try Workspace()
    try AtomicTextFile.write(space.path("out"), "before")
    let descriptor = open(space.path("out"), O_RDONLY)
    defer { close(descriptor) }
    let output = DescriptorOutput(descriptor, name: "out", passesThrough: true, cached: 0)
    #expect(code { try output.flush() } == nil)
    try write("x", to: output)
    #expect(code { try output.flush() } == "O201")
    output.stop()
  }

  @Test func whatHasNoDirectWritesIsWrittenAsBefore() throws {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    #expect(DirectOutput(full, name: "full", at: 0) == nil)
    let output = DescriptorOutput(full, name: "full", passesThrough: true, cached: 0)
    #expect(code { for _ in 0..<9 { try write(String(repeating: "x", count: 100_000), to: output) } } == "O201")

    let null = open("/dev/null", O_WRONLY)
    defer { close(null) }
    let nowhere = DescriptorOutput(null, name: "null", passesThrough: true, cached: 0)
    for _ in 0..<60 { try write(String(repeating: "x", count: 100_000), to: nowhere) }
    try nowhere.flush()
  }

  private func write(_ text: String, to output: DescriptorOutput) throws {
    try Array(text.utf8).withUnsafeBufferPointer { try output.write(line: $0) }
  }
}
