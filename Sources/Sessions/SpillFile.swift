internal import Pipeline

/// Bodies of sessions that have been quiet, in a temporary file, when memory is short. Emptied whenever nothing in it is
/// needed any more.
///
/// An extent is `previous extent (8 bytes) | length (8 bytes) | bytes`, so that a session needs to know its last only.
final class SpillFile {
  private static let head = 16

  private let file: TemporaryFile
  private var needed = 0

  init(_ file: TemporaryFile) { self.file = file }

  /// Adds bytes to the session whose last extent is `previous` (-1 for none). Returns the new last extent.
  func write(_ bytes: UnsafeBufferPointer<UInt8>, after previous: Int64) throws -> Int64 {
    let extent = file.end
    try append(previous)
    try append(Int64(bytes.count))
    if let start = bytes.baseAddress { try file.append(start, bytes.count) }
    needed += bytes.count
    return extent
  }

  /// Reads the chain of extents that ends with `extent`; `to` has room for its `count` bytes.
  func read(_ extent: Int64, count: Int, to: UnsafeMutablePointer<UInt8>) throws {
    try file.flush()
    var extent = extent
    var left = count
    while left > 0 {
      let (previous, length) = try mark(at: extent)
      guard extent >= 0, length > 0, length <= left else { throw file.failure("is damaged") }
      left -= length
      try file.read(length, at: extent + Int64(SpillFile.head), to: to + left)
      extent = previous
    }
  }

  /// Says that bytes are no longer needed.
  func forget(_ bytes: Int) {
    needed -= bytes
    if needed == 0 { file.removeAll() }
  }

  private func mark(at extent: Int64) throws -> (previous: Int64, length: Int) {
    try withUnsafeTemporaryAllocation(byteCount: SpillFile.head, alignment: 8) { bytes in
      guard let start = bytes.baseAddress else { return (-1, 0) }
      try file.read(SpillFile.head, at: extent, to: start)
      return (start.load(as: Int64.self), Int(start.load(fromByteOffset: 8, as: Int64.self)))
    }
  }

  private func append(_ value: Int64) throws {
    try withUnsafeBytes(of: value) { bytes in
      if let start = bytes.baseAddress { try file.append(start, bytes.count) }
    }
  }
}
