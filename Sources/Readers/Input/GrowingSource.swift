internal import Pipeline

/// The bytes of an input that may still grow: where they end now is not where a record ends. A last line without its
/// end, and what compression has not yet finished, wait for a later run.
final class GrowingSource: FragileSource {
  private let bytes: any ByteSource

  init(_ bytes: any ByteSource) { self.bytes = bytes }

  /// Marks an end that is none. `InputFeed` takes it out of the rejects.
  static let marker = ""

  var consumed: Int { bytes.consumed }

  var damage: Reject? {
    if let damage = bytes.reportedDamage, damage.code != "I201" { return damage }
    return Reject(
      stage: .record, code: GrowingSource.marker, message: "", offset: nil, length: 0, line: 0, number: 0)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { try bytes.read(into: buffer) }
}
