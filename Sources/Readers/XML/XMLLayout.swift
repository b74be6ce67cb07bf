internal import Pipeline

/// What a mapping declares about an XML export, resolved: the record's path, and the slots that values go to.
struct XMLLayout: Sendable {
  enum Scope: Sendable, Equatable {
    case header
    case record
    case row(list: Int)
  }

  /// A place for one value: of the file, of a record, or of a row in a list.
  struct Slot: Sendable {
    var declaration: FieldDeclaration
    /// From the document for `header`, from the element of its scope for all others.
    var path: XMLPath
    var scope: Scope
  }

  struct List: Sendable {
    var name: String
    /// From the record's element.
    var path: XMLPath
    var minimum: Int
    var maximum: Int
    /// Its slots in the order of their names, which is the order of columns in a row.
    var slots: [Int]
  }

  enum DoctypePolicy: String, Sendable, CaseIterable { case reject, ignore }

  var record: XMLPath
  var slots: [Slot] = []
  var lists: [List] = []
  var missing = [""]
  var doctype = DoctypePolicy.reject
}
