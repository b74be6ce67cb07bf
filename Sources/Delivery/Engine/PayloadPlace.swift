/// Where a payload stands in its queue.
struct PayloadPlace {
  /// Where messages say that it comes from.
  var input: String
  /// From 1; 0 where unknown.
  var line: Int
  /// The byte at which its line begins, and the one at which the next line does.
  var offset: Int
  var end: Int
}
