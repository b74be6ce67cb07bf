/// Which stretches of a row must be the same bytes as in the first row of its group. Columns of `same` mostly stand side
/// by side, with the key between them, and are compared at once.
final class CSVAgreement {
  private let by: [Int]
  private let same: [Int]
  /// First and last columns.
  private var stretches: [(first: Int, last: Int)] = []
  private var neededFields = 0

  init(_ group: CSVGroup?) {
    by = group?.by ?? []
    same = group?.same ?? []
  }

  func resolve(_ layout: CSVLayout) {
    let compared = Set(same.map { layout.positions[$0] }.filter { $0 >= 0 })
    let columns = compared.union(by.map { layout.positions[$0] }.filter { $0 >= 0 }).sorted()
    stretches = []
    for column in columns {
      if let last = stretches.last, last.last + 1 == column {
        stretches[stretches.count - 1].last = column
      } else {
        stretches.append((column, column))
      }
    }
    // What is in `by` alone was compared when the group was made.
    stretches.removeAll { stretch in !compared.contains { $0 >= stretch.first && $0 <= stretch.last } }
    neededFields = (stretches.last?.last ?? -1) + 1
  }

  /// True if the rows agree byte by byte. They may agree otherwise: then each field must be looked at.
  @inline(__always)
  func isPlain(_ view: CSVRowView, _ one: UnsafePointer<CSVRow>, _ other: UnsafePointer<CSVRow>) -> Bool {
    guard min(Int(one.pointee.fieldCount), Int(other.pointee.fieldCount)) >= neededFields else { return false }
    for index in 0..<stretches.count {
      let (first, last) = stretches[index]
      guard CSVRowView.equals(view.fields(one, first, last), view.fields(other, first, last)) else { return false }
    }
    return true
  }
}
