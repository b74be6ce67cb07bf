internal import Pipeline

/// How a block of an XML input lies in memory: what the source makes of the document and the record parser reads.
///
/// XML can only be read from its beginning, so the source does that, once, and hands on records as their values: a
/// preamble with the header values, then the records, each of a head, its text and its entries. The text is the
/// record's bytes for ids, rejects and preview: a line `name: value` for each value. An entry says to which slot which
/// part of the text belongs, or that a row of a list begins.
enum XMLBlock {
  enum Kind {
    static let record: UInt32 = 0
    static let reject: UInt32 = 1
    static let preamble: UInt32 = 2
  }

  struct Head {
    static let size = 32
    /// Bytes from here to the next head.
    var total: UInt32
    var text: UInt32
    /// Lines before it in the document; of a preamble, before the block.
    var line: UInt32
    /// 1-based byte column; of a preamble, lines before the end of the block.
    var column: UInt32
    var entries: UInt32
    var kind: UInt32
    /// Bytes before it in the document.
    var origin: UInt64

    /// - Parameter at: `size` readable bytes, not aligned.
    @inline(__always)
    static func read(_ at: UnsafePointer<UInt8>) -> Head { UnsafeRawPointer(at).loadUnaligned(as: Head.self) }

    @inline(__always)
    func write(_ at: UnsafeMutablePointer<UInt8>) {
      UnsafeMutableRawPointer(at).storeBytes(of: self, as: Head.self)
    }
  }

  struct Entry {
    static let size = 12
    /// Set in `slot` where a row begins; the rest of it is the list.
    static let row: UInt32 = 0x8000_0000
    var slot: UInt32
    /// In the record's text.
    var start: UInt32
    var count: UInt32

    @inline(__always)
    static func read(_ at: UnsafePointer<UInt8>) -> Entry { UnsafeRawPointer(at).loadUnaligned(as: Entry.self) }

    @inline(__always)
    func write(_ at: UnsafeMutablePointer<UInt8>) {
      UnsafeMutableRawPointer(at).storeBytes(of: self, as: Entry.self)
    }
  }
}
