public import Pipeline

/// The first bytes of a run's first input, for readers that choose their settings by them (`format: auto`). Nothing is
/// opened until somebody asks, and what can be read only once is not lost: `InputFeed` goes on with it. Used before a
/// run begins, by one thread.
public final class InputPreview: @unchecked Sendable {
  private let inputs: () throws(Diagnostics) -> [InputPath]
  private var taken: [String: (bytes: [UInt8], isComplete: Bool, stored: StoredInput)] = [:]
  private var kept: (name: String, bytes: [UInt8])?
  /// What was settled, in words for the user.
  public private(set) var notes: [String] = []

  /// - Parameter inputs: asked when the first bytes are needed.
  public init(inputs: @escaping () throws(Diagnostics) -> [InputPath]) { self.inputs = inputs }

  /// What the first input that has bytes begins with, decompressed, without the line that is cut off at the end.
  /// - Throws: what opening the inputs throws.
  public func head() throws(Diagnostics) -> (name: String, bytes: [UInt8]) {
    if let kept { return kept }
    var head: (name: String, bytes: [UInt8]) = ("the input", [])
    for input in try inputs() {
      do {
        var read = try InputHead.read(input)
        // Files are opened again in their turn, so that none stays open.
        if read.stored.size == nil { taken[input.name] = read } else { try InputPreview.passMargin(&read) }
        head = (input.name, InputPreview.text(read.bytes))
        if !read.isComplete, let end = head.bytes.lastIndex(of: UInt8(ascii: "\n")) {
          head.bytes.removeSubrange((end + 1)...)
        }
        if !head.bytes.isEmpty { break }
      } catch let finding as Diagnostic {
        throw Diagnostics([finding])
      } catch {
        throw Diagnostics([Diagnostic("I102", "cannot read \(input.name): \(error)")])
      }
    }
    kept = head
    return head
  }

  public func note(_ text: String) { notes.append(text) }

  /// Bytes already read of an input that cannot be read twice, once.
  func take(_ input: InputPath) -> (bytes: [UInt8], isComplete: Bool, stored: StoredInput)? {
    taken.removeValue(forKey: input.name)
  }

  /// Reads on where there is nothing but zeros and blank lines, as in a log that was emptied while its writer kept its
  /// place.
  private static func passMargin(_ read: inout (bytes: [UInt8], isComplete: Bool, stored: StoredInput)) throws {
    let margin: Set<UInt8> = [0, 0x20, 0x09, 0x0A, 0x0D]
    func next(_ count: Int) throws -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      let filled = try StoredInput.fill(&bytes, from: read.stored.bytes, atLeast: count)
      if filled < count { read.isComplete = true }
      return Array(bytes[..<filled])
    }
    while !read.isComplete, read.bytes.allSatisfy(margin.contains) {
      read.bytes = Array(try next(InputHead.length).drop(while: margin.contains))
    }
    let missing = InputHead.length - read.bytes.count
    if missing > 0, !read.isComplete { read.bytes += try next(missing) }
  }

  /// As UTF-8.
  private static func text(_ bytes: [UInt8]) -> [UInt8] {
    let source = TextSource(MemorySource(bytes))
    var text = [UInt8](repeating: 0, count: 2 * bytes.count + 16)
    guard let count = try? StoredInput.fill(&text, from: source, atLeast: text.count) else { return bytes }
    text.removeLast(text.count - count)
    return text
  }
}
