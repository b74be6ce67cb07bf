/// What the receiver said to a request, as messages quote it.
struct Reply: CustomStringConvertible {
  /// 0 where no answer came.
  var status: Int
  /// The error's own text, or why no answer came.
  var text: String

  var description: String { status > 0 ? "\(status) \(text)" : text }
}
