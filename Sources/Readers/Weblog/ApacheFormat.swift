internal import Pipeline

/// Reads Apache's `LogFormat` texts (mod_log_config, mod_logio, mod_ssl; httpd 2.4 documentation).
struct ApacheFormat {
  private let bytes: [UInt8]
  private var at = 0
  private var format: LogFormat

  /// - Throws: what is wrong with the text, its span counted from the text's first byte.
  static func parse(_ text: String) throws(FormatError) -> LogFormat {
    var parser = ApacheFormat(bytes: Array(text.utf8), format: LogFormat(title: "Apache format"))
    try parser.run()
    return parser.format
  }

  private mutating func run() throws(FormatError) {
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "%") {
        try directive()
      } else if byte == UInt8(ascii: "\\"), at + 1 < bytes.count {
        let next = bytes[at + 1]
        switch next {
        case UInt8(ascii: "t"): format.append(literal: [0x09])
        case UInt8(ascii: "n"):
          // Every record ends its line; one in the middle would make two lines of a record.
          guard at + 2 == bytes.count else {
            throw FormatError("a record of several lines cannot be read", at, 2, "log one line for a request")
          }
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): format.append(literal: [next])
        default: format.append(literal: [byte, next])
        }
        at += 2
      } else {
        format.append(literal: [byte])
        at += 1
      }
    }
  }

  private mutating func directive() throws(FormatError) {
    let start = at
    at += 1
    var argument: String?
    // Modifiers and the argument come in any order.
    scan: while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "!"), UInt8(ascii: ","),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        at += 1
      case UInt8(ascii: "{"):
        guard let close = bytes[at...].firstIndex(of: UInt8(ascii: "}")) else {
          throw FormatError("'{' without '}'", at, 1, "close the argument with '}'")
        }
        argument = String(decoding: bytes[(at + 1)..<close], as: UTF8.self)
        at = close + 1
      default: break scan
      }
    }
    guard at < bytes.count else {
      throw FormatError("directive without a letter", start, bytes.count - start, "write %% for a percent sign")
    }
    var letter = String(UnicodeScalar(bytes[at]))
    at += 1
    if letter == "^" {
      letter += String(decoding: bytes[at..<min(at + 2, bytes.count)], as: UTF8.self)
      at = min(at + 2, bytes.count)
    }
    if letter == "%" {
      format.append(literal: "%".utf8)
      return
    }
    let source = String(decoding: bytes[start..<at], as: UTF8.self)
    guard let field = ApacheFormat.field(letter, argument, source) else {
      throw FormatError(
        "unknown directive \(source)", start, at - start, "use a directive of Apache's mod_log_config")
    }
    if case .pattern(let pattern) = field.kind, let problem = pattern.problem {
      throw FormatError(problem, start, at - start, "use %d %b %Y %m %y %H %I %M %S %p %T %D %F %R %j %e %z %s")
    }
    format.append(field)
  }

  private static func field(_ letter: String, _ argument: String?, _ source: String) -> LogField? {
    if let argument { return field(letter, of: argument, source) ?? plain(letter, source) }
    return plain(letter, source)
  }

  /// Directives without an argument.
  private static func plain(_ letter: String, _ source: String) -> LogField? {
    switch letter {
    case "a": LogField(source, .text, ["ip", "client_ip"], "client's address", required: true)
    case "A": LogField(source, .text, ["server_ip"], "server's address")
    case "B", "b": LogField(source, .int, ["bytes", "body_bytes"], "bytes of the body")
    case "D": LogField(source, .micros(1), ["duration", "duration_us"], "time taken, in microseconds")
    case "f": LogField(source, .free, ["filename"], "file that was served")
    case "h": LogField(source, .text, ["ip", "remote_host"], "client's address or host name", required: true)
    case "H": LogField(source, .text, ["protocol", "request_protocol"], "protocol of the request")
    case "k": LogField(source, .int, ["keepalive"], "requests before on the connection")
    case "l": LogField(source, .text, ["logname"], "remote log name (identd)")
    case "L": LogField(source, .text, ["log_id"], "id in the error log")
    case "m": LogField(source, .text, ["method", "request_method"], "method of the request")
    case "p": LogField(source, .int, ["port", "canonical_port"], "server's port")
    case "P": LogField(source, .text, ["pid"], "process that served it")
    case "q": LogField(source, .query, ["query", "query_string"], "query without its question mark")
    case "r": LogField(source, .request, ["request", "request_line"], "request line")
    case "R": LogField(source, .text, ["handler"], "handler that answered")
    case "s": LogField(source, .int, ["status", "original_status"], "status of the answer", required: true)
    case "t": LogField(source, .bracketedTime, ["time"], "time of the request", required: true)
    case "T": LogField(source, .micros(1_000_000), ["duration", "duration_s"], "time taken, in microseconds")
    case "u": LogField(source, .text, ["user"], "authenticated user")
    case "U": LogField(source, .free, ["path", "request_path"], "path without query")
    case "v": LogField(source, .text, ["host", "server_name"], "name of the server")
    case "V": LogField(source, .text, ["host", "server_name"], "name of the server")
    case "X": LogField(source, .text, ["connection_status"], "X aborted, + kept alive, - closed")
    case "I": LogField(source, .int, ["bytes_received"], "bytes received, headers included")
    case "O": LogField(source, .int, ["bytes", "bytes_sent"], "bytes sent, headers included")
    case "S": LogField(source, .int, ["bytes_total"], "bytes received and sent")
    default: nil
    }
  }

  /// Directives with one.
  private static func field(_ letter: String, of argument: String, _ source: String) -> LogField? {
    let name = LogField.snake(argument)
    switch letter {
    case "a" where argument == "c": return LogField(source, .text, ["connection_ip"], "address of the connection")
    case "h" where argument == "c": return LogField(source, .text, ["connection_host"], "host of the connection")
    case "C": return LogField(source, .text, ["cookie_" + name], "cookie \(argument)")
    case "e": return LogField(source, .text, ["env_" + name], "environment variable \(argument)")
    case "i":
      let header = LogField.header(argument)
      return LogField(source, header.kind, header.names + ["header_" + name], header.summary)
    case "n": return LogField(source, .text, ["note_" + name], "note \(argument)")
    case "o": return LogField(source, .free, ["response_" + name], "response header \(argument)")
    case "^ti": return LogField(source, .text, ["trailer_" + name], "request trailer \(argument)")
    case "^to": return LogField(source, .text, ["response_trailer_" + name], "response trailer \(argument)")
    case "c", "x":
      return LogField(source, .text, [name.hasPrefix("ssl_") ? name : "ssl_" + name], "TLS variable \(argument)")
    case "p":
      switch argument {
      case "remote": return LogField(source, .int, ["remote_port"], "client's port")
      case "local": return LogField(source, .int, ["local_port"], "port that the request came to")
      default: return nil
      }
    case "P": return argument == "pid" ? nil : LogField(source, .text, [name], "thread that served it")
    case "T":
      switch argument {
      case "us": return LogField(source, .micros(1), ["duration", "duration_us"], "time taken, in microseconds")
      case "ms": return LogField(source, .micros(1000), ["duration", "duration_ms"], "time taken, in microseconds")
      default: return nil
      }
    case "t": return time(argument, source)
    default: return nil
    }
  }

  private static func time(_ argument: String, _ source: String) -> LogField? {
    var text = Substring(argument)
    var name = "time"
    if text.hasPrefix("begin:") { text = text.dropFirst(6) }
    if text.hasPrefix("end:") {
      text = text.dropFirst(4)
      name = "end_time"
    }
    let kind: LogField.Kind
    switch text {
    case "": kind = .bracketedTime
    case "sec": kind = .epoch(digits: 0)
    case "msec": kind = .epoch(digits: 3)
    case "usec": kind = .epoch(digits: 6)
    case "msec_frac": kind = .fraction(digits: 3)
    case "usec_frac": kind = .fraction(digits: 6)
    default: kind = .pattern(TimePattern(String(text)))
    }
    return LogField(source, kind, [name], name == "time" ? "time of the request" : "end of the request", required: true)
  }
}
