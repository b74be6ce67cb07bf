public import Pipeline

/// Events of all inputs become sessions and leave as payloads, in the way that the settings' `mode` says.
///
/// **Sessions.** A visitor's session ends by a silence longer than the gap, by the first event more than `max` after it
/// was opened, by another value of `split_when`, by local midnight, or by its number of events. Payloads leave in the
/// order of (closing time, session start, session id, part); the closing time is the last event + gap, or the time of
/// the event that forced the cut.
///
/// **Mode stream.** Events are processed by (time, input, arrival). An input's clock is its latest believed time; an event
/// waits until the clocks of all inputs have passed it by the disorder. An event behind its own input's clock by more
/// than the disorder is late: it is processed as if its time were just before clock − disorder. What happens depends on
/// the inputs alone, never on how they were cut into blocks (with several inputs, as long as none is late). A time more
/// than 24 hours ahead of the clock is held: an event before it by more than the disorder rejects it (S101), three at or
/// after it or the input's end confirm it. An input's first events are held as well, until three follow that confirm
/// one; among them 24 hours make an outlier. Where an input that may grow later has ended for now, what is held is
/// believed when the merge comes to its time. Late events attach to an open session of their visitor within the gap, if
/// nothing splits them from it, else open one beside the current; or always open one of their own; or are rejected
/// (S102): as the settings say. (A late event counts as of the time at which it was processed.) Memory follows open
/// sessions.
///
/// **Mode exact.** Events are sorted by (time, input, arrival), whatever their disorder: nothing is late, every time is
/// believed, and nothing leaves before `finish`. Where memory does not hold the sessions that are open at once, they are
/// sorted by visitor first, and then the payloads by the order in which they leave. Up to the settings' memory all of it
/// stays there, the rest goes to temporary files. Where nothing is late, no outlier is found and no instant closes more
/// sessions than memory holds, the bytes are those of `stream`.
///
/// **Mode none.** A record is a payload of its own, without a session; several events of one record stay together.
/// Payloads leave by (time of the record's first event, input, arrival), sorted as in `exact`. `from` and `to` bound that
/// time. Gap, cuts and parts mean nothing.
///
/// In every mode a time that payloads cannot write is rejected at once (S103).
///
/// **Ids.** A session's id is a UUID of version 5 (RFC 9562) in the settings' namespace, of the text
///
///     session⏎<opening time, 2024-05-01T10:00:00.000Z>⏎<ordinal>⏎<visitor>
///
/// where the ordinal counts the visitor's sessions opened at that same time, from 0. The opening time is that of the
/// event that opened it; late events move its start, never its id. A profile's id is what the session's first event
/// that names one says, or else the pseudonym of the visitor. The n-th repetition of a byte-identical record of equal
/// time gets as id the version 5 of the decimal n in the namespace of the first one's id; `exact` counts a visitor's own.
///
/// One thread at a time.
public final class SessionStage: EventConsumer {
  private let mode: any SessionMode
  private let cancellation = Cancellation()

  /// - Parameters:
  ///   - inputs: in rank order; a block's `input` is an index here.
  ///   - recycle: called with each mapped block as soon as nothing refers to it any more, from `consume` or `finish`. It
  ///     must not call the stage.
  public init(
    settings: SessionSettings, inputs: [InputDescription], writer: any PayloadWriter,
    recycle: @escaping (MappedBlock) -> Void
  ) {
    mode =
      switch settings.mode {
      case .stream: StreamSessions(settings: settings, inputs: inputs, writer: writer, recycle: recycle)
      case .exact:
        ExactSessions(
          settings: settings, inputs: inputs.count, writer: writer, cancellation: cancellation, recycle: recycle)
      case .none:
        PlainPayloads(
          settings: settings, inputs: inputs.count, writer: writer, cancellation: cancellation, recycle: recycle)
      }
  }

  /// Told of each record of mode `stream` that comes later than the disorder allows, during `consume` or `finish`.
  ///
  /// - Parameters:
  ///   - tell: is given the input's index and how many of the input's records came before the late one.
  public func onLate(_ tell: @escaping (_ input: Int, _ record: Int) -> Void) {
    (mode as? StreamSessions)?.onLate = tell
  }

  /// Told of each event of mode `stream` that is rejected (S101, S102), during `consume` or `finish`.
  ///
  /// - Parameters:
  ///   - tell: is given the input's index, how many of the input's records came before the event's, and the event.
  public func onRefused(_ tell: @escaping (_ input: Int, _ record: Int, _ event: Event) -> Void) {
    (mode as? StreamSessions)?.onRefused = tell
  }

  /// The records of an input, as `onRefused` numbers them, whose events mode `stream` neither takes nor rejects yet.
  public func held(of input: Int) -> [Int] { (mode as? StreamSessions)?.merge.inputs[input].held.map(\.number) ?? [] }

  /// What has happened so far; complete after `finish`.
  public var counts: SessionCounts { mode.counts }

  /// - Precondition: `block.input` is one of the inputs given at first.
  public func consume(_ mapped: MappedBlock, of block: Block, rejects: inout [Reject]) throws {
    try mode.consume(mapped, of: block, rejects: &rejects)
  }

  public func finish(rejects: inout [LocatedReject]) throws { try mode.finish(rejects: &rejects) }

  /// Sessions that can still grow stay open, in mode stream; the other modes close all of them, since their runs are
  /// whole.
  public func pause(rejects: inout [LocatedReject]) throws { try mode.pause(rejects: &rejects) }

  // MARK: State

  /// Whether a run may commit before its end: only mode stream can.
  public var commitsMidway: Bool { mode.commitsMidway }

  /// Writes what has changed since the last commit. Between two calls of `consume`, or after `pause` or `finish`.
  /// Throws what the store throws.
  public func save(to store: any StateStore) throws { try mode.save(to: store) }

  /// The kinds of parts that are a session each which has not left yet.
  public static let openSessionParts = [StatePart.session, StatePart.closing]

  /// Forgets what earlier runs saved: after `finish` nothing is open, and what comes then begins anew, even if it is older.
  public func clear(_ store: any StateStore) throws {
    for kind in StatePart.all { try store.removeAll(kind, below: Int64.max) }
  }

  /// Takes up what an earlier run saved, before anything is consumed. Throws C104 if it cannot be understood.
  public func restore(from store: any StateStore) throws { try mode.restore(from: store) }

  /// Closes sessions to which nothing was added since a time, without moving the watermark: a later record of the
  /// visitor opens a new one.
  public func closeIdle(since time: Int64) throws { try mode.closeIdle(since: time) }

  /// In mode stream true when `to` is set, all inputs have passed it, and no session that was opened before it is still
  /// open. The other modes want everything.
  public var isSatisfied: Bool { mode.isSatisfied }

  /// Ends the sorting of `exact` and `none`: `finish` throws `CancellationError`. From any thread.
  public func cancel() { cancellation.request() }
}
