import Collector
import Foundation
import Glibc
import Pipeline
import TestSupport
import Testing

@testable import Delivery

/// The real transport against a real receiver on this machine.
@Suite(.serialized) struct CurlTests {
  let space: Workspace
  init() throws { space = try Workspace() }

  private func collector(_ change: (inout CollectorOptions) -> Void = { _ in }) throws -> Collector {
    var options = CollectorOptions()
    change(&options)
    let collector = try Collector(options)
    collector.start()
    return collector
  }

  private func deliver(
    _ payloads: [String], to url: String, settings: DeliverySettings = DeliverySettings(),
    _ change: (inout CurlSettings) -> Void = { _ in },
    isUnknown: @escaping @Sendable (String) -> Bool = HostLookup.isUnknown
  ) throws -> (outcome: DeliveryOutcome, counts: DeliveryCounts) {
    var curl = CurlSettings(url: url + "/track", userAgent: "trackfill/test")
    curl.headers = ["x-context: staging"]
    change(&curl)
    let path = try space.write("payloads.ndjson", payloads.map { $0 + "\n" }.joined())
    let delivery = Delivery(
      transport: try CurlTransport(curl, isUnknown: isUnknown), journal: nil,
      deadLetters: DeadLetterFile(path: space.path("dead.ndjson")), settings: settings)
    let outcome = try delivery.run(try PayloadFileQueue(path: path, name: "payloads"))
    return (outcome, delivery.counts)
  }

  private func payloads(_ count: Int, profiles: Int = 50) -> [String] {
    (0..<count).map { Payloads.payload($0, profile: $0 % profiles, events: 1 + $0 % 3) }
  }

  @Test func connectionsAreKept() throws {
    let collector = try collector()
    defer { collector.stop() }
    let (outcome, counts) = try deliver(payloads(1000), to: collector.url)
    expectWhole(outcome)
    #expect(counts.acknowledged == 1000)
    let seen = collector.counts
    #expect(seen.payloads == 1000 && seen.duplicates == 0 && seen.orderViolations == 0)
    #expect(seen.maximumOfOneProfile == 1)
    #expect(seen.connections <= 128)
  }

  @Test func resetsLostAnswersAndFullHosts() throws {
    let collector = try collector {
      $0.resetEvery = 17
      $0.loseEvery = 23
      $0.statusEvery = 31
    }
    defer { collector.stop() }
    let (outcome, counts) = try deliver(payloads(600), to: collector.url)
    expectWhole(outcome)
    #expect(counts.acknowledged == 600 && counts.dead == 0 && counts.retries > 0)
    let seen = collector.counts
    #expect(seen.distinct == 600 / 3 * 6)
    #expect(seen.duplicates > 0, "what was lost on the way back came twice, with its id")
    #expect(seen.maximumOfOneProfile == 1 && seen.orderViolations == 0)
  }

  @Test func slowAnswersAreWaitedForAndTooSlowOnesAreNot() throws {
    let slow = try collector { $0.delay = 60 }
    defer { slow.stop() }
    var settings = DeliverySettings()
    #expect(try deliver(payloads(40), to: slow.url, settings: settings).counts.acknowledged == 40)
    settings.retryFor = second
    let (outcome, counts) = try deliver(payloads(4), to: slow.url, settings: settings) { $0.timeout = 20 }
    #expect(outcome.stop == .unavailable)
    #expect(counts.dead == 0 && counts.answers[0] ?? 0 > 0)
  }

  @Test func nobodyListens() throws {
    let collector = try collector()
    let url = collector.url
    collector.stop()
    var settings = DeliverySettings()
    settings.retryFor = second / 2
    let (outcome, counts) = try deliver(payloads(100), to: url, settings: settings)
    #expect(outcome.stop == .unavailable)
    #expect(counts.dead == 0 && outcome.pending == 100)
  }

