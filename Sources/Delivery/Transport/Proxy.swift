internal import Glibc
internal import Pipeline

/// What requests may go through on their way to the receiver.
struct Proxy {
  private static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

  /// Without user and password.
  let shown: String
  let host: String

  /// The one that was named, or that of the environment, as libcurl looks for it; nil if there is none.
  /// - Throws: D307 for one of a kind that libcurl does not know, which it would take for one that is away.
  init?(named: String?, for url: String) throws(Diagnostic) {
    if let named, let end = named.firstRange(of: "://"),
      !Proxy.schemes.contains(named[..<end.lowerBound].lowercased())
    {
      throw Diagnostic(
        "D307", "there are no proxies of the kind \(named[..<end.lowerBound])://",
        remedy: "--proxy takes \(Proxy.schemes.dropLast().joined(separator: ", ")) and \(Proxy.schemes.last ?? "")")
    }
    guard let address = named ?? Proxy.ofEnvironment(url), let host = HostLookup.host(of: address) else { return nil }
    shown = Address.withoutUser(address)
    self.host = host
  }

  /// `http_proxy` counts in small letters only, since a server may take `HTTP_PROXY` from a request's header.
  private static func ofEnvironment(_ url: String) -> String? {
    let names = url.lowercased().hasPrefix("https:") ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]
    return (names + ["all_proxy", "ALL_PROXY"]).lazy.compactMap { getenv($0).map { String(cString: $0) } }
      .first { !$0.isEmpty }
  }
}
