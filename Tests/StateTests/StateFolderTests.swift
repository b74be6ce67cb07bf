import Foundation
import Pipeline
import State
import TestSupport
import Testing

@Suite struct StateFolderTests {
  static func input(_ id: Int64) -> KnownInput {
    KnownInput(
      id: id, name: "access.log", file: .init(device: 1, number: 2, size: 3, modified: -1), headCount: 4,
      headHash: "ab",
      firstTime: id == 1 ? nil : 5, rank: .max, offset: 6, lines: 7, records: 8, tail: [0, 255, 10], isFinished: true,
      readAt: 9)
  }

  @Test func whatIsCommittedIsThereAgain() throws {
    let space = try Workspace()
    let path = space.path("state")
    var state: StateFolder? = try StateFolder(path: path)
    try state?.commit {
      try state?.put(Self.input(1))
      try state?.put(Self.input(2))
      try state?.setOutput("outbox", OutputPosition(number: 3, length: 4, count: 5))
      try state?.setMeta("mapping", "shop")
      try state?.setTotal("events", 7)
      for number in 0..<5 {
        try Array("part \(number)".utf8).withUnsafeBufferPointer { try state?.put("session", Int64(number), $0) }
      }
      try state?.remove("session", 3)
      try state?.removeAll("session", below: 2)
    }
    let progress = DeliveryProgress(
      prefix: 10, beyond: [20, 30], acknowledged: 1, acknowledgedEvents: 2, dead: 3, deadEvents: 4, deadLetterLength: 5)
    #expect(try state?.unconfirmed() == nil)
    try state?.record(progress, of: "outbox-000001", unconfirmed: nil)
    #expect(try state?.unconfirmed() == 0, "as in states of older builds")
    try state?.record(progress, of: "outbox-000001", unconfirmed: 6)
    state = nil
    let again = try StateFolder(path: path)
    #expect(try again.inputs() == [Self.input(1), Self.input(2)])
    #expect(try again.output("outbox") == OutputPosition(number: 3, length: 4, count: 5))
    #expect(try again.output("other") == nil)
    #expect(try again.meta("mapping") == "shop")
    #expect(try again.totals() == ["events": 7])
    #expect(try again.progress(of: "outbox-000001") == progress)
    #expect(try again.progress(of: "other") == nil)
    #expect(try again.unconfirmed() == 6)
    var parts: [Int64: String] = [:]
    try again.forEach("session") { parts[$0] = String(decoding: $1, as: UTF8.self) }
    #expect(parts == [2: "part 2", 4: "part 4"])
  }

