internal import Glibc

/// One client's connection: requests in, answers out, HTTP/1.1 (RFC 9112) as far as senders of payloads speak it.
final class Connection {
  struct Request {
    var method = ""
    var target = ""
    var headers: [String: String] = [:]
    var body: [UInt8] = []
  }

  let descriptor: Int32
  /// Of a request's lines above its body, and of the body, in bytes.
  private static let longestHead = 64 << 10
  private static let longestBody = 1 << 30

  private var input: [UInt8] = []
  /// Bytes of it in which no head ends.
  private var searched = 0
  private var output: [UInt8] = []
  private var written = 0
  /// It is closed when everything is written.
  var closesAfterwards = false
  /// A request is being answered; the next one waits.
  var isBusy = false
  /// Of the request that is being answered.
  var profile: String?

  init(_ descriptor: Int32) { self.descriptor = descriptor }
  deinit { close(descriptor) }

  var wantsToWrite: Bool { written < output.count }

  /// Reads what is there; false when the client has gone.
  func read() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
      if count > 0 {
        input += chunk[..<count]
        if count < chunk.count { return true }
      } else if count < 0, errno == EAGAIN || errno == EINTR {
        return true
      } else {
        return false
      }
    }
  }

  func send(_ bytes: [UInt8]) { output += bytes }

  /// Writes what it can; false when the connection is at its end.
  func write() -> Bool {
    while written < output.count {
      let count = output.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress.map { $0 + written }, $0.count - written, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        )
      }
      if count < 0 { return errno == EAGAIN || errno == EINTR }
      written += count
    }
    output.removeAll(keepingCapacity: true)
    written = 0
    return !closesAfterwards
  }

  /// Closes so that the client sees a reset.
  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
  }

  /// The next whole request; nil if it has not come yet.
  func nextRequest() -> Request? {
    guard !closesAfterwards, let end = headEnd() else {
      if closesAfterwards { input.removeAll() }
      if input.count > Connection.longestHead { refuse("431 Request Header Fields Too Large") }
      return nil
    }
    let head = String(decoding: input[..<end], as: UTF8.self)
    var lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
    var request = Request()
    let first = lines.removeFirst().split(separator: " ")
    request.method = first.first.map(String.init) ?? ""
    request.target = first.count > 1 ? String(first[1]) : ""
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { continue }
      request.headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].drop { $0 == " " }.description
    }
    let length = request.headers["content-length"].map { Int($0) } ?? 0
    guard let length, (0...Connection.longestBody).contains(length) else {
      refuse("400 Bad Request")
      return nil
    }
    let start = end + 4
    guard input.count >= start + length else {
      if request.headers["expect"]?.lowercased() == "100-continue", input.count == start, output.isEmpty {
        send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
      }
      return nil
    }
    request.body = Array(input[start..<(start + length)])
    input.removeFirst(start + length)
    searched = 0
    return request
  }

  /// Answers what is no request that can be read; nothing more is read from the client.
  private func refuse(_ status: String) {
    send(Array("HTTP/1.1 \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8))
    closesAfterwards = true
    input.removeAll()
  }

  /// Looks at each byte once, however often more of them come.
  private func headEnd() -> Int? {
    input.withUnsafeBufferPointer { bytes in
      var at = searched
      defer { searched = at }
      while at + 4 <= bytes.count {
        if bytes[at] == 13, bytes[at + 1] == 10, bytes[at + 2] == 13, bytes[at + 3] == 10 { return at }
        at += 1
      }
      return nil
    }
  }
}
