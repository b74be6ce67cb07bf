internal import Pipeline

/// What the head of an input tells about its rows. Shared by the blocks of that input.
final class CSVLayout: Sendable {
  let delimiter: UInt8
  /// Fields in a row; nil if nothing says how many.
  let width: Int?
  /// By declaration: its column, or -1 if the input has none.
  let positions: [Int]

  init(delimiter: UInt8, width: Int?, positions: [Int]) {
    self.delimiter = delimiter
    self.width = width
    self.positions = positions
  }
}
