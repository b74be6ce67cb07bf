internal import CCurl
internal import Glibc
public import Pipeline

/// How to reach the receiver.
public struct CurlSettings: Sendable {
  /// The whole address, `/track` included.
  public var url: String
  /// `Name: value` each, beside those that delivery itself sends.
  public var headers: [String] = []
  public var userAgent: String
  /// Certificates to trust instead of the system's, in PEM.
  public var caFile: String?
  public var proxy: String?
  /// For the connection and for the whole answer, in milliseconds.
  public var connectTimeout = 5_000
  public var timeout = 30_000

  public init(url: String, userAgent: String) {
    self.url = url
    self.userAgent = userAgent
  }
}

/// HTTP/1.1 by libcurl: many requests in one thread over connections that stay open. Certificates are verified, and
/// redirects are not followed.
public final class CurlTransport: Transport, @unchecked Sendable {
  /// How much of an answer is looked at.
  private static let bodyLimit = 256 << 10

  /// One request at a time, and the connection's settings, which stay.
  private final class Slot {
    let easy: UnsafeMutableRawPointer
    let body = ByteBuffer(capacity: 1024)
    /// What libcurl says of a failure, in its own words.
    let words: UnsafeMutablePointer<CChar>
    var isBodyCut = false
    var id = 0
    /// Headers of one request only.
    var headers: UnsafeMutablePointer<curl_slist>?

    init(_ easy: UnsafeMutableRawPointer) {
      self.easy = easy
      words = .allocate(capacity: Int(CURL_ERROR_SIZE))
      words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit { words.deallocate() }
  }

  private let multi: UnsafeMutableRawPointer
  private let settings: CurlSettings
  private let proxy: Proxy?
  private let isUnknown: @Sendable (String) -> Bool
  private let headers: UnsafeMutablePointer<curl_slist>?
  private var idle: [Slot] = []
  /// By the address of their handle.
  private var busy: [UnsafeMutableRawPointer: Slot] = [:]
  private var failed: [(id: Int, reason: String)] = []

  private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

  /// - Throws: D307 if libcurl does not take the settings.
  public convenience init(_ settings: CurlSettings) throws(Diagnostic) {
    try self.init(settings, isUnknown: HostLookup.isUnknown)
  }

  /// - Parameter isUnknown: whether no host has a name, as far as can be known. libcurl does not tell that from a name
  ///   that cannot be looked up at the moment.
  init(_ settings: CurlSettings, isUnknown: @escaping @Sendable (String) -> Bool) throws(Diagnostic) {
    guard CurlTransport.isReady, let multi = curl_multi_init() else {
      throw Diagnostic("D307", "libcurl cannot be started")
    }
    self.multi = multi
    self.settings = settings
    do throws(Diagnostic) {
      proxy = try Proxy(named: settings.proxy, for: settings.url)
    } catch {
      curl_multi_cleanup(multi)
      throw error
    }
    self.isUnknown = isUnknown
    _ = trackfill_multi_set_number(multi, CURLMOPT_MAXCONNECTS, 256)
    // An empty value takes a header away that libcurl would add.
    headers = CurlTransport.list(
      ["Content-Type: application/json", "Expect:"] + settings.headers, behind: nil)
    idle.append(try makeSlot())
  }

  deinit {
    abandon()
    for slot in idle { curl_easy_cleanup(slot.easy) }
    curl_multi_cleanup(multi)
    curl_slist_free_all(headers)
  }

  private static func list(
    _ lines: [String], behind list: UnsafeMutablePointer<curl_slist>?
  ) -> UnsafeMutablePointer<curl_slist>? {
    lines.reduce(list) { curl_slist_append($0, $1) ?? $0 }
  }

