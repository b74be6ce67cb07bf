/// What a collector has seen.
public struct CollectorCounts: Sendable, Equatable {
  public var connections = 0
  public var requests = 0
  /// Requests with an absolute address, as proxies get them.
  public var proxied = 0
  /// Payloads taken, repeated ones included.
  public var payloads = 0
  public var events = 0
  /// Different event ids taken, and ids that came again.
  public var distinct = 0
  public var duplicates = 0
  public var inFlight = 0
  public var maximumInFlight = 0
  /// Requests of one profile at the same time; more than 1 is the sender's fault.
  public var maximumOfOneProfile = 0
  /// New payloads that begin earlier than one of the same profile before them.
  public var orderViolations = 0
  public var answers: [Int: Int] = [:]

  /// One line of JSON.
  public var json: String {
    let answers = self.answers.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
    return "{\"connections\":\(connections),\"requests\":\(requests),\"proxied\":\(proxied),\"payloads\":\(payloads),"
      + "\"events\":\(events),\"distinct\":\(distinct),\"duplicates\":\(duplicates),\"in_flight\":\(inFlight),"
      + "\"maximum_in_flight\":\(maximumInFlight),\"maximum_of_one_profile\":\(maximumOfOneProfile),"
      + "\"order_violations\":\(orderViolations),\"answers\":{\(answers)}}"
  }
}
