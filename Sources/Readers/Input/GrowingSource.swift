internal import Pipeline

/// The bytes of an input that may still grow: where they end now is not where a record ends. A last line without its
/// end, and what compression has not yet finished, wait for a later run.
final class GrowingSource: FragileSource {
  private let bytes: any ByteSource

  init(_ bytes: any ByteSource) { self.bytes = bytes }

  /// Marks an end that is none: the code of a reject whose length is what was left. `takeMarker` takes it out.
  static let marker = ""
  private static let isCut = "cut"

  /// Takes the marker out of a block's rejects and notes whether it left something behind.
  static func takeMarker(from block: Block) {
    for reject in block.rejects where reject.code == marker && (reject.length > 0 || reject.message == isCut) {
      block.leavesRest = true
    }
    block.rejects.removeAll { $0.code == marker }
  }

  var consumed: Int { bytes.consumed }

  var damage: Reject? {
    let damage = bytes.reportedDamage
    if let damage, damage.code != "I201" { return damage }
    return Reject(
      stage: .record, code: GrowingSource.marker, message: damage == nil ? "" : GrowingSource.isCut, offset: nil,
      length: 0,
      line: 0, number: 0)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { try bytes.read(into: buffer) }
}
