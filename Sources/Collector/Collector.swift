internal import Glibc
internal import Pipeline
internal import Synchronization

/// A receiver on this machine that answers as Tracardi's tracker does and keeps an account instead of the events: for
/// tests, and for trying what a sender does when the receiver is slow, down or gone.
///
/// One thread, plain sockets. `GET /counts` answers with the account.
public final class Collector: @unchecked Sendable {
  public let port: UInt16
  private let options: CollectorOptions
  private let listener: Int32
  private let wakeRead: Int32
  private let wakeWrite: Int32
  private var thread: WorkerThread?
  private let isStopping = Atomic<Bool>(false)
  private let began = SystemTime.monotonicNanoseconds
  private let account = Mutex(Account())

  // Of its thread.
  private var connections: [Int32: Connection] = [:]
  private var delayed: [(due: UInt64, connection: Connection, answer: Answer)] = []
  private var number = 0
  private var acceptedFile: Int32 = -1

  private struct Account {
    var counts = CollectorCounts()
    var ids: Set<String> = []
    var lastTimes: [String: String] = [:]
    var inFlightByProfile: [String: Int] = [:]
  }

  private struct Answer {
    var status = 200
    var body = ""
    var headers = ""
    var isReset = false
    var isLost = false
  }

  /// Why it cannot listen.
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// Listens on 127.0.0.1 from here on.
  public init(_ options: CollectorOptions = CollectorOptions()) throws {
    self.options = options
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0 else { throw Failure(description: "no socket: \(String(cString: strerror(errno)))") }
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = options.port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 512) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else {
      let reason = String(cString: strerror(errno))
      close(listener)
      throw Failure(description: "port \(options.port): \(reason)")
    }
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Failure(description: "no pipe") }
    (wakeRead, wakeWrite) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    if let path = options.accepted {
      acceptedFile = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      guard acceptedFile >= 0 else { throw Failure(description: "\(path): \(String(cString: strerror(errno)))") }
    }
  }

  public var url: String { "http://127.0.0.1:\(port)" }
  public var counts: CollectorCounts { account.withLock { $0.counts } }
  /// Ids of all events taken.
  public var ids: Set<String> { account.withLock { $0.ids } }

  /// Runs it in a thread of its own until `stop`.
  public func start() {
    thread = WorkerThread { [self] in run() }
    precondition(thread != nil, "no thread for the collector")
  }

  /// Closes everything and waits for the thread that `start` made.
  public func stop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    write(wakeWrite, "x", 1)
    thread?.join()
    thread = nil
    // Nobody is to wait in the queue of a socket that nobody looks at.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  deinit {
    for descriptor in [listener, wakeRead, wakeWrite, acceptedFile] where descriptor >= 0 { close(descriptor) }
  }

  /// Serves until it is stopped.
  public func run() {
    while !isStopping.load(ordering: .sequentiallyConsistent) {
      var polled = [
        pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0),
      ]
      for connection in connections.values {
        let events = POLLIN | (connection.wantsToWrite ? POLLOUT : 0)
        polled.append(pollfd(fd: connection.descriptor, events: Int16(events), revents: 0))
      }
      var timeout: Int32 = -1
      if let first = delayed.first {
        let now = SystemTime.monotonicNanoseconds
        timeout = first.due <= now ? 0 : Int32(clamping: (first.due - now + 999_999) / 1_000_000)
      }
      if poll(&polled, nfds_t(polled.count), timeout) < 0, errno != EINTR { return }
      if polled[0].revents != 0 { accept() }
      for entry in polled.dropFirst(2) where entry.revents != 0 {
        guard let connection = connections[entry.fd] else { continue }
        if entry.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0, !connection.read() {
          drop(connection)
          continue
        }
        serve(connection)
      }
      let now = SystemTime.monotonicNanoseconds
      var due = 0
      while due < delayed.count, delayed[due].due <= now { due += 1 }
      let finished = delayed[..<due]
      delayed.removeFirst(due)
      for entry in finished where connections[entry.connection.descriptor] === entry.connection {
        finish(entry.connection, entry.answer)
        if connections[entry.connection.descriptor] === entry.connection { serve(entry.connection) }
      }
    }
    for connection in connections.values { drop(connection) }
  }

  private func accept() {
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else { return }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var yes: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
    connections[descriptor] = Connection(descriptor)
    account.withLock { $0.counts.connections += 1 }
  }

  /// A client that goes before its answer has no request in flight any more.
  private func drop(_ connection: Connection) {
    if connection.isBusy { leave(connection) }
    connections[connection.descriptor] = nil
  }

  private func serve(_ connection: Connection) {
    while !connection.isBusy, let request = connection.nextRequest() {
      connection.isBusy = true
      let answer = answer(request, connection)
      if options.delay > 0, request.method != "GET" {
        delayed.append((SystemTime.monotonicNanoseconds + UInt64(options.delay) * 1_000_000, connection, answer))
      } else {
        finish(connection, answer)
        guard connections[connection.descriptor] === connection else { return }
      }
    }
    if connection.wantsToWrite, !connection.write() { drop(connection) }
  }

  private func leave(_ connection: Connection) {
    connection.isBusy = false
    account.withLock { account in
      account.counts.inFlight -= 1
      guard let profile = connection.profile else { return }
      let count = (account.inFlightByProfile[profile] ?? 1) - 1
      account.inFlightByProfile[profile] = count == 0 ? nil : count
    }
    connection.profile = nil
  }

  private func finish(_ connection: Connection, _ answer: Answer) {
    leave(connection)
    if answer.isReset || answer.isLost {
      if answer.isReset { connection.reset() }
      connections[connection.descriptor] = nil
      return
    }
    account.withLock { $0.counts.answers[answer.status, default: 0] += 1 }
    let text =
      "HTTP/1.1 \(answer.status) \(Collector.phrase(answer.status))\r\nContent-Type: application/json\r\n"
      + "Content-Length: \(answer.body.utf8.count)\r\n\(answer.headers)\r\n\(answer.body)"
    connection.send(Array(text.utf8))
    if !connection.write() { drop(connection) }
  }

  private static func phrase(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 226: "IM Used"
    case 307: "Temporary Redirect"
    case 429: "Too Many Requests"
    case 500...599: "Server Error"
    default: "Answer"
    }
  }

  // MARK: Answers

  private func answer(_ request: Connection.Request, _ connection: Connection) -> Answer {
    let path = path(request.target)
    let payload = ReceivedPayload(request.body)
    connection.profile = payload.profile
    let isPost = request.method == "POST"
    account.withLock { account in
      account.counts.inFlight += 1
      account.counts.maximumInFlight = max(account.counts.maximumInFlight, account.counts.inFlight)
      if isPost { account.counts.requests += 1 }
      if request.target.hasPrefix("http") { account.counts.proxied += 1 }
      guard let profile = payload.profile else { return }
      let count = (account.inFlightByProfile[profile] ?? 0) + 1
      account.inFlightByProfile[profile] = count
      account.counts.maximumOfOneProfile = max(account.counts.maximumOfOneProfile, count)
    }
    switch (request.method, path) {
    case ("GET", "/counts"): return Answer(body: counts.json + "\n")
    case (_, "/track/"): return Answer(status: 307, headers: "Location: \(url)/track\r\n")
    case ("POST", "/track"): break
    case (_, "/track"): return Answer(status: 405, body: #"{"detail":"Method Not Allowed"}"#)
    default: return Answer(status: 404, body: #"{"detail":"Not Found"}"#)
    }
    number += 1
    switch reaction(request.body) {
    case .normal: return normal(request, payload)
    case .status(let status, let retryAfter):
      return Answer(
        status: status, body: #"{"detail":""# + options.detail + #""}"#,
        headers: retryAfter.map { "Retry-After: \($0)\r\n" } ?? "")
    case .body(let status, let body): return Answer(status: status, body: body)
    case .reset: return Answer(isReset: true)
    case .lostAnswer:
      var answer = normal(request, payload)
      answer.isLost = answer.status == 200
      return answer
    }
  }

  private func path(_ target: String) -> String {
    var path = target[...]
    if path.hasPrefix("http://"), let slash = path.dropFirst(7).firstIndex(of: "/") { path = path[slash...] }
    return String(path.prefix { $0 != "?" })
  }

  private func reaction(_ body: [UInt8]) -> CollectorOptions.Reaction {
    if let script = options.script { return script(number, body) }
    func isTurn(_ every: Int) -> Bool { every > 0 && number % every == 0 }
    if options.downFor > 0, Double(SystemTime.monotonicNanoseconds - began) < options.downFor * 1e9 {
      return .status(options.everyStatus, retryAfter: nil)
    }
    if let status = options.status { return .status(status, retryAfter: nil) }
    if isTurn(options.resetEvery) { return .reset }
    if isTurn(options.loseEvery) { return .lostAnswer }
    if isTurn(options.throttleEvery) { return .status(429, retryAfter: options.retryAfter) }
    return isTurn(options.statusEvery) ? .status(options.everyStatus, retryAfter: nil) : .normal
  }

  /// What a tracker says of this payload.
  private func normal(_ request: Connection.Request, _ payload: ReceivedPayload) -> Answer {
    if request.headers["content-encoding"] != nil {
      return Answer(status: 400, body: #"{"detail":"There was an error parsing the body"}"#)
    }
    if request.body.count > options.maximumBody { return Answer(status: 413, body: #"{"detail":"too large"}"#) }
    guard payload.isWellFormed else {
      return Answer(
        status: 422,
        body: #"{"detail":[{"type":"missing","loc":["body","source"],"msg":"Field required","input":null}]}"#)
    }
    let agent = payload.userAgent.lowercased()
    if ["bot", "crawler", "spider"].contains(where: { agent.contains($0) }) {
      return Answer(status: 406, body: #"{"detail":"Traffic from bot is not allowed."}"#)
    }
    if options.isDisabled { return Answer(status: 406, body: #"{"detail":"Event source disabled."}"#) }
    let isProduction = request.headers["x-context"] == "production"
    if let source = options.source, source != payload.source || isProduction != options.isProduction {
      return Answer(
        status: 406,
        body: #"{"detail":"Invalid event source `"# + (payload.source ?? "")
          + #"`. Request came from IP: `127.0.0.1`"}"#)
    }
    if let type = options.poisonType, payload.events.contains(where: { $0.type == type }) {
      let body =
        options.poisonStatus == 422
        ? #"{"detail":[{"type":"datetime_parsing","loc":["body","insert"],"msg":"Input should be a valid datetime"}]}"#
        : #"{"detail":"'NoneType' object has no attribute 'items'"}"#
      return Answer(status: options.poisonStatus, body: body)
    }
    take(payload, request.body)
    if payload.events.isEmpty { return Answer(body: "null") }
    let profile = payload.profile ?? "00000000-0000-4000-8000-000000000000"
    let session = payload.session ?? "00000000-0000-4000-8000-000000000001"
    return Answer(
      body: #"{"task":"6f4f3b9e-5a0c-4a53-9a3f-2b8a43cfb0e1","ux":[],"response":{},"events":[],"profile":{"id":"#
        + "\"\(profile)\""
        + #"},"session":{"id":"# + "\"\(session)\"" + #"},"errors":[],"warnings":[]}"#)
  }

  private func take(_ payload: ReceivedPayload, _ body: [UInt8]) {
    account.withLock { account in
      account.counts.payloads += 1
      account.counts.events += payload.events.count
      var isNew = false
      for case let id? in payload.events.map(\.id) {
        if account.ids.insert(id).inserted {
          account.counts.distinct += 1
          isNew = true
        } else {
          account.counts.duplicates += 1
        }
      }
      guard isNew, let profile = payload.profile else { return }
      if let last = account.lastTimes[profile], payload.firstTime < last { account.counts.orderViolations += 1 }
      account.lastTimes[profile] = payload.firstTime
    }
    guard acceptedFile >= 0 else { return }
    let line = body + [UInt8(ascii: "\n")]
    _ = line.withUnsafeBytes { write(acceptedFile, $0.baseAddress, $0.count) }
  }
}
