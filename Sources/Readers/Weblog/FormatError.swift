/// What is wrong in a format text, and where: bytes from its start.
struct FormatError: Error {
  var message: String
  var offset: Int
  var length: Int
  var remedy: String
  /// Whether the text is no format at all but a name that nobody knows.
  var isUnknownName = false

  init(unknownName name: String, _ remedy: String) {
    message = "unknown format '\(name)'"
    offset = 0
    length = max(1, name.utf8.count)
    self.remedy = remedy
    isUnknownName = true
  }

  init(_ message: String, _ offset: Int, _ length: Int, _ remedy: String) {
    self.message = message
    self.offset = offset
    self.length = length
    self.remedy = remedy
  }
}
