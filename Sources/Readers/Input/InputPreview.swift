public import Pipeline

/// The first bytes of a run's first input, for readers that settle from them how to read. Nothing is opened until
/// somebody asks, and what can be read only once is not lost: `InputFeed` goes on with it. Used before a run begins, by
/// one thread.
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
        let read = try InputHead.read(input)
        // Files are opened again in their turn, so that none stays open.
        if read.stored.size == nil { taken[input.name] = read }
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

  /// As UTF-8.
  private static func text(_ bytes: [UInt8]) -> [UInt8] {
    let source = TextSource(MemorySource(bytes))
    var text = [UInt8](repeating: 0, count: 2 * bytes.count + 16)
    guard let count = try? StoredInput.fill(&text, from: source, atLeast: text.count) else { return bytes }
    text.removeLast(text.count - count)
    return text
  }
}
