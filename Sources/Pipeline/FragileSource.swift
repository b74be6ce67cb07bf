/// A source whose bytes may end before they should: damaged compression, a log that still grows, a head that was cut on
/// purpose. Layers over such a source pass its end on, and a block source then makes no record of an unfinished last one.
public protocol FragileSource: ByteSource {
  /// Known once `read` has returned 0.
  var ending: SourceEnd { get }
}

extension ByteSource {
  /// The end of a source that can have any but the one that it should.
  public var reportedEnd: SourceEnd { (self as? any FragileSource)?.ending ?? .whole }

  /// What is wrong with the bytes that have ended; nil if nothing is.
  public var reportedDamage: Reject? {
    switch reportedEnd {
    case .damaged(let damage), .cutOff(let damage): damage
    case .whole, .open: nil
    }
  }
}
