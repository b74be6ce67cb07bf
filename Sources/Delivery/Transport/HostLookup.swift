internal import CCurl
internal import Glibc

/// What is known of a host's name.
enum HostLookup {
  /// Whether the system's resolver says that nobody has the name. A resolver that does not answer says nothing.
  static func isUnknown(_ name: String) -> Bool {
    // Others are asked for in another spelling, which libcurl makes.
    guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(name, nil, &hints, &found)
    if let found { freeaddrinfo(found) }
    return status == EAI_NONAME
  }

  /// The name in an address, whatever its scheme, and if it has none; nil if there is no name.
  static func host(of url: String) -> String? {
    guard let address = curl_url() else { return nil }
    defer { curl_url_cleanup(address) }
    var host: UnsafeMutablePointer<CChar>?
    let anyScheme = UInt32(CURLU_DEFAULT_SCHEME | CURLU_NON_SUPPORT_SCHEME)
    guard curl_url_set(address, CURLUPART_URL, url, anyScheme) == CURLUE_OK,
      curl_url_get(address, CURLUPART_HOST, &host, 0) == CURLUE_OK, let host
    else { return nil }
    defer { curl_free(host) }
    return String(cString: host)
  }
}