  /// A name that nobody has is a setting at fault; one that cannot be looked up now is a network that is away.
  @Test(arguments: [(true, DeliveryStop.misconfigured), (false, .unavailable)])
  func aHostThatDoesNotExist(_ isUnknown: Bool, _ stop: DeliveryStop) throws {
    var settings = DeliverySettings()
    settings.retryFor = second
    let asked = Heads()
    let began = SystemClock().now
    let (outcome, counts) = try deliver(
      payloads(10), to: "http://nonexist.invalid:8686", settings: settings,
      isUnknown: {
        asked.add($0)
        return isUnknown
      })
    #expect(outcome.stop == stop)
    #expect(counts.dead == 0 && outcome.pending == 10)
    #expect(Set(asked.all) == ["nonexist.invalid"])
    if isUnknown { #expect(SystemClock().now - began < second) }
  }

  @Test func headersOfAPayload() throws {
    let heads = Heads()
    let server = try RawServer { heads.add($0) }
    defer { server.stop() }
    let plain = Payloads.payload(0, profile: 0, events: 1)
    let rich = plain.replacing(
      #""headers":{"#, with: #""headers":{"x-forwarded-for":"192.0.2.7","Accept-Language":"de\r\nX-Evil: 1","#)
    var settings = DeliverySettings()
    settings.concurrency = 1
    _ = try deliver([rich, plain], to: server.url, settings: settings) { $0.headers.append("Authorization: Bearer T") }
    let seen = heads.all
    #expect(seen.count == 2)
    #expect(seen[0].contains("POST /track HTTP/1.1\r\n"))
    for header in [
      "x-context: staging", "User-Agent: trackfill/test", "Content-Type: application/json", "Authorization: Bearer T",
    ] {
      #expect(seen.allSatisfy { $0.contains("\r\n\(header)\r\n") }, "\(header)")
    }
    #expect(seen[0].contains("\r\nX-Forwarded-For: 192.0.2.7\r\n") && !seen[1].contains("X-Forwarded-For"))
    #expect(!seen[0].contains("Evil") && !seen[0].contains("Expect"))
  }

  @Test func aProxyIsAsked() throws {
    let proxy = try collector()
    defer { proxy.stop() }
    let (outcome, _) = try deliver(payloads(20), to: "http://tracardi.invalid") { $0.proxy = proxy.url }
    expectWhole(outcome)
    #expect(proxy.counts.proxied == 20 && proxy.counts.payloads == 20)
  }

  /// A proxy that nobody knows, or of no kind, is a setting at fault; one that is away is named.
  @Test(arguments: [
    (
      "http://user:pw@proxy.invalid:3128", DeliveryStop.misconfigured,
      "no host has the name of the proxy, proxy.invalid"
    ),
    ("proxy.invalid", .misconfigured, "no host has the name of the proxy, proxy.invalid"),
    ("http://user:pw@127.0.0.1:1", .unavailable, "couldn't connect to the proxy http://127.0.0.1:1"),
    ("socks5://127.0.0.1:1", .unavailable, "couldn't connect to the proxy socks5://127.0.0.1:1"),
  ])
  func aProxyThatIsNotThere(_ proxy: String, _ stop: DeliveryStop, _ words: String) throws {
    var settings = DeliverySettings()
    settings.retryFor = second / 2
    let (outcome, counts) = try deliver(
      payloads(3), to: "http://127.0.0.1:2", settings: settings, { $0.proxy = proxy },
      isUnknown: { $0.hasSuffix(".invalid") })
    #expect(outcome.stop == stop)
    if case .stopped(_, let because) = outcome.ending {
      #expect(because.message.hasSuffix(words), "\(because.message)")
    }
    #expect(counts.dead == 0 && outcome.pending == 3)
  }

  @Test func aProxyOfNoKind() throws {
    let thrown = #expect(throws: Diagnostic.self) {
      try deliver(payloads(1), to: "http://127.0.0.1:2") { $0.proxy = "socks9://127.0.0.1" }
    }
    #expect(thrown?.code == "D307")
  }

  @Test(arguments: [
    ("http://user:p@ss@host:1/a@b", "http://host:1/a@b"), ("user:pw@proxy:3128", "proxy:3128"),
    ("https://host/track staging", "https://host/track staging"),
    ("http://u:p@host/track production", "http://host/track production"), ("http://host?a=b@c", "http://host?a=b@c"),
  ])
  func usersAreNotShown(_ address: String, _ shown: String) { #expect(Address.withoutUser(address) == shown) }

  @Test func poisonOverHTTP() throws {
    let collector = try collector { $0.poisonType = "bad" }
    defer { collector.stop() }
    var all = payloads(50)
    all[7] = Payloads.payload(7, profile: 7, events: 40).replacing(
      #""id":"e7-13","type":"page-view""#, with: #""id":"e7-13","type":"bad""#)
    let (outcome, counts) = try deliver(all, to: collector.url)
    expectWhole(outcome)
    #expect(counts.deadEvents == 1)
    #expect(!collector.ids.contains("e7-13") && collector.ids.contains("e7-12") && collector.ids.contains("e7-39"))
  }

  private static let canTLS = ["openssl", "python3"].allSatisfy { tool in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      access("\($0)/\(tool)", X_OK) == 0
    }
  }

  @Test(.enabled(if: canTLS, "needs openssl and python3"))
  func certificatesAreChecked() throws {
    let collector = try collector()
    defer { collector.stop() }
    func shell(_ command: String) throws -> Process {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", command]
      process.currentDirectoryURL = URL(fileURLWithPath: space.folder)
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      return process
    }
    let make = try shell(
      "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out ca.pem -days 2 -subj /CN=localhost "
        + "-addext subjectAltName=DNS:localhost,IP:127.0.0.1")
    make.waitUntilExit()
    try #require(make.terminationStatus == 0)
    // Takes TLS off and passes on.
    let front = """
      import socket, ssl, sys, threading
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.load_cert_chain("ca.pem", "key.pem")
      server = socket.create_server(("127.0.0.1", 0))
      open("port.part", "w").write(str(server.getsockname()[1]))
      import os; os.rename("port.part", "port")
      def pump(a, b):
          try:
              while True:
                  data = a.recv(65536)
                  if not data: break
                  b.sendall(data)
          except OSError: pass
          for s in (a, b):
              try: s.shutdown(socket.SHUT_RDWR)
              except OSError: pass
      def serve(plain):
          try: client = context.wrap_socket(plain, server_side=True)
          except (OSError, ssl.SSLError): return
          target = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
          threading.Thread(target=pump, args=(client, target), daemon=True).start()
          pump(target, client)
      while True:
          plain, _ = server.accept()
          threading.Thread(target=serve, args=(plain,), daemon=True).start()
      """
    _ = try space.write("front.py", front)
    let server = try shell("exec python3 front.py \(collector.port)")
    defer { server.terminate() }
    var port = ""
    for _ in 0..<200 where port.isEmpty {
      usleep(50_000)
      port = space.lines("port").first ?? ""
    }
    let url = "https://localhost:\(port)"
    let refused = try deliver(payloads(20), to: url)
    #expect(refused.outcome.stop == .misconfigured)
    #expect(refused.counts.dead == 0 && collector.counts.payloads == 0)
    var settings = DeliverySettings()
    settings.concurrency = 2
    let trusted = try deliver(payloads(20), to: url, settings: settings) { $0.caFile = space.path("ca.pem") }
    expectWhole(trusted.outcome)
    #expect(collector.counts.payloads == 20)
  }

  @Test func cancelledFromAnotherThread() throws {
    let collector = try collector { $0.delay = 20 }
    defer { collector.stop() }
    let path = try space.write("payloads.ndjson", payloads(20_000, profiles: 1000).map { $0 + "\n" }.joined())
    let delivery = Delivery(
      transport: try CurlTransport(CurlSettings(url: collector.url + "/track", userAgent: "trackfill/test")),
      journal: MemoryJournal(), deadLetters: DeadLetterFile(path: space.path("dead.ndjson")),
      settings: DeliverySettings())
    Thread.detachNewThread {
      // In the middle of it; and in any case at some time, so that the test comes to its end.
      for _ in 0..<6_000 where collector.counts.payloads < 100 { usleep(10_000) }
      delivery.cancel()
    }
    let outcome = try delivery.run(try PayloadFileQueue(path: path, name: "payloads"))
    if case .cancelled = outcome.ending {} else { Issue.record("it was not cancelled") }
    #expect(outcome.isBalanced)
    #expect(delivery.counts.acknowledged == collector.counts.payloads)
    #expect(delivery.counts.acknowledged < 20_000)
  }
}

/// Heads of requests that a server has seen, or names that were asked for.
final class Heads: @unchecked Sendable {
  private let lock = NSLock()
  private var heads: [String] = []
  func add(_ head: String) { lock.withLock { heads.append(head) } }
  var all: [String] { lock.withLock { heads } }
}

/// Takes one connection after the other, keeps what stands before each body, and answers `{}`.
final class RawServer: @unchecked Sendable {
  private let listener: Int32
  private let port: UInt16
  var url: String { "http://127.0.0.1:\(port)" }

  init(_ onHead: @escaping @Sendable (String) -> Void) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    try #require(isBound)
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread {
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
          let count = recv(client, &chunk, chunk.count, 0)
          if count <= 0 { break }
          bytes += chunk[..<count]
          let text = String(decoding: bytes, as: UTF8.self)
          guard let end = text.range(of: "\r\n\r\n"), text.hasSuffix("]}") else { continue }
          onHead(String(text[..<end.upperBound]))
          bytes = []
          let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
          _ = answer.withCString { send(client, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        }
        close(client)
      }
    }
  }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}
