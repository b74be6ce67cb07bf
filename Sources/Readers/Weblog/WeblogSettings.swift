internal import Pipeline

/// What a mapping says about a log, resolved.
struct WeblogSettings: Sendable {
  var missing = MissingTexts.standard
  var encoding = TextEncoding.unicode
  var zone: Zone?
  var ambiguous = Zone.Ambiguity.earlier
  var prefix = LinePrefix.auto
  /// Proxies; empty if the connection's address is the client's.
  var trusted: [AddressRange] = []
  /// What stands behind `#Fields:` in logs that have lost it.
  var columns: String?
}
