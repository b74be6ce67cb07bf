import Collector
import Glibc
import Testing

/// The receiver for trying, against clients that do not speak HTTP well.
@Suite struct CollectorTests {
  /// What a client gets that sends these bytes, up to the end of the connection.
  private func answer(to request: String, of collector: Collector) throws -> String {
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(client) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    let port = try #require(collector.url.split(separator: ":").last.flatMap { UInt16($0) })
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(connected == 0)
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let bytes = Array(request.utf8)
    // The receiver may have heard enough before all is sent.
    _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(client, &chunk, chunk.count, 0)
      guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
      answer += chunk[..<count]
    }
  }

  @Test(arguments: [
    ("POST /track HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"),
    ("POST /track HTTP/1.1\r\nContent-Length: 9223372036854775807\r\n\r\n", "400"),
    ("POST /track HTTP/1.1\r\nContent-Length: many\r\n\r\n", "400"),
    (String(repeating: "x", count: 100_000), "431"),
  ])
  func requestsThatAreNone(_ request: String, _ status: String) throws {
    let collector = try Collector(CollectorOptions())
    collector.start()
    defer { collector.stop() }
    #expect(try answer(to: request, of: collector).hasPrefix("HTTP/1.1 \(status) "))
    let counts = try answer(
      to: "GET /counts HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", of: collector)
    #expect(counts.hasPrefix("HTTP/1.1 200 ") && counts.contains("HTTP/1.1 400 "), "it goes on serving")
  }
}
