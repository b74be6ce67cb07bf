internal import Pipeline

/// The columns of a batch by the names of their fields. A field is read once, into the first column of its name; the columns
/// into which none is read are filled in afterwards.
struct WantedFields {
  /// The first column of each name.
  let slots: [String: Int]
  /// Columns that repeat another.
  private let repeated: [(from: Int, to: Int)]
  /// Columns of names that the input does not have.
  private let absent: [Int]

  /// - Parameters:
  ///   - fields: the names, in the order of the columns.
  ///   - known: the input's names; nil if they change on the way, and each row is cleared before it is read.
  init(_ fields: [String], known: Set<String>?) {
    var slots: [String: Int] = [:]
    var repeated: [(from: Int, to: Int)] = []
    for (slot, name) in fields.enumerated() {
      if let before = slots[name] { repeated.append((before, slot)) } else { slots[name] = slot }
    }
    absent = slots.filter { known?.contains($0.key) == false }.map(\.value)
    self.slots = slots
    self.repeated = repeated
  }

  /// Whether a field is read into each column.
  var areAllRead: Bool { repeated.isEmpty && absent.isEmpty }

  /// Fills the other columns of a row.
  @inline(__always)
  func complete(_ row: UnsafeMutablePointer<Field>) {
    for slot in absent { row[slot] = .missing }
    for pair in repeated { row[pair.to] = row[pair.from] }
  }
}
