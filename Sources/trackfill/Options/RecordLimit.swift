import ArgumentParser
import Pipeline

/// The longest record in bytes.
struct RecordLimit: OptionValue, Sendable {
  static let form = "a size from 64 bytes to 256M, such as 64K or 16M"

  let bytes: Int

  static let standard = RecordLimit(bytes: ReadLimits().record)

  private init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    guard let size = ByteSize(argument: argument), (64...256 << 20).contains(size.bytes) else { return nil }
    bytes = size.bytes
  }
}
