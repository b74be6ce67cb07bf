/// Reads nginx's `log_format` texts (ngx_http_log_module and the variables of the other modules).
enum NginxFormat {
  static func parse(_ text: String, escape: LogFormat.Escape) throws(FormatError) -> LogFormat {
    var format = LogFormat(title: "nginx format", escape: escape)
    let bytes = Array(text.utf8)
    var at = 0
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "$") else {
        format.append(literal: [bytes[at]])
        at += 1
        continue
      }
      let start = at
      at += 1
      let isBraced = at < bytes.count && bytes[at] == UInt8(ascii: "{")
      if isBraced { at += 1 }
      let nameStart = at
      while at < bytes.count, isNameByte(bytes[at]) { at += 1 }
      let name = String(decoding: bytes[nameStart..<at], as: UTF8.self)
      guard !name.isEmpty, !isBraced || (at < bytes.count && bytes[at] == UInt8(ascii: "}")) else {
        throw FormatError("'$' without a variable's name", start, max(1, at - start), "write $name or ${name}")
      }
      if isBraced { at += 1 }
      format.append(field(name))
    }
    return format
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// Any variable is a field; these have a type or a name of the common vocabulary.
  private static func field(_ variable: String) -> LogField {
    let source = "$" + variable
    let name = LogField.snake(variable)
    switch variable {
    case "remote_addr": return LogField(source, .text, ["ip", name], "client's address", required: true)
    case "remote_user": return LogField(source, .text, ["user", name], "authenticated user")
    case "time_local": return LogField(source, .commonTime, ["time"], "time of the log line", required: true)
    case "time_iso8601": return LogField(source, .isoTime, ["time"], "time of the log line", required: true)
    case "msec": return LogField(source, .epoch(digits: 0), ["time"], "time of the log line", required: true)
    case "request": return LogField(source, .request, ["request", name], "request line")
    case "status": return LogField(source, .int, ["status", name], "status of the answer", required: true)
    case "body_bytes_sent": return LogField(source, .int, ["bytes", name], "bytes of the body")
    case "bytes_sent": return LogField(source, .int, ["bytes", name], "bytes sent, headers included")
    case "request_length": return LogField(source, .int, [name], "bytes received, headers included")
    case "server_port": return LogField(source, .int, ["port", name], "server's port")
    case "remote_port": return LogField(source, .int, [name], "client's port")
    case "connection_requests": return LogField(source, .int, [name], "requests on the connection")
    case "request_time": return LogField(source, .seconds, ["duration", name], "time taken, in microseconds")
    case "request_method": return LogField(source, .text, ["method", name], "method of the request")
    case "request_uri": return LogField(source, .target, ["target", name], "target of the request")
    case "uri", "document_uri": return LogField(source, .free, ["path", name], "path without query, as rewritten")
    case "args", "query_string": return LogField(source, .text, ["query", name], "query")
    case "server_protocol": return LogField(source, .text, ["protocol", name], "protocol of the request")
    case "host": return LogField(source, .text, ["host", "request_host"], "host that the client asked for")
    case "server_name": return LogField(source, .text, ["host", name], "name of the server")
    case "proxy_add_x_forwarded_for": return LogField(source, .list, [name], "addresses that proxies noted")
    default: break
    }
    if name.hasPrefix("http_") {
      let header = LogField.header(String(name.dropFirst(5)))
      return LogField(source, header.kind, header.names + [name], header.summary)
    }
    if name.hasPrefix("sent_http_") {
      return LogField(source, .free, ["response_" + name.dropFirst(10)], "response header")
    }
    if ports.contains(name) { return LogField(source, .int, [name], "nginx variable \(source)") }
    // An upstream that failed leaves its part of the list behind: "a, b : c".
    let kind: LogField.Kind = name.hasPrefix("upstream_") ? .list : NginxFormat.decoded.contains(name) ? .free : .text
    return LogField(source, kind, [name], "nginx variable \(source)")
  }

  private static let ports: Set = [
    "proxy_port", "proxy_protocol_port", "proxy_protocol_server_port", "realip_remote_port",
  ]

  /// What may hold blanks beside headers: paths are decoded.
  private static let decoded: Set = ["request_filename", "document_root", "realpath_root", "content_type"]
}
