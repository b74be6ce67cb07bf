internal import Pipeline

/// The bytes of an input that may still grow: where they end now is not where a record ends. A last line without its
/// end, and what compression has not yet finished, wait for a later run. So does the rest of a log that is emptied while
/// it is read: by then it is in the copy that was made of it.
final class GrowingSource: FragileSource {
  private let bytes: any ByteSource
  private let isSettled: Bool
  private var isEmptied = false

  /// - Parameter isSettled: whether nobody has written to it for so long that what is unfinished stays so.
  init(_ bytes: any ByteSource, isSettled: Bool) {
    self.bytes = bytes
    self.isSettled = isSettled
  }

  /// Marks an end that is none: the code of a reject whose length is what was left. `takeMarker` takes it out. Its message
  /// says how the bytes themselves are cut off, its hint that they will stay so.
  static let marker = ""
  private static let forGood = "for good"

  /// Takes the marker out of a block's rejects and notes whether it left something behind.
  /// - Returns: what is wrong with an input that waits for something that will hardly come.
  static func takeMarker(from block: Block) -> String? {
    guard let marker = block.rejects.first(where: { $0.code == marker }) else { return nil }
    if marker.length > 0 || !marker.message.isEmpty { block.leavesRest = true }
    block.rejects.removeAll { $0.code == GrowingSource.marker }
    return marker.hint == forGood ? marker.message : nil
  }

  var consumed: Int { bytes.consumed }

  var damage: Reject? {
    let damage = bytes.reportedDamage
    if let damage, damage.code != "I201" { return damage }
    return Reject(
      stage: .record, code: GrowingSource.marker, message: damage?.message ?? (isEmptied ? "emptied" : ""),
      hint: damage != nil && isSettled ? GrowingSource.forGood : "", offset: nil, length: 0, line: 0, number: 0)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    do {
      return isEmptied ? 0 : try bytes.read(into: buffer)
    } catch let finding as Diagnostic where finding.code == "I107" {
      isEmptied = true
      return 0
    }
  }
}
