import Glibc
import Pipeline

/// SIGINT and SIGTERM as words to a run instead of its death. The first one stops the run at its next block; a second
/// one, or a first one while there is nothing to stop, ends the process. A signal that was ignored from the start (nohup)
/// stays ignored.
///
/// A thread of its own waits for them, so that no code runs inside a signal handler.
final class SignalWatch: @unchecked Sendable {
  /// What a signal needs to know of a run.
  struct Run {
    /// Asks it to stop.
    var cancel: () -> Void
    /// Whether it writes nothing any more, though it may still hang in a read.
    var isAtRest: () -> Bool
    /// How long it may hang in a read after the first signal, in nanoseconds.
    var patience: UInt64 = 1_000_000_000
    /// Takes back what is unfinished, the last thing that happens; true if the run is at rest, so that its account may
    /// be looked at.
    var abandon: (_ status: ExitStatus, _ isAtRest: Bool) -> Void

    /// What must not be cut short: a first signal waits for what comes next.
    static var brief: Run { Run(cancel: {}, isAtRest: { false }, abandon: { _, _ in }) }
  }

  private let monitor = Monitor()
  private var run: Run?
  private var received: Int32 = 0
  private var set = sigset_t()

  init() {
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM] where !SignalWatch.isIgnored(number) { sigaddset(&set, number) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    if let thread = WorkerThread({ [self] in watch() }) {
      thread.detach()
    } else {
      pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
  }

  /// The signal that arrived, as an exit status.
  var status: ExitStatus? {
    locked { received == SIGINT ? .interrupted : received == SIGTERM ? .terminated : nil }
  }

  /// From here on a signal stops this run.
  func attach(_ run: Run) { locked { self.run = run } }

  /// There is nothing to take back: from here on a signal ends the process.
  func detach() { locked { run = nil } }

  private func locked<Result>(_ body: () -> Result) -> Result {
    monitor.lock()
    defer { monitor.unlock() }
    return body()
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    // Function values cannot be compared; their addresses can.
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private func watch() {
    var number: Int32 = 0
    guard sigwait(&set, &number) == 0 else { return }
    let first: Run? = locked {
      received = number
      return run
    }
    let status: ExitStatus = number == SIGINT ? .interrupted : .terminated
    guard let first else { _exit(status.rawValue) }
    first.cancel()
    let began = SystemTime.monotonicNanoseconds
    var pause = timespec(tv_sec: 0, tv_nsec: 50_000_000)
    while true {
      let isSecond = sigtimedwait(&set, nil, &pause) > 0
      let isLate = SystemTime.monotonicNanoseconds - began > first.patience
      locked {
        guard let run, isSecond || isLate else { return }
        let isAtRest = run.isAtRest()
        guard isSecond || isAtRest else { return }
        run.abandon(status, isAtRest)
        _exit(status.rawValue)
      }
    }
  }
}
