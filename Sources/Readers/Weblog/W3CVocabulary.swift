/// Identifiers of the W3C Extended Log File Format (WD-logfile-960323) and of the servers that write it, with the fields
/// that they become. An identifier that is not here becomes a field named after it: `cs(X-Foo)` is `cs_x_foo`.
enum W3CVocabulary {
  /// - Parameters:
  ///   - timeTaken: how `time-taken` is written: the standard counts seconds, IIS milliseconds.
  ///   - before: what a server means otherwise.
  static func columns(timeTaken: LogColumn.Kind, before: [LogColumn] = []) -> [LogColumn] {
    let common: [LogColumn] = [
      LogColumn("date", .date), LogColumn("time", .timeOfDay),
      LogColumn("date-local", .date), LogColumn("time-local", .timeOfDay),
      LogColumn("c-ip", .text, "ip", "client's address"),
      LogColumn("cs-username", .text, "user", "authenticated user"),
      LogColumn("c-port", .int, "client_port", "client's port"),
      LogColumn("cs-method", .text, "method", "method of the request"),
      LogColumn("cs-uri", .target, "target", "target of the request"),
      LogColumn("cs-uri-stem", .stem, "path", "path without query"),
      LogColumn("cs-uri-query", .query, "query", "query"),
      LogColumn("cs-version", .text, "protocol", "protocol of the request"),
      LogColumn("cs-host", .text, "host", "host that the client asked for"),
      LogColumn("cs(Host)", .text, "host", "host that the client asked for"),
      LogColumn("cs(User-Agent)", .text, "agent", encoding: .plus, "client's program, as it said"),
      LogColumn("cs(Referer)", .text, "referer", "page that linked here, as the client said"),
      LogColumn("cs(Referrer)", .text, "referer", "page that linked here, as the client said"),
      LogColumn("cs(Cookie)", .text, "cookie", encoding: .plus, "cookies of the request"),
      LogColumn("cs(X-Forwarded-For)", .text, "forwarded", encoding: .plus, "addresses that proxies noted"),
      LogColumn("X-Forwarded-For", .text, "forwarded", encoding: .plus, "addresses that proxies noted"),
      LogColumn("sc-status", .int, "status", "status of the answer"),
      LogColumn("c-status", .int, "status", "status of the answer"),
      LogColumn("sc-substatus", .int, "substatus", "IIS's finer status"),
      LogColumn("sc-win32-status", .int, "win32_status", "error of the operating system"),
      LogColumn("sc-bytes", .int, "bytes", "bytes sent"),
      LogColumn("cs-bytes", .int, "bytes_received", "bytes received"),
      LogColumn("time-taken", timeTaken, "duration", "time taken, in microseconds"),
      LogColumn("TimeTakenMS", .micros(1000), "duration", "time taken, in microseconds"),
      LogColumn("x-duration", .micros(1_000_000), "duration", "time connected, in microseconds"),
      LogColumn("s-ip", .text, "server_ip", "server's address"), LogColumn("s-port", .int, "port", "server's port"),
      LogColumn("s-sitename", .text, "sitename", "site and its number"),
      LogColumn("s-computername", .text, "server_name", "name of the server"),
      LogColumn("cs(Accept-Language)", .text, "accept_language", encoding: .plus, "languages that the client reads"),
    ]
    return before + common
  }
}
