/// A source whose bytes may end before they should: damaged compression, a head that was cut on purpose. Layers over
/// such a source pass its damage on, and a block source then treats an unfinished last record as lost.
public protocol FragileSource: ByteSource {
  /// What is wrong, known once `read` has returned 0; nil if the bytes ended where they should.
  var damage: Reject? { get }
}

extension ByteSource {
  /// The damage of a source that can have any.
  public var reportedDamage: Reject? { (self as? any FragileSource)?.damage }
}