  @Test func aTransactionThatFailsLeavesNothing() throws {
    let space = try Workspace()
    let path = space.path("state")
    let state = try StateFolder(path: path)
    struct Interruption: Error {}
    #expect(throws: Interruption.self) {
      try state.commit {
        try state.setTotal("events", 1)
        throw Interruption()
      }
    }
    #expect(try state.totals().isEmpty)
    try state.commit { try state.setTotal("events", 2) }
    #expect(try state.totals() == ["events": 2])
  }

  @Test func oneProcessAtATime() throws {
    let space = try Workspace()
    let path = space.path("state")
    var first: StateFolder? = try StateFolder(path: path)
    let finding = #expect(throws: Diagnostic.self) { try StateFolder(path: path) }
    #expect(finding?.code == "C101")
    let waited = #expect(throws: Diagnostic.self) { try StateFolder(path: path, patience: .wait(120)) }
    #expect(waited?.code == "C101")
    // Looking is allowed.
    #expect(try StateFolder(reading: path).inputs().isEmpty)
    _ = first
    first = nil
    #expect(try StateFolder(path: path).inputs().isEmpty)
  }

  @Test func whatIsNoStateIsNeverTakenForAnEmptyOne() throws {
    let space = try Workspace()
    let path = space.path("state")
    let missing = #expect(throws: Diagnostic.self) { try StateFolder(reading: path) }
    #expect(missing?.code == "C109")
    try StateFolder(path: path).commit {}
    let file = URL(fileURLWithPath: path + "/state.sqlite")
    try Data(repeating: 0x78, count: 4096).write(to: file)
    try? FileManager.default.removeItem(atPath: path + "/state.sqlite-wal")
    let damaged = #expect(throws: Diagnostic.self) { try StateFolder(path: path) }
    #expect(damaged?.code == "C104")
    #expect(try Data(contentsOf: file).count == 4096)
  }

  /// What a state knew is gone, and what it wrote is still there: to begin anew would cut that off.
  @Test(arguments: ["empty", "missing", "bare"], ["outbox-000001.ndjson", "rejects.ndjson", "dead.ndjson"])
  func aStateThatWasLostIsNotTakenForANewOne(_ loss: String, _ output: String) throws {
    let space = try Workspace()
    let path = space.path("state")
    var state: StateFolder? = try StateFolder(path: path)
    try state?.commit {}
    let file = URL(fileURLWithPath: path + "/state.sqlite")
    // Before it is closed, all that was committed stands beside the file.
    let bare = try Data(contentsOf: file)
    _ = state
    state = nil
    switch loss {
    case "empty": try Data().write(to: file)
    case "missing": try FileManager.default.removeItem(at: file)
    default: try bare.write(to: file)
    }
    // Nothing is lost where nothing was written, as after a run that was cut short at its very beginning.
    #expect(try StateFolder(path: path).inputs().isEmpty)
    if loss == "missing" { try FileManager.default.removeItem(at: file) } else { try bare.write(to: file) }
    if loss == "empty" { try Data().write(to: file) }
    let payload = Data("{}\n".utf8)
    try payload.write(to: URL(fileURLWithPath: path + "/" + output))
    let lost = #expect(throws: Diagnostic.self) { try StateFolder(path: path) }
    #expect(lost?.code == "C104" && lost?.message.contains(output) == true, "\(String(describing: lost))")
    #expect(try Data(contentsOf: URL(fileURLWithPath: path + "/" + output)) == payload)
    #expect(FileManager.default.fileExists(atPath: file.path) == (loss != "missing"))
    let seen = #expect(throws: Diagnostic.self) { try StateFolder(reading: path) }
    #expect(seen?.code == "C104")
  }

  /// Who may only read the folder may look at it, and nobody leaves anything behind by looking.
  @Test(arguments: ["state", "a folder, 50% of ä #1?"])
  func lookingChangesNothing(_ name: String) throws {
    let space = try Workspace()
    let path = space.path(name)
    var state: StateFolder? = try StateFolder(path: path)
    try state?.commit { try state?.setTotal("events", 7) }
    #expect(try StateFolder(reading: path).totals() == ["events": 7], "while a run has it")
    state?.close()
    state = nil
    for mode in [0o755, 0o555] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      let seen = try StateFolder(reading: path)
      #expect(try seen.totals() == ["events": 7])
      #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == ["lock", "state.sqlite"])
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  @Test func aRunThatWasKilledIsSeenAsItIs() throws {
    let space = try Workspace()
    let state = try StateFolder(path: space.path("state"))
    try state.commit { try state.setTotal("events", 7) }
    // What a killed process leaves: what was written ahead, and no lock.
    let copy = space.path("copy")
    try FileManager.default.copyItem(atPath: space.path("state"), toPath: copy)
    #expect(FileManager.default.fileExists(atPath: copy + "/state.sqlite-wal"))
    #expect(try StateFolder(reading: copy).totals() == ["events": 7])
    _ = state
  }

  @Test func closedItIsOneFile() throws {
    let space = try Workspace()
    let path = space.path("state")
    let state = try StateFolder(path: path)
    try state.commit { try state.setTotal("events", 7) }
    state.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == ["lock", "state.sqlite"])
    #expect(try StateFolder(reading: path).totals() == ["events": 7])
    #expect(throws: Diagnostic.self) { try state.totals() }
  }
}
