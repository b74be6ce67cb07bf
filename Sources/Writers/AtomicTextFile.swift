/// Small files that are there whole or not at all: summaries.
public enum AtomicTextFile {
  /// Writes beside, syncs and renames. Throws O201 or O202.
  public static func write(_ path: String, _ bytes: UnsafeBufferPointer<UInt8>) throws {
    let file = try FinalFile(path)
    try file.output.write(bytes)
    try file.finish()
  }

  /// The same of a text.
  public static func write(_ path: String, _ text: String) throws {
    var text = text
    try text.withUTF8 { try write(path, $0) }
  }
}
