// swift-format-ignore-file
// Made of docs/codes by the test `theBinaryCarriesThePages` with TRACKFILL_RECORD=1; change the pages, not this.

/// The pages of all codes, so that the command can show them wherever it is installed.
enum CodePages {
  static let all: [CodePage] = [
    CodePage("C101", ###"""
# C101: another run has the state

One process at a time works with a state folder; another one has it now.

```text
error[C101]: another run has the state st
  = wait until it ends, or give --wait 10m, or --if-locked skip in cron
```

What to do: Wait until it ends; `--wait 10m` waits for it, and in cron `--if-locked skip` ends quietly with status 0.

"""###),
    CodePage("C102", ###"""
# C102: the mapping or its ids have changed

What a state holds was made with another mapping, source or salt. Going on would mix two histories under different ids.

```text
error[C102]: the mapping has changed since the last run with st
  = give --accept-mapping-change to go on with it: what is read from here on follows the new one
```

What to do: Restore what was changed. For a changed mapping `--accept-mapping-change` goes on: what is read from here on follows the new one. For another source or salt begin with another `--state` folder.

"""###),
    CodePage("C103", ###"""
# C103: the state folder cannot be used

The folder after `--state`, or one above it, cannot be created or opened, or its lock cannot be taken.

```text
error[C103]: cannot create the folder a.log/st: not a directory
  = check the folder after --state and its permissions
```

What to do: Check the path and its permissions; keep the state on a local file system.

"""###),
    CodePage("C104", ###"""
# C104: the state is damaged

What the state folder holds is not what the program wrote, or `state.sqlite` is empty or gone while outputs of earlier runs stand
beside it. It is never taken for an empty state, since everything would be read and sent a second time, and payloads that wait to be
sent would be cut off.

```text
error[C104]: the state is damaged: st/state.sqlite: file is not a database
  = restore the state folder from a backup, or begin anew with another --state folder; nothing was changed
```

What to do: Restore the folder from a backup, all of its files together; `state.sqlite-wal`, if there is one, belongs to `state.sqlite`.
Without one begin anew with another `--state` folder: events keep their ids, so that what arrives twice replaces itself. What waited in the
old folder is in its outbox: `trackfill send FOLDER/outbox-000001.ndjson` sends it.

"""###),
    CodePage("C105", ###"""
# C105: the state cannot be written

The disk is full, or the folder may not be written to. Nothing since the last commit counts, and nothing before it is lost.

```text
error[C105]: the state st/state.sqlite cannot be written: disk I/O error
  = make room or mend the permissions, and run the same command again; nothing is lost
```

What to do: Make room or mend the permissions, and run the same command again.

"""###),
    CodePage("C106", ###"""
# C106: the input was already imported

A one-off import knows by their content the inputs that it has finished, also under other names and compressed.

```text
error[C106]: a.log was already imported, on DATE
  = leave it out, or give --again to repeat it under the same ids
```

What to do: Leave the input out. `--again` imports it once more under the same ids: events are replaced, but counters of profiles may count twice.

"""###),
    CodePage("C107", ###"""
# C107: an output is shorter than recorded

The outbox, the rejects or a segment that is not yet in place has fewer bytes than the state says. Somebody has cut or replaced it.

```text
error[C107]: st/rejects.ndjson has 0 bytes, and 406 are recorded
  = put the file back as it was; without it begin anew with another --state folder
```

What to do: Put the file back as it was. Without it begin anew with another `--state` folder.

"""###),
    CodePage("C108", ###"""
# C108: the state belongs to another command

`convert` leaves segments, `import` an outbox; one folder cannot serve both.

```text
error[C108]: the state st belongs to convert, not to import
  = give each its own --state folder
```

What to do: Give each its own `--state` folder.

"""###),
    CodePage("C109", ###"""
# C109: there is no state

`status` found nothing in the folder.

```text
error[C109]: there is no state in nowhere
  = check the folder after --state
```

What to do: Check the folder after `--state`.

"""###),
    CodePage("C110", ###"""
# C110: the state is of another version

A later version of the program wrote the state.

```text
error[C110]: the state is of version 9, this program writes version 1
  = use the program that wrote it, or begin anew with another --state folder
```

What to do: Use that version, or begin anew with another `--state` folder.

"""###),
    CodePage("C111", ###"""
# C111: the state delivered to another receiver

What a receiver has acknowledged is not sent again, so that another one would get a part of the history only. User and password of the address do not count, and are not kept.

```text
error[C111]: the state delivered to http://127.0.0.1/track staging, not to http://192.0.2.1/track staging
  = give each receiver its own --state folder
```

What to do: Give each receiver its own `--state` folder.

"""###),
    CodePage("D101", ###"""
# D101: a line that is not a payload

`send` reads a payload from each line: a JSON object with a `source` and a list of `events`. This line is none; the message says
what is wrong with it. It was not sent, its text is kept in the dead-letter file (`raw`), and the run goes on to the next line; it
ends with status 3. If no line of the file is a payload, or none of the first hundred, it is
something else: the run stops with 65, and nothing goes to the dead letters.

```text
p.ndjson:4:1: error[D101]: the line is not a payload: it is not valid JSON from its byte 1 on
  = it was not sent, and is kept in the dead-letter file; mend the line, and send it from a file of its own
  payloads                                 4
    acknowledged                           3  603 bytes
    dead                                   1
      no payload                           1
    pending                                0
    D101                                   1  first p.ndjson:4: the line is not a payload: it is not valid JSON from its byte 1 on
  events                                   3
    acknowledged                           3
    dead                                   0
  requests                                 3
    200                                    3
  dead letters in dead.ndjson; see `trackfill replay`
```

What to do: If many lines are named, check that the file is what `convert` wrote, and not the log or a file of rejects. If it is
the last line, the file was cut or still being written: write it again. Otherwise mend the line, or the program that wrote it, and
send the mended line in a file of its own; `replay` cannot send a line that is not a payload.

"""###),
    CodePage("D102", ###"""
# D102: a line that is too long for a payload

A line of a file given to `send` is longer than 16 MiB. `convert` cuts payloads at 256 KiB where they have more than one event, and rejects
records whose event is longer than 15 MiB (R204), so something else wrote it. It was not sent and is not kept; the dead-letter file has its
file, line and byte (`where`). The run goes on to the next line and ends with status 3.

```text
p.ndjson:4:1: error[D102]: the line is longer than 16 MiB, the most that a payload may have
  = it was not sent, and only its place is kept; split it into payloads of fewer events, and send those
  payloads                                 4
    acknowledged                           3  603 bytes
    dead                                   1
      no payload                           1
    pending                                0
    D102                                   1  first p.ndjson:4: the line is longer than 16 MiB, the most that a payload may have
  events                                   3
    acknowledged                           3
    dead                                   0
  requests                                 3
    200                                    3
  dead letters in dead.ndjson; see `trackfill replay`
```

What to do: Check that the file has a payload on each line, with a line end behind each. If it has, let the program that wrote it put
fewer events into a payload, several with the same session's id if need be, and send those.

"""###),
    CodePage("D103", ###"""
# D103: the payloads were replaced

With `--state`, the file is shorter than what was delivered of it, or no line begins where delivery stopped. Nothing was
sent. (A file whose first line is another one is taken for another file, and sent as a whole.)

```text
error[D103]: p.ndjson has 202 bytes, but 606 of it were delivered
  = it was replaced or cut; deliver the new file with another --state folder
```

What to do: If it is a new file, deliver it with another `--state` folder, or under another name.

"""###),
    CodePage("D201", ###"""
# D201: an event that the receiver refuses

The receiver refused a payload (400 or 422, or 500 while it took others). The payload was halved until the event at
fault stood alone; the rest was delivered. `http.body` of the dead letter has the receiver's own words; for 422 it names
the field.

```text
  payloads                                 3
    acknowledged                           2  402 bytes
    dead                                   1
    pending                                0
    D201                                   1  first p.ndjson:2: refused: 422 {"detail":[{"type":"datetime_parsing","loc":["body","insert"],"msg":"Input should be a valid datetime"}]}
  events                                   3
    acknowledged                           2
    dead                                   1
  requests                                 3
    200                                    2
    422                                    1
  dead letters in dead.ndjson; see `trackfill replay`
```

What to do: Mend the mapping, convert the input again: ids stay, so what was delivered is replaced and not doubled.

"""###),
    CodePage("D202", ###"""
# D202: an event that is too large

The receiver, or what stands before it, answers 413 even to a single event.

```text
  payloads                                 3
    acknowledged                           2  402 bytes
    dead                                   1
    pending                                0
    D202                                   1  first p.ndjson:2: too large for the receiver, though it is a single event
  events                                   3
    acknowledged                           2
    dead                                   1
  requests                                 3
    200                                    2
    413                                    1
  dead letters in dead.ndjson; see `trackfill replay`
```

What to do: Raise the limit there (nginx: `client_max_body_size`), then `trackfill replay`.

"""###),
    CodePage("D203", ###"""
# D203: a visitor taken for a bot

Tracardi refuses payloads whose user agent it takes for a bot, all events of them.

```text
  payloads                                 3
    acknowledged                           2  402 bytes
    dead                                   1
    pending                                0
    D203                                   1  first p.ndjson:2: the receiver takes it for a bot
  events                                   3
    acknowledged                           2
    dead                                   1
  requests                                 3
    200                                    2
    406                                    1
  dead letters in dead.ndjson; see `trackfill replay`
```

What to do: Drop bots in the mapping (the shipped ones do), or set `DISALLOW_BOT_TRAFFIC=no` for Tracardi's API and
`trackfill replay`.

"""###),
    CodePage("D204", ###"""
# D204: an answer that nobody expects

A payload got an answer that is neither success nor a known refusal, while others were taken.

```text
  payloads                                 3
    acknowledged                           2  402 bytes
    dead                                   1
    pending                                0
    D204                                   1  first p.ndjson:2: answered 404: scripted
  events                                   3
    acknowledged                           2
    dead                                   1
  requests                                 3
    200                                    2
    404                                    1
  dead letters in dead.ndjson; see `trackfill replay`
```

What to do: Look at the dead letter's `http` part and at what stands before the receiver; then `trackfill replay`.

"""###),
    CodePage("D205", ###"""
# D205: taken, but not wholly

The receiver took the payload and said at the same time that something in it was not saved: an answer 226, a list of
errors, or `null`, which it says of a payload without events. The payload counts as acknowledged; the entry has class
`partial`.

```text
  payloads                                 3
    acknowledged                           3  528 bytes
      partly                               1
    dead                                   0
    pending                                0
    D205                                   1  first p.ndjson:2: taken, but it has no events and nothing was saved
  events                                   2
    acknowledged                           2
    dead                                   0
  requests                                 3
    200                                    3
  dead letters in dead.ndjson; see `trackfill replay`
```

What to do: Read `http.body`. `trackfill replay --only class=partial` sends such payloads again.

"""###),
    CodePage("D301", ###"""
# D301: the receiver is away

For as long as `--retry-for` says, nothing was acknowledged: no answer, or 5xx. Nothing was given up. A single payload
that is left over and never gets an answer ends a run in this way, too.

```text
trackfill: http://127.0.0.1:8686/track takes nothing: couldn't connect to server; trying again
error[D301]: http://127.0.0.1:8686/track has taken nothing for 1 s: couldn't connect to server
  = nothing was given up; run the same command again when it is back
```

What to do: Run the same command again when the receiver is back; with `--state`, `send` goes on where it stood, as
`import` always does.

"""###),
    CodePage("D302", ###"""
# D302: the receiver refuses

The answer was 401, 403, 406 or 407: before anything was ever taken, twenty times in a row, or to the last payloads, with none
behind them that was taken. Nothing was given up.

```text
error[D302]: http://127.0.0.1:8686/track refuses: 403 scripted
  = nothing was given up; check the token (--token-file), the rights, and the address
```

What to do: Check the token (`--token-file`, `TRACARDI_TOKEN`), and what stands before the receiver. Tracardi itself
asks for no token at `/track`.

"""###),
    CodePage("D303", ###"""
# D303: the event source is not taken

Tracardi does not know the payloads' source id, or the source is disabled, internal, or not made for the REST API.
Sources belong to a mode: one that was made in staging does not exist in production. Nothing was given up.

```text
error[D303]: http://127.0.0.1:8686/track does not take this event source: 406 Invalid event source `web`. Request came from IP: `127.0.0.1`
  = make an enabled source of the bridge REST API with this id, in the mode that you send to (--production or staging); nothing was given up
```

What to do: Make an enabled source with the bridge REST API and this id, and send to its mode: `--production`, or
staging without it.

"""###),
    CodePage("D304", ###"""
# D304: the event source belongs to a site

The source is restricted to a URL, and the request does not come from there. Nothing was given up.

```text
error[D304]: the event source is restricted to a site: 406 Event source `web` requires origin header.
  = use a source without restriction, or add --header 'Origin: https://your.site'; nothing was given up
```

What to do: Use a source of the import's own, without restriction.

"""###),
    CodePage("D305", ###"""
# D305: the event source wants profiles

The source allows static profile ids, which means that every payload must have a profile, and this one has none. Nothing
was given up.

```text
error[D305]: the event source wants a profile in every payload: 500 Can not use static profile id without profile.id.
  = let the mapping name a profile, or switch off static profile ids; nothing was given up
```

What to do: Let the mapping's `identity` name a profile.

"""###),
    CodePage("D306", ###"""
# D306: no tracker there

The answer was 404, 405, a redirect, or a success whose body no tracker would send: before anything was ever taken, twenty
times in a row, or to the last payloads, with none behind them that was taken. Another program answers there. Nothing was given up.

```text
error[D306]: there is no tracker at http://127.0.0.1:8686/track: 404 scripted
  = --to takes the address of Tracardi's API, to which /track is added; nothing was given up
```

What to do: `--to` takes the address of Tracardi's API, not of its GUI. Behind a path, give the path:
`https://example.com/tracardi`.

"""###),
    CodePage("D307", ###"""
# D307: settings with which nothing can be reached

The certificate is not trusted, a file of certificates cannot be used, the address is none, no host has its name or the proxy's,
or what answers does not speak HTTP. Nothing was sent. A name that cannot be looked up at the moment is something else, and so is any of this
after something was taken in this run: both are tried again, as a receiver that is down.

```text
error[D307]: https://127.0.0.1:8686/track cannot be reached as things are set: problem with the ssl ca cert (path? access rights?)
  = check --to, --ca-file and --proxy; nothing was given up
```

What to do: Check `--to`, `--ca-file` and `--proxy`.

"""###),
    CodePage("D308", ###"""
# D308: everything is refused

Twenty payloads in a row were refused, and none was taken in between: that is more likely about the mapping or the receiver than
about these payloads. It needs no twenty where the payloads end before and nothing was ever taken, or where, in the runs before,
so many were given up that it would be twenty with these. None of them was given up: they are tried again by the next run.

```text
error[D308]: http://127.0.0.1:8686/track refused 20 payloads in a row: 422 scripted
  = nothing of them was given up; mend what it names and run again
```

What to do: Read the answer. If it is about the payloads, mend the mapping and convert again. A few that are really at fault
are given up (D201) as soon as others are taken.

"""###),
    CodePage("D309", ###"""
# D309: no thread for the delivery

The system grants no further thread, so that `import` cannot deliver.

What to do: Raise the limit of processes (`ulimit -u`), and run the same command again.

"""###),
    CodePage("D401", ###"""
# D401: dead letters are missing

The state says that the file of dead letters is longer than it is. Without what is missing, nobody could say what became
of those payloads.

```text
error[D401]: s/dead.ndjson has 0 bytes where 212 were recorded: dead letters are missing
  = put the file back; or move the state folder away and begin anew
```

What to do: Put the file back; or move the state folder away and begin anew.

"""###),
    CodePage("D402", ###"""
# D402: no dead letter

A line of a file given to `replay` is not what `send`, `import` or `--rejects` write.

```text
p.ndjson:1:1: error[D402]: the line is not a dead letter
  = replay takes what send, import and --rejects wrote
```

What to do: Name the right file. Payloads are sent by `trackfill send`.

"""###),
    CodePage("D403", ###"""
# D403: a record that cannot stand alone

`replay -m` maps rejected records again. A row of CSV lacks its header, a piece of XML its document, a line of a log with
`#Fields:` its columns (unless the mapping names `columns`); and rejects are UTF-8, whatever `encoding` says of the file.

```text
c.yaml: error[D403]: records of csv cannot be mapped alone
  = convert the input again with the mended mapping: ids stay, so events are replaced and none doubled
```

What to do: Convert the input again with the mended mapping: ids stay, so events are replaced and none doubled.

"""###),
    CodePage("I101", ###"""
# I101: no such file

An input, or a mapping, is not there under this name.

```text
error[I101]: no such file: acces.log
  = check the path; quote a pattern to have it expanded here
```

What to do: Check the path. Quote a pattern, `'logs/*.gz'`, to have it expanded by trackfill and not by the shell.

"""###),
    CodePage("I102", ###"""
# I102: not readable

The file is there and cannot be read: no permission, a folder where a file is needed, too many files open at once, an error of the disk. Or a folder or a pattern
has brought a file whose name is not UTF-8, which no message and no state could name; it is not left out in silence.

```text
error[I102]: cannot read loop: too many levels of symbolic links
  = check the file system and run again
```

What to do: Run as a user who may read it, or change its mode. Rename what has no proper name. `ulimit -n` sets how many files may be open.

"""###),
    CodePage("I103", ###"""
# I103: nothing found

A folder has no file in it, or a pattern matches nothing.

```text
error[I103]: no file matches logs-*.gz
  = check the pattern
```

What to do: Check the name. Hidden files in folders are passed over; name them to have them read.

"""###),
    CodePage("I104", ###"""
# I104: an input given twice

Two arguments mean the same file, perhaps through a link. Reading it twice would double its events.

```text
error[I104]: c.log is the same file as a.log
  = name each file once
```

What to do: Name each file once.

"""###),
    CodePage("I105", ###"""
# I105: a copy of another input

Two inputs begin with the same records: a log and its rotated or compressed copy. Reading both would double their events. Standard input and pipes are looked at as files are.

```text
error[I105]: a.log is a copy of a.log.gz, or begins it
  = leave one of them out; reading both would count its records twice
```

What to do: Name one of the two.

"""###),
    CodePage("I106", ###"""
# I106: too many inputs overlap in time

More than 512 inputs cover the same time and would have to be open at once.

```text
error[I106]: more than 512 inputs overlap in time
  = say `mode: exact` under `session`, which reads one input after the other, or give fewer at once
```

What to do: Say `session: { mode: exact }` in the mapping: events are sorted then, and inputs read one after the other, as many as
there are. Or join files of one day first.

"""###),
    CodePage("I107", ###"""
# I107: a file that went away or was emptied

The input was there when the run began and is not any more, or is another file now. A rotation happened during the run.
Or it became shorter while it was read, as with logrotate's `copytruncate`: what was not read yet is only in the copy. `--follow-up` needs neither message: it
comes back for the rest.

What to do: Run again. Files that are written to and rotated are best converted after their rotation.

"""###),
    CodePage("I108", ###"""
# I108: packed in another way than by gzip

The first bytes are those of zstd, bzip2, xz, lz4, compress, or of a zip, 7z or tar archive, or of a spreadsheet, perhaps inside gzip. Only gzip and zlib are undone. A follow-up
does not take such a file for read.

```text
error[I108]: a.log.zst is zstd data, not text
  = unpack it first, or on the way: zstd -dc FILE | trackfill … -
```

What to do: Unpack it first, or on the way: `zstd -dc FILE | trackfill convert - …`. Let logrotate compress by gzip where a follow-up reads the rotated logs. Save a spreadsheet as CSV, in UTF-8.

"""###),
    CodePage("I109", ###"""
# I109: lines that end in CR alone

The first 64 KiB have no LF, but several CR: the lines end as on old Macs, and the whole file would be one record.

```text
error[I109]: the lines of mac.log end in CR alone, so that it would be one record
  = give them the ends that are usual: tr '\r' '\n' <FILE | trackfill … -
```

What to do: Give the lines the usual ends: `tr '\r' '\n' <FILE | trackfill convert - …`.

"""###),
    CodePage("I201", ###"""
# I201: compressed data that is torn

The gzip data end before they should. What could be read was converted.

```text
trackfill: torn.log.gz is damaged; what came before the damage was converted: the compressed data ends too early at byte 299, after 771 decompressed bytes (in line 9)
  lines                                    9
    records                                9
      rejected                             1
        I201                               1  first torn.log.gz:9: the compressed data ends too early at byte 299, after 771 decompressed bytes
      dropped                              2
        asset                              1
        error                              1
      unmatched                            1
      mapped                               5
  events                                   5
    page-seen                              2
    sent-form                              3
  sessions                                 4
  payloads                                 4  2,323 bytes
  from 2026-09-10T00:00:05.000Z to 2026-09-10T00:00:15.000Z
```

What to do: Copy the file anew. If it is still being written, wait until it is whole.

"""###),
    CodePage("I202", ###"""
# I202: compressed data that is corrupt

The gzip data are damaged from here on, or what stands behind them is neither gzip data nor padding. What came before was converted. Where only the checksum differs, the damage may lie anywhere in what was compressed together.

```text
trackfill: bad.log.gz is damaged; what came before the damage was converted: the compressed data is corrupt (a reference to before the beginning) at byte 211, after 273 decompressed bytes (in line 3)
  lines                                    3
    records                                3
      rejected                             1
        I202                               1  first bad.log.gz:3: the compressed data is corrupt (a reference to before the beginning) at byte 211, after 273 decompressed bytes
      dropped                              1
        error                              1
      unmatched                            0
      mapped                               1
  events                                   1
    sent-form                              1
  sessions                                 1
  payloads                                 1  526 bytes
  from 2026-09-10T00:00:05.000Z to 2026-09-10T00:00:05.000Z
```

What to do: Restore the file from a copy; `gzip -t FILE` tests it.

"""###),
    CodePage("I203", ###"""
# I203: a header that does not fit the mapping

The header of the file lacks a column that the mapping declares, has it twice, or is no header.

```text
c.csv: error[I203]: the header has no column 'ip' for field 'ip'
  = known here: address, at
```

What to do: Give the name of the column as it stands in the file: `column: "Order ID"`. Look at `delimiter` and `encoding` as well.

"""###),
    CodePage("I301", ###"""
# I301: a format that nobody knows

`sniff` tried every reader and preset on the beginning of the file, and none reads enough of it.

```text
error[I301]: no reader knows the format of junk.log
  = trackfill formats lists the known ones; a log's own LogFormat or log_format text can be given as `format`
```

What to do: Give the server's own `LogFormat` or `log_format` text as `format`. `trackfill formats` lists the presets. Where lines look like a web server's or like IIS's without their `#Fields:`, the remedy says so,
and so it does for a JSON array, JSON over several lines or with commas behind the objects, XML that is not well-formed, and tables whose
rows have too many different numbers of fields.

"""###),
    CodePage("I302", ###"""
# I302: inputs of different formats

`sniff` proposes one `input:` block, and these files would need several.

```text
error[I302]: a.log and c.log have different formats
  = sniff and convert them apart, with a mapping for each
```

What to do: Sniff and convert them apart, with a mapping for each.

"""###),
    CodePage("I311", ###"""
# I311: XML that is not well-formed

The document breaks a rule of XML, so that nobody can say what the rest of it means. What was complete before is kept; the exit status is 65.

```text
I311.yaml:16:73: error[I311]: the XML is not well-formed: Opening and ending tag mismatch: item line 3 and order
  16 |       <order id="2" placed="2026-09-10T08:01:00Z"><item sku="A"></order>
     |                                                                         ^
     = what came before is kept; mend the file, or ask whoever made it
```

What to do: Mend the file, or have it exported anew. A file that ends within an element was cut off or is still being written.

"""###),
    CodePage("I312", ###"""
# I312: a document type declaration

The file has a DOCTYPE. Exports need none, and attacks on readers of XML begin with one, so reading stops there.

```text
I312.yaml:14:7: error[I312]: the XML has a document type declaration
  14 |       <!DOCTYPE export SYSTEM "export.dtd">
     |       ^
     = if the file can be trusted, write `doctype: ignore`; entities that it declares stay unknown
```

What to do: If the file can be trusted, write `doctype: ignore`. Nothing that the DOCTYPE declares or names is used or opened: only `lt`, `gt`, `amp`, `quot`, `apos` and character references are known.

"""###),
    CodePage("I313", ###"""
# I313: XML past a limit

Elements nest deeper than 64, an element has more than 256 attributes, a name is longer than 1 KiB, the document has more than 200,000 different names, a tag or comment is longer than `--max-record`, or the header values are longer than 2 KiB. What was complete before is kept; the exit status is 65.

```text
I313.yaml:16:196: error[I313]: elements nest deeper than 64
  16 | …n><n><n><n><n><n><n><n><n><n><n><n><n><n><n><n><n><n><n><n><n><n><n>
     |                                                             ^
     = no export that is meant to be read goes so far; what came before is kept
```

What to do: Look at the place. No export that is meant to be read goes so far.

"""###),
    CodePage("M001", ###"""
# M001: the file is not YAML

The file could not be read as YAML at this place, so nothing behind it is known. Usual causes are a bracket that is not closed, a tab used for indentation, or text with `: ` or ` #` in it that is not quoted. A byte that is no UTF-8 text, or a NUL, is found here as well.

```text
M001.yaml:6:29: error[M001]: did not find expected ',' or '}'
  6 | events: [ { type: page-view ]
    |                             ^
    = check quotes, indentation and brackets near this place
```

What to do: Look at the place, and at the line above it: YAML often notices only there that something before was not closed. A quote or bracket that is still open lines later is named where it was opened. Put single quotes around expressions that contain `: `, ` #`, or a comma inside braces. Save the file as UTF-8.

"""###),
    CodePage("M002", ###"""
# M002: an anchor, an alias, a tag, or a second document

YAML can name a value (`&name`), repeat it elsewhere (`*name`), give it a type (`!name`), merge a map into another (`<<:`), and hold several documents in a file. A mapping uses none of these: it means what it says where it says it.

```text
M002.yaml:6:36: error[M002]: an anchor (`&name`)
  6 | events: [ { type: page-view, tags: &labels [web] } ]
    |                                    ^^^^^^^^^
    = remove it: mappings have no anchors
```

What to do: Write the value out at each place. If the text itself begins with `&`, `*` or `!`, put quotes around it.

"""###),
    CodePage("M003", ###"""
# M003: a key stands twice

One map has the same key twice. YAML readers silently keep the later one, so that half of what was written would have no effect.

```text
M003.yaml:8:1: error[M003]: key 'drop' stands twice
  8 | drop: [ { reason: asset, when: { path: "*.css" } } ]
    | ^^^^ first at line 7
    = remove one of the two: the later would silently win
```

What to do: Remove one of the two, or merge them.

"""###),
    CodePage("M004", ###"""
# M004: an unknown key

Nothing in a mapping is called so at this place. Keys are never ignored: a slip of the pen would otherwise change what the mapping does.

```text
M004.yaml:6:30: error[M004]: unknown key 'whn' in rule
  6 | events: [ { type: page-view, whn: { method: GET } } ]
    |                              ^^^
    = did you mean 'when'?
```

What to do: Take the name that the message proposes. [mapping.md](../mapping.md) lists the keys of each section.

"""###),
    CodePage("M005", ###"""
# M005: something is missing

A part that must be there is not: a mapping without rules, a rule without a type, a branch without a value, a drop entry that would drop everything.

```text
M005.yaml:6:11: error[M005]: rule needs 'type'
  6 | events: [ { when: { method: GET } } ]
    |           ^
    = name the event: type: page-view
```

What to do: Write it as the message shows.

"""###),
    CodePage("M006", ###"""
# M006: the wrong shape

A map, a list, a single value or an expression was expected, and something else stands there. Expressions begin with `=`; values that are the same for every record (names, types, reasons, tags, options) must be literal.

```text
M006.yaml:6:19: error[M006]: an expression where only literal text can stand
  6 | events: [ { type: =method } ]
    |                   ^^^^^^^
    = write the text; it is the same for every record
```

What to do: Write it in the shape that the message names.

"""###),
    CodePage("M007", ###"""
# M007: a value that cannot be

The value is none of those that are possible here: an unknown word, a length of time without a unit, an empty name, a reason that no drop entry has.

```text
M007.yaml:6:17: error[M007]: '30' is not a length of time
  6 | session: { gap: 30 }
    |                 ^^
    = write a number and a unit, at most a year: 30m, 12h, 90s, 1d
```

What to do: Take one of the values that the message lists.

"""###),
    CodePage("M008", ###"""
# M008: an unknown language version

The mapping was written for a version of this language that this program does not know. It is refused and not guessed at, because keys may mean something else there.

```text
M008.yaml:2:11: error[M008]: unknown language version '2'
  2 | language: 2
    |           ^
    = write language: 1, or use a trackfill that knows this version
```

What to do: Write `language: 1`, or use a trackfill that knows the version.

"""###),
    CodePage("M009", ###"""
# M009: too large, too deep, or too many

A mapping may have 10 MiB, 64 levels of nesting, and 1,000 entries in one list of rules, reasons, checks, branches or tests, or in one map of values. More is nearly always a generated file or no mapping at all.

```text
M009.yaml:6:107: error[M009]: nested more than 64 levels deep
  6 | …[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]…
    |                                                             ^
    = flatten the mapping
```

What to do: Flatten the nesting; write many patterns of one outcome as one list; look values up instead of listing them as rules.

"""###),
    CodePage("M101", ###"""
# M101: an unknown field

A name in an expression, in `when` or in `needs` is neither a field of the reader nor a name under `let`. Which fields there are depends on the reader and its format.

```text
M101.yaml:6:51: error[M101]: unknown field 'refferer'
  6 | events: [ { type: page-view, properties: { from: =refferer } } ]
    |                                                   ^^^^^^^^ not a field of reader weblog (combined), nor a `let`
    = did you mean 'referer'?
```

What to do: Take the name that the message proposes. A value that the log does not have cannot be used; add it to the server's log format first.

"""###),
    CodePage("M102", ###"""
# M102: an unknown function

No function has this name, or not as it is called here: some are called on a value (`text.lower()`), others take all their values in parentheses (`parse_url(text)`).

```text
M102.yaml:6:63: error[M102]: unknown function 'lowwer'
  6 | events: [ { type: page-view, properties: { page: =path.or("").lowwer() } } ]
    |                                                               ^^^^^^
    = did you mean 'lower'?
```

What to do: Take the name that the message proposes. [mapping.md](../mapping.md) lists all functions with examples.

"""###),
    CodePage("M103", ###"""
# M103: an unknown property

The value has properties, but none of this name. `parse_url` gives an object with `text` `scheme` `host` `port` `path` `query` `query_text` `query_all` `fragment`; the names below `query` are free. A look-up in a table with `values` gives these columns and no others.

```text
M103.yaml:7:57: error[M103]: url has no property 'qury'
  7 | events: [ { type: page-view, properties: { source: =url.qury.utm_source } } ]
    |                                                         ^^^^
    = did you mean 'query'?
```

What to do: Take the name that the message proposes.

"""###),
    CodePage("M104", ###"""
# M104: the wrong type

The expression gives a value of another type than is needed here: a condition must be true or false, a visitor must be text, a time must be a time, and some values, such as whole rows, have no form in JSON. A date without quotes, as `2026-09-10`, is a subtraction.

```text
M104.yaml:6:35: error[M104]: expected bool, but this is int
  6 | events: [ { type: page-view, if: =status } ]
    |                                   ^^^^^^
    = convert or compare it, so that it gives what is needed here
```

What to do: Convert it, as with `string(…)` or `int(…)`, or compare it to get a condition.

"""###),
    CodePage("M105", ###"""
# M105: a value that may be missing where one is needed

Not every record has this value, and the mapping does not say what happens without it. This is found here and not in the middle of a run.

```text
M105.yaml:9:14: error[M105]: 'path' may be absent, but 'lower' needs a value
  9 |       page: =path.lower()
    |              ^^^^
    = use .or(…), or name it in 'needs'
```

What to do: One of three: give a value for its absence, `agent.or("")`; make its presence a condition of the rule, `needs: [agent]`; or drop the records that lack it, `unless_present: [agent]`.

"""###),
    CodePage("M106", ###"""
# M106: no operator for these types

The operator exists, but not between values of these types. Types are never converted silently: `status + "x"` could mean two things.

```text
M106.yaml:6:51: error[M106]: '+' does not take int and string
  6 | events: [ { type: page-view, properties: { code: =status + "x" } } ]
    |                                                   ^^^^^^^^^^^^
    = convert the left side: string(…)
```

What to do: Convert one side: `string(status) + "x"`.

"""###),
    CodePage("M107", ###"""
# M107: the expression does not parse

What stands behind `=` is no expression. Often the expression is right and YAML has cut it: at ` #`, which begins a comment, at `: `, or at a comma inside braces. `//`, a comment of the expression language, is refused but in a `|` block: elsewhere YAML joins lines, and it would hide all that follows.

```text
M107.yaml:8:24: error[M107]: unexpected 'and'
  8 |     if: =status == 200 and bytes == 0
    |                        ^^^
    = write '&&'
```

What to do: Put single quotes around the whole expression, `'=…'`; else mend it at the caret.

"""###),
    CodePage("M108", ###"""
# M108: a regular expression that cannot work

The pattern is not a regular expression of RE2, which has neither look-around nor back-references: these could stall a run at one hostile line. Or it has a backspace in it: that is what `\b` is in double quotes.

```text
M108.yaml:6:44: error[M108]: invalid regular expression: missing ): ^/(shop|cart
  6 | events: [ { type: page-view, when: { path: "~ ^/(shop|cart" } } ]
    |                                            ^^^^^^^^^^^^^^^^
    = see the syntax of RE2; a literal needs no ~
```

What to do: Mend the pattern; the syntax is at github.com/google/re2/wiki/Syntax. Plain text and `*` need no regular expression: write them without `~`. Backslashes stay in single quotes, and in expressions as `r"…"`.

"""###),
    CodePage("M109", ###"""
# M109: an argument that cannot work

The function cannot do anything with this literal, whatever the record. It would fail on each record; so it is found now.

```text
M109.yaml:6:63: error[M109]: unknown directive '%Q'
  6 | events: [ { type: page-view, time: '=parse_time(path.or(""), "%Q", "UTC")' } ]
    |                                                               ^^
    = known are %Y %y %m %b %B %d %e %j %H %I %M %S %p %f %L %N %z %Z %a %A %s %T %D %F %R %%
```

What to do: Write a value that the function takes; [mapping.md](../mapping.md) has an example of each.

"""###),
    CodePage("M110", ###"""
# M110: an expression that is too long or too deep

Expressions have bounds, so that checking one ends in bounded time. A person does not reach them.

```text
M110.yaml:6:299: error[M110]: the expression nests deeper than 250 levels
  6 | …((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((…
    |                                                             ^
    = give parts of it names under `let`
```

What to do: Give parts of it names under `let`.

"""###),
    CodePage("M111", ###"""
# M111: a name that is computed from itself

The names under `let` may use each other in any order, but not in a circle.

```text
M111.yaml:6:8: error[M111]: 'page' is computed from itself
  6 | let: { page: =site.trim(), site: =page.lower() }
    |        ^^^^
    = break the circle: page → site → page
```

What to do: Break the circle that the message shows.

"""###),
    CodePage("M112", ###"""
# M112: two rules of one name

A rule's name (its `type`, unless it has a `name`) is part of every event's id and of the summary. Two rules of one name could give two different events the same id. Two checks of one code, and two tests of one name, could not be told from each other.

```text
M112.yaml:6:62: error[M112]: two rules are called 'search'
  6 | events: [ { type: search, when: { path: /search } }, { type: search, when: { path: /find } } ]
    |                                                              ^^^^^^ first at line 6
    = give one of them a `name`: it is part of every event id
```

What to do: Give one of them a `name` of its own; the type may stay the same.

"""###),
    CodePage("M113", ###"""
# M113: a name that hides another

A name under `let`, or a field of rows, has the name of a field that is there already. Which one is meant could not be seen.

```text
M113.yaml:6:8: error[M113]: 'path' hides a field of the reader
  6 | let: { path: =target.or("").before("?").or("") }
    |        ^^^^
    = choose another name
```

What to do: Choose another name.

"""###),
    CodePage("M114", ###"""
# M114: `case` without `else`

If no branch holds there must be a value, too. Without `else` the key would be missing for records that nobody thought of.

```text
M114.yaml:9:15: error[M114]: 'case' without 'else'
  9 |       kind: { case: [ { when: { path: /cart }, then: shop } ] }
    |               ^^^^
    = add { else: value } as its last branch
```

What to do: Add `{ else: value }` as the last branch.

"""###),
    CodePage("M116", ###"""
# M116: a pattern or a path that is none

Under `when` stand values to compare with: text, a glob with `*`, `~` and a regular expression, a number or a range `200..299`. Its keys, and what stands under `needs`, are names or paths such as `url.query.q`, not expressions.

```text
M116.yaml:6:46: error[M116]: '2xx' is neither a number nor a range
  6 | events: [ { type: page-view, when: { status: 2xx } } ]
    |                                              ^^^
    = write 200 or 200..299
```

What to do: Write it in one of these forms; an expression goes under `if`.

"""###),
    CodePage("M117", ###"""
# M117: an environment variable that is not set

`env(NAME)` takes a value from the environment, and it has none, or only blanks. A run needs it; `check` and `test` only warn (M202).

```text
M117.yaml:4:59: error[M117]: environment variable PROFILE_SALT is not set
  4 | identity: { visitor: =ip, profile: { hash: visitor, salt: env(PROFILE_SALT) } }
    |                                                           ^^^^^^^^^^^^^^^^^
    = set it before the run: export PROFILE_SALT=…, or give a default: env(PROFILE_SALT, "text")
```

What to do: Set it before the run, `export NAME=…`, or give a default: `env(NAME, "text")`.

"""###),
    CodePage("M119", ###"""
# M119: a file that the mapping names cannot be used

A table or a list of the mapping is not there, cannot be read, or has something in it that would do harm, such as a part of a name of two letters.

```text
M119.yaml:6:26: error[M119]: cannot read names.csv: no such file or directory
  6 | tables: { names: { file: names.csv, key: sku, value: name } }
    |                          ^^^^^^^^^
    = check the name; it is relative to the mapping's folder
```

What to do: Check the name: it is relative to the folder of the mapping, not to where the command is run.

"""###),
    CodePage("M120", ###"""
# M120: a table that cannot be looked into

The CSV file of a table lacks a column or has it twice, has a key twice, or is no CSV. If the mistake is in the table, the place is in the table.

```text
M120.yaml:6:41: error[M120]: 'code' is not a column of M120.csv
  6 | tables: { names: { file: M120.csv, key: code, value: name } }
    |                                         ^^^^
    = known here: name, sku
```

What to do: Mend the table, or name the column that is meant.

"""###),
    CodePage("M121", ###"""
# M121: never reached

An earlier rule, drop entry or branch takes every record that this one could have.

```text
M121.yaml:9:11: error[M121]: this rule is never reached: the one at line 7 takes all its records
  9 |   - type: search
    |           ^^^^^^
    = put the narrower one first, or remove it
```

What to do: Put the narrower one first, or remove it. Under `emit: all` every rule is tried.

"""###),
    CodePage("M122", ###"""
# M122: a condition that can never hold

The parts of the condition exclude each other, or a drop entry takes all records that the rule is for.

```text
M122.yaml:7:19: error[M122]: this rule can never match: the drop entry at line 6 takes its records
  7 | events: [ { type: not-found, when: { status: 404 } } ]
    |                   ^^^^^^^^^
    = remove the rule, or narrow the drop entry
```

What to do: Mend the condition, narrow the drop entry, or remove the rule.

"""###),
    CodePage("M123", ###"""
# M123: one property of two kinds

The same property of the same event type is text in one place and a number in another. Tracardi stores both; but reports have one column of two kinds, and who looks for the number does not find the text.

```text
M123.yaml:8:51: warning[M123]: 'code' of 'visit' is text here and a number at line 7
  8 |   - { name: two, type: visit, properties: { code: =string(status) } }
    |                                                   ^^^^^^^^^^^^^^^
    = convert one of the two: string(…), int(…), decimal(…)
```

What to do: Convert one of the two, or use two names.

"""###),
    CodePage("M124", ###"""
# M124: an expression that YAML cut or split

YAML ends an unquoted value at ` #`, and in braces at a comma. What is left of the expression does not say what was written.

```text
M124.yaml:9:13: error[M124]: YAML ends this expression at ` #`, which begins a comment
  9 |       page: =path.or("no #path")
    |             ^^^^^^^^^^^^^^^^^^^^
    = put single quotes around this expression
```

What to do: Put single quotes around the whole expression: `'=…'`.

"""###),
    CodePage("M201", ###"""
# M201: a needless `.or()`

The value in front of `.or(…)` is always there, so that the alternative is never used. This is a warning: the mapping works.

```text
M201.yaml:6:58: warning[M201]: the value is never absent here
  6 | events: [ { type: page-view, properties: { code: =status.or(0) } } ]
    |                                                          ^^
    = leave out .or(…)
```

What to do: Remove it. If the value was meant to be optional, look whether `needs` or `unless_present` already demands it.

"""###),
    CodePage("M202", ###"""
# M202: an environment variable that is not set

`env(NAME)` takes a value from the environment, and it has none, or only blanks. `check` and `test` use the variable's name in its place and warn; a run would stop with M117.

```text
M202.yaml:4:59: warning[M202]: environment variable PROFILE_SALT is not set
  4 | identity: { visitor: =ip, profile: { hash: visitor, salt: env(PROFILE_SALT) } }
    |                                                           ^^^^^^^^^^^^^^^^^
    = set it before the run: export PROFILE_SALT=…, or give a default: env(PROFILE_SALT, "text")
```

What to do: Nothing, if the variable is set where the mapping runs; or give a default: `env(NAME, "text")`.

"""###),
    CodePage("M203", ###"""
# M203: a rule without a test

No test of the mapping expects an event of this type. It is said by `check` and `test` only.

```text
M203.yaml:6:1: warning[M203]: no rule has a test
  6 | events: [ { type: page-view } ]
    | ^^^^^^
    = add tests: [ { name: …, given: lines, expect: { events: [ { type: … } ] } } ]
```

What to do: Add a test with a line that the rule is for, and expect the event. `trackfill test --update` writes the expectation.

"""###),
    CodePage("M204", ###"""
# M204: a purchase without a natural id

Events like a purchase exist once in the world. Without an `id` the same one from another export, or from the same log after a change of its format, counts twice.

```text
M204.yaml:6:19: warning[M204]: 'order-completed' has no natural id: the same one from another export would count twice
  6 | events: [ { type: order-completed, when: { path: /thank-you } } ]
    |                   ^^^^^^^^^^^^^^^
    = name it by its number: id: =["order", order_id]
```

What to do: Name it by its number: `id: =["order", order_id]`.

"""###),
    CodePage("M205", ###"""
# M205: personal data

An e-mail address, a telephone number or an IP address leaves as it is. Perhaps it is meant so; in many places it may not.

```text
M205.yaml:6:49: warning[M205]: personal data: 'ip' is emitted as it is
  6 | events: [ { type: login, properties: { address: =ip } } ]
    |                                                 ^^^
    = write mask_ip(ip) or hash(…), or leave it out
```

What to do: Write `hash(…)` or `mask_ip(…)`, or leave it out.

"""###),
    CodePage("M206", ###"""
# M206: a local time without a zone

The times of this field do not say how far they are from UTC.

What to do: Add `zone: Europe/Warsaw`, or `zone: UTC`.

"""###),
    CodePage("M207", ###"""
# M207: a table that nothing looks into

The table is read when the mapping is loaded, and never used.

```text
M207.yaml:6:11: warning[M207]: table 'names' is never looked into
  6 | tables: { names: { file: M120.csv, key: sku, value: name } }
    |           ^^^^^
    = use it: =lookup(names, field); or remove it
```

What to do: Use it, `=lookup(table, key)`, or remove it.

"""###),
    CodePage("M208", ###"""
# M208: a property that the receiver does not know

The event type is built into Tracardi, which copies the properties that it knows into its own places. This one it stores, and copies nowhere.

```text
M208.yaml:6:41: warning[M208]: 'phrase' is not a property of the built-in type 'search'
  6 | events: [ { type: search, properties: { phrase: =path } } ]
    |                                         ^^^^^^
    = it is stored, but copied nowhere; put your own under `custom`; known: category, query
```

What to do: Use a property that the message lists, or an event type of your own.

"""###),
    CodePage("M209", ###"""
# M209: something that the receiver loses

Tracardi takes the event, and loses it, a part of it or what surrounds it without saying so; or it answers with an error. That holds for a built-in type's
properties, and for what surrounds the events: options, `context` and `request` of `target`, and the `context` of events.

```text
M209.yaml:6:30: warning[M209]: tags of 'page-view' are lost: it is a built-in type with its own
  6 | events: [ { type: page-view, tags: [import] } ]
    |                              ^^^^
    = leave them out, or use a type of your own
```

What to do: Do what the message says, or use an event type of your own.

"""###),
    CodePage("M210", ###"""
# M210: text that other YAML readers change

Unquoted words such as `NO`, `12:30:00` or `1E5` are text here, and so is a number of more than 15 digits. Other YAML readers take them for false, 45000 and 100000; whoever knows YAML may have meant that. Quotes of a word processor, as `“x”`, are none to YAML, and part of the text.

```text
M210.yaml:6:49: warning[M210]: 'NO' is text here; other YAML readers take it for false
  6 | events: [ { type: visit, properties: { country: NO } } ]
    |                                                 ^^
    = put quotes around it if it is text, else write false
```

What to do: Put quotes around it if it is text; else write what it stands for.

"""###),
    CodePage("M211", ###"""
# M211: a part that fails on every record

A part of the expression has no field in it and cannot be evaluated. Where nothing absorbs the error, every record would be rejected.

```text
M211.yaml:6:56: warning[M211]: this always fails: divide by zero
  6 | events: [ { type: visit, properties: { rate: =status + 1 / 0 } } ]
    |                                                        ^^^^^
    = mend this part: no record can change what it gives
```

What to do: Mend the part under the caret.

"""###),
    CodePage("M212", ###"""
# M212: text that lacks its `=`

The text would be an expression if `=` stood before it: it is the name of a field or a `let`, or is made of one. As it is, every event has the text itself. Templates of other tools, as `{{sku}}` and `$sku`, and `env(NAME)` are text here, too.

```text
M212.yaml:6:46: warning[M212]: 'path.or("")' is text here, not what the expression gives
  6 | events: [ { type: visit, properties: { page: path.or(""), code: status, from: "{{referer}}" } } ]
    |                                              ^^^^^^^^^^^
    = begin it with '=', or put quotes around it if it is text
M212.yaml:6:65: warning[M212]: 'status' is text here, not the value of 'status'
  6 | events: [ { type: visit, properties: { page: path.or(""), code: status, from: "{{referer}}" } } ]
    |                                                                 ^^^^^^
    = write =status, or put quotes around it if it is text
M212.yaml:6:79: warning[M212]: '{{referer}}' is text here: a mapping has no templates
  6 | events: [ { type: visit, properties: { page: path.or(""), code: status, from: "{{referer}}" } } ]
    |                                                                               ^^^^^^^^^^^^^
    = write =referer
```

What to do: Begin it with `=`; or put quotes around it if it is meant as text.

"""###),
    CodePage("M213", ###"""
# M213: a key without effect

The mode of the sessions makes nothing of this key: `exact` sorts everything first, so that nothing comes too late
for `disorder` or `late`, and `none` makes no sessions that anything could end.

```text
M213.yaml:8:3: warning[M213]: 'disorder' has no effect in mode exact
  8 |   disorder: 2m
    |   ^^^^^^^^
    = remove it
```

What to do: Remove the key, or choose another mode (docs/mapping.md).

"""###),
    CodePage("M214", ###"""
# M214: a pattern that never matches

A text that no field of its kind has: a path without its slash or with a query, a method in small letters, a range where an address stands, a range of numbers where text does, capitals in the host of a URL, or what stands for a missing value.

```text
M214.yaml:6:37: warning[M214]: '10.0.0.0/8' never matches: an address is not a range
  6 | drop: [ { reason: ours, when: { ip: 10.0.0.0/8 } } ]
    |                                     ^^^^^^^^^^
    = write if: '=cidr("10.0.0.0/8").containsIP(ip)'
M214.yaml:8:34: warning[M214]: 'shop/**' never matches: a path begins with '/'
  8 |   - { type: visit, when: { path: "shop/**", method: get } }
    |                                  ^^^^^^^^^
    = write /shop/**
M214.yaml:8:53: warning[M214]: 'get' never matches: methods are written in capitals
  8 |   - { type: visit, when: { path: "shop/**", method: get } }
    |                                                     ^^^
    = write GET
M214.yaml:9:34: warning[M214]: '/shop?page=1' never matches: a path ends before the '?'
  9 |   - { type: other, when: { path: "/shop?page=1" } }
    |                                  ^^^^^^^^^^^^^^
    = compare path without it, and the query by parse_url(target).query
```

What to do: Write the text as the log has it; the remedy says how.

"""###),
    CodePage("M215", ###"""
# M215: a date in a zone that it inherits

A format without a time of day gives the midnight that began the day, in the zone of the input where the field names none. That is right for the day on which something happened. A day of birth that was read so leaves as a moment of the day before, in UTC.

```text
M215.yaml:10:48: warning[M215]: 'born' is a date, and becomes its midnight in Europe/Berlin
  10 |     born: { type: optional local_time, format: "%d.%m.%Y" }
     |                                                ^^^^^^^^^^
     = write zone: UTC beside its format, so that the day stays the day, or zone: Europe/Berlin if that is meant
```

What to do: Write `zone: UTC` beside the format of a field that is a day and no moment. Where the midnight of that zone is meant, write the zone there, too.

"""###),
    CodePage("M301", ###"""
# M301: no reader

`input` must say how the records are to be read.

```text
M301.yaml:3:8: error[M301]: the input names no reader
  3 | input: { format: combined }
    |        ^
    = add `reader:` with one of: weblog, csv, jsonl, xml
```

What to do: Add `reader:` with one of the names in the message.

"""###),
    CodePage("M302", ###"""
# M302: an unknown reader

There is no reader of this name.

```text
M302.yaml:3:18: error[M302]: unknown reader 'apache'
  3 | input: { reader: apache, format: combined }
    |                  ^^^^^^
    = known here: csv, jsonl, weblog, xml
```

What to do: Take one of the names in the message; `weblog` reads access logs of web servers.

"""###),
    CodePage("M303", ###"""
# M303: an unknown key of `input`

The reader has no such setting.

```text
M303.yaml:3:44: error[M303]: reader weblog knows no key 'mising'
  3 | input: { reader: weblog, format: combined, mising: ["-"] }
    |                                            ^^^^^^
    = did you mean 'missing'?
```

What to do: Take the name that the message proposes. [mapping.md](../mapping.md) lists the keys of `input`.

"""###),
    CodePage("M304", ###"""
# M304: a bad value of `input`

The reader cannot use the value of this setting.

```text
M304.yaml:3:50: error[M304]: unknown zone 'Europe/Warsow'
  3 | input: { reader: weblog, format: combined, zone: Europe/Warsow }
    |                                                  ^^^^^^^^^^^^^
    = write a name such as Europe/Warsaw or UTC
```

What to do: Write one of the values that the message shows. Zones are names of the tz database, such as Europe/Warsaw.

"""###),
    CodePage("M305", ###"""
# M305: an unknown preset

`format` is one word, and no preset has this name.

```text
M305.yaml:3:34: error[M305]: unknown format 'combind'
  3 | input: { reader: weblog, format: combind }
    |                                  ^^^^^^^
    = did you mean 'combined'?
```

What to do: Take one of the presets in the message, or copy the `LogFormat` or `log_format` text from the server's configuration.

"""###),
    CodePage("M306", ###"""
# M306: a log format that cannot be read

The text is neither an Apache `LogFormat` nor an nginx `log_format`, or lines written with it could not be taken apart again.

```text
M306.yaml:3:35: error[M306]: %q and %U touch, so that nothing tells where the first ends
  3 | input: { reader: weblog, format: '%h %l %u %t "%r" %>s %q%U' }
    |                                   ^
    = put a blank, a quote or another separator between them
```

What to do: Copy the text as it stands in the server's configuration, in single quotes. Two values need something between them that neither can contain.

"""###),
    CodePage("M307", ###"""
# M307: times without a zone

The log's times do not say how far they are from UTC, so that they would mean something else on another machine.

```text
M307.yaml:3:34: error[M307]: the format's time has no offset from UTC
  3 | input: { reader: weblog, format: '%h %{%Y-%m-%d %H:%M:%S}t "%r" %>s %b' }
    |                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = add `zone:` with the server's zone, such as Europe/Warsaw or UTC, or log %z
```

What to do: Add `zone:` with the server's zone, such as `Europe/Warsaw` or `UTC`; or log the offset (`%z`).

"""###),
    CodePage("M308", ###"""
# M308: a format that cannot be found out

The mapping says `format: auto`, and no preset reads at least half of the beginning (64 KiB) of the first input, nor nearly all of it from some line on; or there is no input to look at.

```text
auto.yaml:3:34: error[M308]: no known format reads junk.log
  3 | input: { reader: weblog, format: auto }
    |                                  ^^^^
    = name a preset (trackfill formats lists them), or give the server's own LogFormat or log_format text
trackfill: 1 error in the mapping; nothing was read
```

What to do: Name the format. `trackfill formats` lists the presets, `trackfill sniff` looks at a file.

"""###),
    CodePage("M309", ###"""
# M309: a path that is none

A path is the part of XPath that a stream can follow: `a/b`, `//b`, `*`, `@x`, `.`, `text()`, `[@type="gift"]`. Here is something else, a prefix that is not declared, or a path that leaves its record.

```text
M309.yaml:7:93: error[M309]: undeclared prefix 'x'
  7 | …placed: { path: "@placed", type: instant }, note: { path: "x:note" }, items: { list: item, min: 1, fields: { sku: { pa…
    |                                                             ^
    = declared under `namespaces`: e
```

What to do: Write the path from the record's element down, and declare prefixes under `namespaces`. Values that stand before the records belong under `header`.

"""###),
    CodePage("O201", ###"""
# O201: the output cannot be written

The disk is full, or writing failed. Nothing stands under the final name.

```text
/dev/full: error[O201]: disk full: no space left on device
  = make room, or write to another file system
```

What to do: Make room, or write to another file system; then run again.

"""###),
    CodePage("O202", ###"""
# O202: the output cannot be created

The file cannot be created where it was asked for.

```text
no/folder/o: error[O202]: cannot be created: no such file or directory
  = create its folder first
```

What to do: Create the folder, or choose one that you may write to.

"""###),
    CodePage("O203", ###"""
# O203: a closed pipe

Whoever read the output has seen enough, as `head` does. The run ends quietly, with status 0; the code is only seen in a summary.

What to do: Nothing.

"""###),
    CodePage("O204", ###"""
# O204: no temporary file

Open sessions, or what is sorted, need more memory than `--memory`, and the temporary file for them cannot be created in
the folder that the message names: `TMPDIR`, else the output's folder, else /tmp.

```text
error[O204]: cannot create a temporary file for open sessions in nowhere: no such file or directory
  = set TMPDIR to a folder with space, or raise --memory
```

What to do: Set `TMPDIR` to a folder that you may write to, or raise `--memory`.

"""###),
    CodePage("O205", ###"""
# O205: the temporary file fails

A temporary file, for open sessions or for sorting, cannot be written or read: usually the disk of the folder that the
message names is full. Nothing stands under the output's name.

```text
error[O205]: the temporary file for sorting events in .: file too large
  = set TMPDIR to a folder with space, or raise --memory
```

What to do: Make room, set `TMPDIR` to another file system, or raise `--memory`.

"""###),
    CodePage("O206", ###"""
# O206: a file of another state

`convert --follow-up` numbers its files by what its state remembers. In the folder after `-o` there is a file with a number that
this state has not come to, or one under the name that its next file is to get: another state of a mapping of the same name
writes there, or the state folder is new and files of the old one are still there. It is also said of a file that another run
is writing at this moment. Nothing is replaced.

```text
out/end-to-end-000001.ndjson: error[O206]: another state wrote it, and it is not to be replaced
  = give each state a folder of its own for -o, or take the files away first; nothing is lost
```

What to do: Give each state folder a folder of its own for `-o`. If the state is new on purpose, take the files of the old one away first.

"""###),
    CodePage("R001", ###"""
# R001: longer than `--max-record`

The record is longer than `--max-record` allows, 4 MiB unless set. It is passed over in bounded memory; what follows is read as usual.

```text
  lines                                    2
    records                                2
      rejected                             1
        R001                               1  first c.log:2: record of 300 bytes at byte 74 is longer than 200 bytes
      dropped                              0
      unmatched                            0
      mapped                               1
  events                                   1
    page-seen                              1
  sessions                                 1
  payloads                                 1  539 bytes
  from 2026-09-10T10:00:00.000Z to 2026-09-10T10:00:00.000Z
```

What to do: Raise `--max-record` if this is a true record. Usually it is a binary file among the inputs, or a line end that is missing.

"""###),
    CodePage("R101", ###"""
# R101: other text than the format has

At this column the format has a text that the line has not: another format, two lines run together, or a server that writes no quotes.

```text
R101.yaml:11:50: error[R101]: expected '] "' before the request
  11 |       203.0.113.9 - - [10/Sep/2026:13:55:01 +0200] GET /a HTTP/1.1 200 512 "-" "Mozilla/5.0"
     |                                                  ^
     = compare the line with the format of the log: see `format`
```

What to do: If most lines are rejected so, the `format` of the mapping is not that of the log. A few are normal, such as HAProxy's messages about itself: their share is what `--max-rejects` bounds.

"""###),
    CodePage("R102", ###"""
# R102: the line ends too early

The line stops before the format does. The server died while writing, the disk was full, or the file was cut while being copied.

```text
R102.yaml:11:62: error[R102]: the line ends where '" ' was expected before the status
  11 |       203.0.113.9 - - [10/Sep/2026:13:55:01 +0200] "GET /a HT
     |                                                              ^
     = the line was cut off, or the log has another format: see `format`
```

What to do: Nothing, if it is one line. If every line is rejected so, the log has fewer fields than the `format` of the mapping.

"""###),
    CodePage("R103", ###"""
# R103: no time

Where the time must be stands something that is none, or a date that no calendar has.

```text
R103.yaml:11:24: error[R103]: 'time' is not a time as the format has it
  11 |       203.0.113.9 - - [31/Feb/2026:13:55:01 +0200] "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0"
     |                        ^
     = times look like 10/Oct/2000:13:55:36 -0700 unless the format says otherwise; without an offset, set `zone`
```

What to do: Look at the line. If all are so, the log has its time in another form: write its `LogFormat` or `log_format` text as `format`.

"""###),
    CodePage("R104", ###"""
# R104: no number

Where a number must be stands something else.

```text
R104.yaml:11:70: error[R104]: 'status' is not a number
  11 |       203.0.113.9 - - [10/Sep/2026:13:55:01 +0200] "GET /a HTTP/1.1" abc 512 "-" "Mozilla/5.0"
     |                                                                      ^
     = add the text to `missing` if it stands for no value
```

What to do: Look at the line. Texts that mean "no value" can be named under `missing`.

"""###),
    CodePage("R105", ###"""
# R105: a value is missing that every record needs

The line has a text that means "no value" in a place which is never empty in this format; or it is JSON without anything of a request.

```text
R105.yaml:11:7: error[R105]: 'ip' is missing, which every record needs
  11 |       - - - [10/Sep/2026:13:55:01 +0200] "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0"
     |       ^
     = remove the line, or take the text out of `missing`
```

What to do: Look at the line; there is nothing to set. Container logs (`{"log":"…"}`) have the line within: `jq -rj .log FILE | trackfill convert -m MAPPING -`.

"""###),
    CodePage("R106", ###"""
# R106: a local time that cannot be placed

When clocks are set back, one hour comes twice; a local time in it does not say which of the two is meant. When they are set forward, an hour does not exist. Under `ambiguous: reject` such records are rejected.

```text
R106.yaml:11:7: error[R106]: 'time' exists twice or never in its zone
  11 |       203.0.113.9 2026-10-25 02:30:00 "GET /a HTTP/1.1" 200 512
     |       ^
     = say `ambiguous: earlier` or `ambiguous: later`
```

What to do: Write `ambiguous: earlier` or `ambiguous: later`, or let the server log the offset (`%z`).

"""###),
    CodePage("R107", ###"""
# R107: none of the declared values

The field was declared with the values that it can have, and this is another.

```text
R107.yaml:14:30: error[R107]: field 'state': 'payed' is none of its values
  14 |       2026-09-10T13:57:02Z,8,payed
     |                              ^
     = add it to `values`, or to `missing` if it stands for no value; at byte 23 of its row
```

What to do: Add it to `values`; or to `missing` if it stands for no value.

"""###),
    CodePage("R108", ###"""
# R108: a number that is too large

The number does not fit into the type of its field, or has more digits behind the point than its `scale`. A `decimal` field has 18 digits in
all, and with a `scale` so many of them stand behind the point whether the number needs them or not: `9.3` does not fit into scale 18.

```text
R108.yaml:14:30: error[R108]: field 'n': '99999999999999999999' is too large for a whole number
  14 |       2026-09-10T13:57:02Z,8,99999999999999999999
     |                              ^
     = declare it as string or double; at byte 23 of its row
```

What to do: Where there are too many digits behind the point, declare a larger `scale`, or none; where the number is too large for its
scale, a smaller one. Declare other numbers as `double` where that is exact enough, or as `string`, of which `decimal(…)` makes exact numbers
of 28 digits.

"""###),
    CodePage("R109", ###"""
# R109: a value of another kind

The field was declared as a plain value, and the record has an object or a list there. Or it was declared as a list, and the
record has no array there, or an array of other things than objects. Or the line of a `jsonl` file is no object at all: an array of
records, a number, `null`.

```text
R109.yaml:13:54: error[R109]: field 'n' is an object
  13 |       {"at": "2026-09-10T13:57:02Z", "id": "8", "n": {"value": 5}}
     |                                                      ^
     = give the path of the value in it, or declare a list
```

What to do: Give the path of the value in it, or declare a list. `jq -c '.[]' FILE | trackfill … -` makes lines of an array's elements.

"""###),
    CodePage("R111", ###"""
# R111: a row of another width

The row has fewer or more fields than the header.

```text
R111.yaml:14:27: error[R111]: a row of 1 fields under a header of 2
  14 |       2026-09-10T13:57:02Z
     |                           ^
     = the row was cut, or write `ragged: fill`; at byte 20 of its row
```

What to do: If this is how the export is written, `ragged: fill` takes what is missing as empty and `ragged: ignore` passes over what is too much. Else look at `delimiter` and `quote`.

"""###),
    CodePage("R112", ###"""
# R112: a quote that is not closed, or text behind one

A field in quotes must end with a quote and the delimiter; quotes inside are doubled. Reading goes on with the next line.

```text
R112.yaml:14:31: error[R112]: text stands behind a closing quote
  14 |       2026-09-10T13:57:02Z,"8"x
     |                               ^
     = quotes inside quotes are written twice; see `escape`, or write `quote: none` if they are characters here; at byte 24 of its row
```

What to do: Look at the row. If the export does not use quotes this way, say so: `quote: none` where they are mere characters, `escape: backslash` where `\"` stands for one inside.

"""###),
    CodePage("R113", ###"""
# R113: a group that comes back

The rows of a group stand together under `order: adjacent`. This one came back after it was closed; a second record of half of the rows would be wrong. The first rows became a record when the next group began: it lacks these, and its events have left.

```text
R113.yaml:16:7: error[R113]: group '7' comes back after it was closed
  16 |       2026-09-10T13:57:01Z,7,a
     |       ^^^^^^^^^^^^^^^^^^^^^^^^
     = write `order: any` if its rows do not stand together; its first rows became a record without these
```

What to do: Write `order: any`, or sort the export by the key, and convert it again: events with a natural id replace those of the record that lacked rows.

"""###),
    CodePage("R114", ###"""
# R114: a group that is too large

The group has more rows than `max_rows`, or is longer than `--max-record` allows.

```text
R114.yaml:15:7: error[R114]: a group has 3 rows, more than 2
  15 |       2026-09-10T13:57:02Z,8,a
     |       ^^^^^^^^^^^^^^^^^^^^^^^^
     = raise `max_rows`, or group by a key that fewer rows share
```

What to do: Raise the bound, or group by a key that fewer rows share.

"""###),
    CodePage("R115", ###"""
# R115: rows of a group that disagree

Fields under `same` must be equal in all rows of a group, since the record has each once. A row without a value agrees with all.

```text
R115.yaml:16:30: error[R115]: field 'shop' is 'a' in a group's first row and 'b' here
  16 |       2026-09-10T13:57:02Z,8,b
     |                              ^
     = remove it from `same` if its rows may differ; the first row's is then rows[0].shop; at byte 23 of its row
```

What to do: Remove the field from `same` if its rows may differ. The first row's value is then `rows[0].shop`.

"""###),
    CodePage("R116", ###"""
# R116: a group beside a row without a key

A row whose key cannot be read, is empty or of another type may belong to the group before it or to the one behind it. Neither becomes a record: an order without one of its positions would be wrong.

```text
R116.yaml:16:7: error[R116]: a row beside this group has no key that can be read, and may belong to it
  16 |       2026-09-10T13:57:02Z,8,a
     |       ^^^^^^^^^^^^^^^^^^^^^^^^
     = mend that row in the export, and convert it again
```

What to do: Mend that row, which is a reject, too (R104 or R112, say), in the export, and convert it again: events with a natural id replace
those that have left. `replay` cannot take it up: a group is more than the row that a reject keeps.

"""###),
    CodePage("R121", ###"""
# R121: no JSON

The line is not one JSON value: it was cut off, or something in it cannot stand there.

```text
R121.yaml:13:52: error[R121]: the line ends within its JSON
  13 |       {"at": "2026-09-10T13:57:02Z", "id": "8", "n"
     |                                                    ^
     = a record is one line: this one was cut off, or `jq -c . FILE` writes one a line, of an array `jq -c '.[]' FILE`
```

What to do: Look at the line. A record is one line; JSON over several lines, and an array of records, are not read:
`jq -c . FILE | trackfill … -` and `jq -c '.[]' FILE | trackfill … -` make lines of them.

"""###),
    CodePage("R122", ###"""
# R122: JSON that is nested too deep

The line is nested more than 64 deep. No record is meant so, and reading it must end in bounded memory.

```text
R122.yaml:13:117: error[R122]: nested more than 64 deep
  13 | …[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]…
     |                                                             ^
     = a record this deep is hardly meant
```

What to do: Look at the line; there is nothing to set.

"""###),
    CodePage("R123", ###"""
# R123: a list with too few or too many elements

The list was declared with `min` or `max`, and the record has another number of elements.

```text
R123.yaml:13:7: error[R123]: list 'items' has 0 elements
  13 |       {"at": "2026-09-10T13:57:02Z", "id": "8", "n": 5, "items": []}
     |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     = it must have 1 at least
```

What to do: Look at the record, or change the bounds.

"""###),
    CodePage("R131", ###"""
# R131: a value that comes twice

An element or attribute of XML stands twice where one value is declared. Taking the first would lose the second.

```text
R131.yaml:16:7: error[R131]: field 'note' comes twice
  16 |       <order id="2" placed="2026-09-10T08:01:00Z"><item sku="A"/><note>a</note><note>b</note></order>
     |       ^
     = declare a list for it, or write a path that only one element has
```

What to do: Declare a `list` for it, or write a path that only one element has.

"""###),
    CodePage("R132", ###"""
# R132: a record inside a record

An element that is a record, or a row of a list, stands inside another one of its kind.

```text
R132.yaml:16:7: error[R132]: a row of 'items' begins inside another
  16 |       <order id="2" placed="2026-09-10T08:01:00Z"><item sku="A"><item sku="B"/></item></order>
     |       ^
     = name the rows' path without '//'
```

What to do: Write the path from the root, without `//`.

"""###),
    CodePage("R133", ###"""
# R133: an entity that nobody knows

The record has an entity that the file's DOCTYPE may explain, which is not read.

```text
R133.yaml:17:7: error[R133]: entity '&hellip;' is unknown
  17 |       <order id="2" placed="2026-09-10T08:01:00Z"><item sku="A"/><note>&hellip;</note></order>
     |       ^
     = only lt, gt, amp, quot, apos and character references are read
```

What to do: Have the file exported with character references (`&#8230;`) or in UTF-8.

"""###),
    CodePage("R134", ###"""
# R134: a header value too late

A value of `header` stands behind the first record, or a second time. The records before it were read without it, so it is not used.

```text
R134.yaml:16:7: error[R134]: header value 'shop' comes after the first record
  16 |       <shop>pl</shop>
     |       ^
     = records before it were read without; take the value as a field of the record
```

What to do: Take the value as a field of the record, or write a path that only one element before the records has.

"""###),
    CodePage("R135", ###"""
# R135: a field that is too long

A field of XML is longer than 1 MiB.

What to do: Leave the field out of `fields`: documents and pictures are no properties of an event.

"""###),
    CodePage("R201", ###"""
# R201: an expression failed

An expression of the mapping could not be evaluated for this record: a text that is not a number, a division by zero, a number out of range. The record is rejected with the rule and the place in the mapping; the run goes on.

```text
R201.yaml:11:7: error[R201]: value '=int(path.or("").after("/p").or("0"))': no whole number: age
  11 |       203.0.113.9 - - [10/Sep/2026:13:55:01 +0200] "GET /page HTTP/1.1" 200 512 "-" "Mozilla/5.0"
     |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     = R201.yaml:6:50: make the expression hold for such a record, for example with .or(…) or `needs`
```

What to do: Make the expression hold for such records: test first (`if`, `case`), give an alternative, or drop them with a reason.

"""###),
    CodePage("R202", ###"""
# R202: no rule wants the record

The mapping says `otherwise: reject`, the record was not dropped, and no rule's condition holds.

```text
R202.yaml:12:7: error[R202]: no rule wants this record
  12 |       203.0.113.9 - - [10/Sep/2026:13:55:01 +0200] "POST /a HTTP/1.1" 200 512 "-" "Mozilla/5.0"
     |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     = add a rule, drop it with a reason, or write otherwise: drop
```

What to do: Add a rule, drop such records with a reason, or write `otherwise: drop`, which only counts them as unmatched.

"""###),
    CodePage("R203", ###"""
# R203: the record has no visitor

None of the expressions under `identity.visitor` gives a value for this record, so that it belongs to no session.

```text
R203.yaml:11:7: error[R203]: the record has no visitor
  11 |       203.0.113.9 - - [10/Sep/2026:13:55:01 +0200] "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0"
     |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     = add a candidate that is always present to identity.visitor, or write identity.none: drop
```

What to do: Add a last candidate that is always there, such as `=ip`; or write `none: drop` under `identity`, and such records are counted as dropped.

"""###),
    CodePage("R204", ###"""
# R204: an event that is too long

The record's event would be longer than 15 MiB. `send` and `import` give up payloads beyond 16 MiB (D102), and what stands before a receiver
mostly takes far less. Texts are cut at 32,000 bytes, so it is a list with very many elements, or many copies of one.

What to do: Look at the rule. Emit less: only the fields of a row that matter, sums or counts in place of the rows, or only records with so
many rows as are sensible (`drop`).

"""###),
    CodePage("S101", ###"""
# S101: a time far ahead of its neighbours

The record's time is more than a day ahead of its input, and what follows goes on without it: a clock had gone wrong, or the line is damaged. Had it been believed, every open session would have ended.

```text
S101.yaml:11:7: error[S101]: the time 2036-09-10T11:55:01.000Z is far ahead of the records around it
  11 |       203.0.113.9 - - [10/Sep/2036:13:55:01 +0200] "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0"
     |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     = correct the record's time
```

What to do: Nothing, for single lines. If the log truly has gaps of days, no record behind a gap is rejected: three records in a row confirm it.

"""###),
    CodePage("S102", ###"""
# S102: later than `disorder`

Records may come out of order by `session.disorder`; this one came later than that, and the mapping says `late: reject`.

```text
S102.yaml:13:7: error[S102]: 210 s behind the latest record, more than the disorder of 60 s
  13 |       203.0.113.9 - - [10/Sep/2026:13:55:30 +0200] "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0"
     |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     = raise session.disorder, or let session.late be attach or new
```

What to do: Raise `disorder` to what the summary proposes; or write `late: attach` (the default), which puts such records into the open session.

"""###),
    CodePage("S103", ###"""
# S103: a time outside the years 1 to 9999

The record's time cannot be written as an ISO 8601 date.

What to do: Look at the line; if the mapping computes the time, look at the expression under `time`.

"""###),
    CodePage("U101", ###"""
# U101: an option without a file name

The option needs the name of a file and has an empty one; often a variable in a script is not set.

```text
error[U101]: --output needs a file name
  = name a file, or leave the option out
```

What to do: Name a file, or leave the option out.

"""###),
    CodePage("U102", ###"""
# U102: a folder where a file is needed

The option names a folder.

```text
error[U102]: --output out is a folder
  = name a file in it
```

What to do: Name a file in it.

"""###),
    CodePage("U104", ###"""
# U104: standard input is named twice

It can be read once only: as an input or as the mapping.

```text
error[U104]: standard input is named twice
  = name - once
```

What to do: Name `-` once.

"""###),
    CodePage("U105", ###"""
# U105: two outputs name one file

One would overwrite the other. Standard output (`-`, also where `-o` is not given) takes one of them.

```text
error[U105]: --rejects and --output name the same file
  = name two files
```

What to do: Name two files.

"""###),
    CodePage("U106", ###"""
# U106: an output is the mapping

The mapping would be overwritten.

```text
error[U106]: --output m.yaml is the mapping
  = name another file
```

What to do: Name another file.

"""###),
    CodePage("U107", ###"""
# U107: an output is an input

Inputs are never written.

```text
error[U107]: --output a.log is an input
  = inputs are never written; name another file
```

What to do: Name another file.

"""###),
    CodePage("U108", ###"""
# U108: an output lies in the input folder

The next run would read it as an input.

```text
error[U108]: --output logs/o lies in the input folder logs
  = the next run would read it; name a file elsewhere
```

What to do: Name a file elsewhere.

"""###),
    CodePage("U109", ###"""
# U109: no reader or format of this name

`formats` was asked for a name that nothing has.

```text
error[U109]: no reader or format 'combind'
  = did you mean 'combined'?
```

What to do: Take the name that the message proposes; `trackfill formats` lists all.

"""###),
    CodePage("U110", ###"""
# U110: standard input cannot be continued

A run with `--state` must be able to go on in the middle of its inputs, and a pipe or a device cannot be read twice.

```text
error[U110]: standard input cannot be continued
  = name files; leave --state out for a pipe
```

What to do: Name files, or leave `--state` out.

"""###),
    CodePage("U111", ###"""
# U111: an option wants a folder and got a file

`--state`, and `--output` with `--follow-up`, name folders.

```text
error[U111]: --state b.log is not a folder
  = name a folder
```

What to do: Name a folder; it is created if it is not there.

"""###),
    CodePage("U121", ###"""
# U121: --only names nothing of the mapping

`preview --only` takes a fate (`mapped`, `rejected`, `dropped`, `unmatched`, `late`), a rule, a type of events, a drop reason,
or a code of rejects.

```text
error[U121]: --only page-sen: the mapping has no such rule, type or reason
  = did you mean 'page-seen'?
```

What to do: Take the name that the message proposes.

"""###),
    CodePage("U122", ###"""
# U122: standard input cannot be read twice

`preview --against` reads the records once where both mappings have the same `input`, and once for each where they differ.

```text
error[U122]: the two mappings read differently, and standard input can be read only once
  = write it to a file, or give both the same `input`
```

What to do: Write the data to a file first, or give both mappings the same `input`.

"""###),
  ]
}
