internal import Pipeline

/// Compressions and archives that are recognised and not undone. Read as text they would be rejects, or a visitor whose
/// address is a tar header, and a follow-up would be done with them. The first bytes decide, never a name.
struct Packing {
  private let name: String
  /// What writes the records to standard output, where the file follows; nil where only its own program can.
  private let command: String?
  private let offset: Int
  private let magic: [UInt8]
  /// What it begins with besides.
  private let container: [UInt8]

  private init(
    _ name: String, _ command: String?, in container: [UInt8] = [], at offset: Int = 0, _ magic: [UInt8]
  ) {
    self.name = name
    self.command = command
    self.container = container
    self.offset = offset
    self.magic = magic
  }

  private static let document = "a spreadsheet, or another document of an office program"
  /// Where an archive has the name of its first file.
  private static let nameOffset = 30
  private static let zip = Array("PK\u{03}\u{04}".utf8)

  /// What the archives that office programs write have first.
  private static let firstNames = [
    "[Content_Types].xml", "_rels/.rels", "docProps/", "xl/", "mimetypeapplication/vnd.oasis.opendocument",
  ]

  private static let documents = firstNames.map { Packing(document, nil, in: zip, at: nameOffset, Array($0.utf8)) }

  private static let all = [
    Packing("zstd data", "zstd -dc", [0x28, 0xB5, 0x2F, 0xFD]),
    Packing("bzip2 data", "bzip2 -dc", at: 4, [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]),
    Packing("xz data", "xz -dc", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
    Packing("lz4 data", "lz4 -dc", [0x04, 0x22, 0x4D, 0x18]),
    Packing("data of compress", "gzip -dc", [0x1F, 0x9D]),
    Packing(document, nil, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
    Packing("a zip archive", "unzip -p", zip),
    Packing("a 7z archive", "7z x -so", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    // What POSIX and GNU write. A request could hold the word, but no zero behind it.
    Packing("a tar archive", "tar -xOf", at: 257, Array("ustar\0".utf8)),
    Packing("a tar archive", "tar -xOf", at: 257, Array("ustar  \0".utf8)),
  ]

  /// So many first bytes tell.
  static let reach = all.reduce(0) { max($0, $1.offset + $1.magic.count) }

  private func begins(_ head: [UInt8]) -> Bool {
    head.starts(with: container) && head.dropFirst(offset).starts(with: magic)
  }

  /// I108 if an input is none that can be read.
  /// - Parameter head: the first bytes, as stored or as gzip has them.
  static func finding(_ head: [UInt8], of input: InputPath, isInflated: Bool = false) -> Diagnostic? {
    guard let packing = (documents + all).first(where: { $0.begins(head) }) else { return nil }
    let message = "\(input.title) is \(packing.name)\(isInflated ? " in gzip" : ""), not text"
    guard let command = packing.command else {
      return Diagnostic("I108", message, remedy: "save its table as CSV in UTF-8, and name that file")
    }
    return Diagnostic(
      "I108", message,
      remedy: "unpack it first, or on the way: \(isInflated ? "gzip -dc FILE | " : "")\(command) "
        + "\(isInflated ? "-" : "FILE") | trackfill … -")
  }
}
