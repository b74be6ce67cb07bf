import ArgumentParser
import Delivery

/// The address that payloads are posted to: Tracardi's API, or `/track` below it.
struct Endpoint: OptionValue, Sendable {
  static let form = "an address without query, such as https://tracardi.example.com"

  let url: String
  /// Without user and password, for messages.
  let shown: String

  init?(argument: String) {
    guard let scheme = ["http://", "https://"].first(where: { argument.lowercased().hasPrefix($0) }) else { return nil }
    var rest = argument.dropFirst(scheme.count)
    guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !rest.contains("?"), !rest.contains("#") else { return nil }
    while rest.hasSuffix("/") { rest.removeLast() }
    guard let authority = rest.split(separator: "/", omittingEmptySubsequences: false).first, !authority.isEmpty,
      authority.last != "@"
    else { return nil }
    if !rest.hasSuffix("/track") { rest += "/track" }
    url = scheme + rest
    shown = Address.withoutUser(url)
  }
}
