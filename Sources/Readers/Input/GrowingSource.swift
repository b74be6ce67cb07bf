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

  var consumed: Int { bytes.consumed }

  var ending: SourceEnd {
    switch bytes.reportedEnd {
    case .damaged(let damage): .damaged(damage)
    case .cutOff(let damage): .open(isSettled ? .torn(damage.message) : .more)
    case .whole: .open(isEmptied ? .more : .nothing)
    case .open(let lack): .open(lack)
    }
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
