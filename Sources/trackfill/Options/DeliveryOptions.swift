import ArgumentParser
import Delivery
import Glibc
import Pipeline

/// How to reach the receiver and how to treat it; the same words in every command that delivers.
struct DeliveryOptions: ParsableArguments {
  @Flag(help: "Send to production (x-context); without it payloads go to staging, as is Tracardi's default.")
  var production = false

  @Option(help: ArgumentHelp("A file with a bearer token; or set TRACARDI_TOKEN.", valueName: "file"))
  var tokenFile: String?

  @Option(
    name: .customLong("header"), help: ArgumentHelp("A further header; may be repeated.", valueName: "name: value"))
  var headers: [String] = []

  @Option(help: ArgumentHelp("Certificates to trust instead of the system's, in PEM.", valueName: "file"))
  var caFile: String?

  @Option(help: ArgumentHelp("A proxy; http_proxy and https_proxy are heeded without it.", valueName: "url"))
  var proxy: String?

  @Option(
    help: ArgumentHelp("Requests in flight (default: as many as the receiver takes).", valueName: "n"),
    transform: Int.read)
  var concurrency: Int?

  @Option(
    help: ArgumentHelp("Requests in a time at most, such as 200/s.", valueName: "n/s"), transform: RequestRate.read)
  var rate: RequestRate?

  @Option(
    help: ArgumentHelp("Stop when nothing has succeeded for so long. (default: 1h)", valueName: "time"),
    transform: TimeSpan.read)
  var retryFor = TimeSpan(milliseconds: 3_600_000)

  @Option(
    help: ArgumentHelp("Wait so long for an answer. (default: 30s)", valueName: "time"), transform: TimeSpan.read)
  var timeout = TimeSpan(milliseconds: 30_000)

  func validate() throws {
    if let concurrency, !(1...1000).contains(concurrency) {
      throw ValidationError("--concurrency takes a number from 1 to 1000, not \(concurrency).")
    }
    if timeout.milliseconds < 1 { throw ValidationError("--timeout takes a time above zero.") }
    for header in headers {
      let name = header.prefix { $0 != ":" }
      let isToken = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
      guard name.count < header.count, !name.isEmpty, isToken, header.unicodeScalars.allSatisfy({ $0.value >= 0x20 })
      else {
        throw ValidationError("--header takes 'Name: value', not '\(header)'.")
      }
      if let reason = DeliveryOptions.reserved[name.lowercased()] {
        throw ValidationError("--header cannot set \(name): \(reason).")
      }
    }
  }

  /// Headers that a request has anyway, in small letters, and what sets them.
  private static let reserved: [String: String] = [
    "x-context": "payloads go to staging, and with --production to production",
    "content-type": "payloads are JSON", "content-length": "each payload has its own",
    "content-encoding": "payloads are sent as they are", "transfer-encoding": "payloads are sent as they are",
    "host": "it is the one of --to", "expect": "payloads are sent at once", "connection": "connections are kept",
  ]

  var mode: String { production ? "production" : "staging" }

  /// Throws I101 or I102 if the token cannot be read, D307 if libcurl does not take the settings.
  func makeTransport(to endpoint: Endpoint) throws -> CurlTransport {
    var settings = CurlSettings(url: endpoint.url, userAgent: "trackfill/" + Trackfill.version)
    settings.headers = ["x-context: " + mode]
    if let token = try token() { settings.headers.append("Authorization: Bearer " + token) }
    settings.headers += headers
    settings.caFile = caFile
    if let caFile, access(caFile, R_OK) != 0 { throw DeliveryOptions.unreadable("--ca-file", caFile, errno) }
    settings.proxy = proxy
    settings.timeout = Int(timeout.milliseconds)
    settings.connectTimeout = min(5_000, settings.timeout)
    return try CurlTransport(settings)
  }

  func settings(for endpoint: Endpoint) -> DeliverySettings {
    var settings = DeliverySettings()
    settings.concurrency = concurrency
    settings.rate = rate?.perSecond
    settings.retryFor = UInt64(retryFor.milliseconds) * 1_000_000
    settings.host = endpoint.shown
    return settings
  }

  private func token() throws -> String? {
    guard let tokenFile else {
      return ProcessEnvironment.value("TRACARDI_TOKEN").map { String($0.filter { !$0.isNewline }) }
    }
    let bytes: [UInt8]
    do throws(WholeFile.Failure) {
      bytes = try WholeFile.read(tokenFile, limit: 16 << 10)
    } catch {
      throw DeliveryOptions.unreadable("--token-file", tokenFile, error.number)
    }
    let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard text.count == 1, let token = text.first else {
      throw Diagnostic(
        "I102", "--token-file \(tokenFile) does not hold one token", remedy: "write the token alone into it")
    }
    return String(token)
  }

  private static func unreadable(_ option: String, _ path: String, _ number: Int32) -> Diagnostic {
    let reason = SystemError.reason(number)
    return Diagnostic(
      number == ENOENT ? "I101" : "I102", "\(option) \(path): \(reason)", remedy: "check the path and its permissions")
  }

  /// What everyone should know before history is sent.
  static func dangers(mode: String, to host: String) -> String {
    """
    sending history to \(host), \(mode)
      Old events start workflows and destinations as new ones do, and those may mail customers: use an event source made
      for this import, and no workflow that listens to it. The source is also how the import can be found and undone.
      \(mode == "staging"
        ? "Staging is Tracardi's default and not what visitors see; --production sends to production."
        : "Production is what visitors see; without --production payloads go to staging.")

    """
  }
}
