/// What an export calls a field, and what that tells of its values.
struct FieldName {
  let text: String
  /// Whether its numbers name something: nobody adds them up.
  let isIdentifier: Bool
  /// Whether its times are of UTC.
  let isUniversal: Bool
  let isTime: Bool

  init(_ text: String) {
    self.text = text
    isIdentifier = FieldName.isIdentifier(text)
    isUniversal = FieldName.isUniversal(text)
    isTime = FieldName.isTime(text)
  }

  private static func isIdentifier(_ name: String) -> Bool {
    let plain = name.lowercased()
    if name.hasSuffix("Id") || name.hasSuffix("ID") { return true }
    return ["id", "sku", "ean", "gtin", "isbn", "phone", "zip", "postcode", "code", "number", "key"].contains { word in
      plain == word || plain.hasSuffix("_" + word) || plain.hasSuffix("-" + word) || plain.hasSuffix(" " + word)
    }
  }

  /// `Created date (UTC)`, `post_date_gmt`, `createdAtUTC`; not `Time (GMT+2)`.
  private static func isUniversal(_ name: String) -> Bool {
    let plain = name.lowercased()
    guard !plain.contains(where: \.isNumber) else { return false }
    return plain.split { !$0.isLetter }.contains { $0 == "utc" || $0 == "gmt" }
      || ["Utc", "UTC", "Gmt", "GMT"].contains { name.hasSuffix($0) && name.dropLast(3).last?.isLowercase == true }
  }

  private static func isTime(_ name: String) -> Bool {
    let plain = name.lowercased()
    return plain == "ts" || plain.hasSuffix("_at") || plain.hasSuffix("_ts")
      || ["time", "date", "created", "updated", "stamp"].contains { plain.contains($0) }
  }
}