  private func makeSlot() throws(Diagnostic) -> Slot {
    guard let easy = curl_easy_init() else { throw Diagnostic("D307", "libcurl has no room for a request") }
    let slot = Slot(easy)
    var results: [CURLcode] = []
    func set(_ option: CURLoption, _ value: Int) { results.append(trackfill_easy_set_number(easy, option, value)) }
    func set(_ option: CURLoption, _ text: String) {
      results.append(text.withCString { trackfill_easy_set_pointer(easy, option, $0) })
    }
    set(CURLOPT_URL, settings.url)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_USERAGENT, settings.userAgent)
    set(CURLOPT_POST, 1)
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    set(CURLOPT_TCP_NODELAY, 1)
    set(CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeout)
    set(CURLOPT_TIMEOUT_MS, settings.timeout)
    if let file = settings.caFile { set(CURLOPT_CAINFO, file) }
    if let proxy = settings.proxy { set(CURLOPT_PROXY, proxy) }
    results.append(
      trackfill_easy_set_write(easy) { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let slot = Unmanaged<Slot>.fromOpaque(context).takeUnretainedValue()
        let length = min(size * count, max(0, CurlTransport.bodyLimit - slot.body.count))
        if length < size * count { slot.isBodyCut = true }
        bytes.withMemoryRebound(to: UInt8.self, capacity: length) { slot.body.append($0, length) }
        return size * count
      })
    results.append(trackfill_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, slot.words))
    results.append(trackfill_easy_set_pointer(easy, CURLOPT_WRITEDATA, Unmanaged.passUnretained(slot).toOpaque()))
    if let problem = results.first(where: { $0 != CURLE_OK }) {
      curl_easy_cleanup(easy)
      throw Diagnostic("D307", "libcurl does not take the settings: \(String(cString: curl_easy_strerror(problem)))")
    }
    return slot
  }

  public func begin(_ request: DeliveryRequest) {
    let slot: Slot
    do throws(Diagnostic) {
      slot = if let last = idle.popLast() { last } else { try makeSlot() }
    } catch {
      failed.append((request.id, error.message))
      return
    }
    slot.id = request.id
    slot.body.removeAll()
    slot.isBodyCut = false
    var list = headers
    if request.forwardedFor != nil || request.acceptLanguage != nil {
      var lines = ["Content-Type: application/json", "Expect:"] + settings.headers
      if let value = request.forwardedFor { lines.append("X-Forwarded-For: " + String(decoding: value, as: UTF8.self)) }
      if let value = request.acceptLanguage {
        lines.append("Accept-Language: " + String(decoding: value, as: UTF8.self))
      }
      list = CurlTransport.list(lines, behind: nil)
      slot.headers = list
    }
    _ = trackfill_easy_set_pointer(slot.easy, CURLOPT_HTTPHEADER, list)
    _ = trackfill_easy_set_size(slot.easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
    _ = trackfill_easy_set_pointer(slot.easy, CURLOPT_POSTFIELDS, request.body.baseAddress)
    guard curl_multi_add_handle(multi, slot.easy) == CURLM_OK else {
      release(slot)
      failed.append((request.id, "libcurl has no room for a request"))
      return
    }
    busy[slot.easy] = slot
  }

  private func release(_ slot: Slot) {
    if let list = slot.headers { curl_slist_free_all(list) }
    slot.headers = nil
    slot.body.shrink(to: 4096)
    idle.append(slot)
  }

  public func wait(until deadline: UInt64, _ take: (DeliveryAnswer) throws -> Void) throws {
    for (id, reason) in failed { try take(DeliveryAnswer(id: id, outcome: .failure(reason))) }
    let hadFailed = !failed.isEmpty
    failed = []
    var running: Int32 = 0
    curl_multi_perform(multi, &running)
    guard try !collect(take), !hadFailed else { return }
    let now = SystemTime.monotonicNanoseconds
    let milliseconds = deadline <= now ? 0 : min((deadline - now + 999_999) / 1_000_000, 3_600_000)
    var active: Int32 = 0
    curl_multi_poll(multi, nil, 0, Int32(milliseconds), &active)
    curl_multi_perform(multi, &running)
    _ = try collect(take)
  }

  /// Hands over what is finished; whether there was anything.
  private func collect(_ take: (DeliveryAnswer) throws -> Void) throws -> Bool {
    var left: Int32 = 0
    var isAny = false
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
      let result = trackfill_message_result(message)
      curl_multi_remove_handle(multi, easy)
      guard let slot = busy.removeValue(forKey: easy) else { continue }
      isAny = true
      defer { release(slot) }
      var answer = DeliveryAnswer(id: slot.id, outcome: outcome(of: slot, result))
      answer.body = slot.body.bytes
      answer.isBodyCut = slot.isBodyCut
      if case .status(let status) = answer.outcome, status >= 300 {
        answer.retryAfter = header("Retry-After", of: easy)
      }
      try take(answer)
    }
    return isAny
  }

  private func outcome(of slot: Slot, _ result: CURLcode) -> DeliveryAnswer.Outcome {
    let reason = String(cString: curl_easy_strerror(result)).lowercased()
    switch result {
    case CURLE_OK:
      var status = 0
      _ = trackfill_easy_get_number(slot.easy, CURLINFO_RESPONSE_CODE, &status)
      return .status(status)
    case CURLE_UNSUPPORTED_PROTOCOL: return .misconfigured("what answers there does not speak HTTP")
    case CURLE_URL_MALFORMAT, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_NOTFOUND, CURLE_NOT_BUILT_IN:
      return .misconfigured(reason)
    case CURLE_COULDNT_RESOLVE_HOST:
      guard let host = HostLookup.host(of: settings.url), isUnknown(host) else { return .failure(reason) }
      return .misconfigured("no host has the name \(host)")
    case CURLE_COULDNT_RESOLVE_PROXY:
      guard let proxy else { return .failure(reason) }
      return isUnknown(proxy.host)
        ? .misconfigured("no host has the name of the proxy, \(proxy.host)")
        : .failure("couldn't resolve the name of the proxy \(proxy.shown)")
    case CURLE_COULDNT_CONNECT:
      // Only its words tell which of the two it was.
      guard let proxy, String(cString: slot.words).contains(" \(proxy.host) port ") else { return .failure(reason) }
      return .failure("couldn't connect to the proxy \(proxy.shown)")
    default: return .failure(reason)
    }
  }

  private func header(_ name: String, of easy: UnsafeMutableRawPointer) -> String? {
    var header: UnsafeMutablePointer<curl_header>?
    guard curl_easy_header(easy, name, 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK, let header,
      let value = header.pointee.value
    else { return nil }
    return String(cString: value)
  }

  public func wake() { curl_multi_wakeup(multi) }

  public func abandon() {
    for slot in busy.values {
      curl_multi_remove_handle(multi, slot.easy)
      release(slot)
    }
    busy = [:]
    failed = []
  }
}
