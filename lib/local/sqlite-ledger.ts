import { EvidenceConflict } from '../errors.ts'
import { emptyHead, isSameHead } from '../log/merkle.ts'
import { requireSequence } from '../log/require-sequence.ts'
import type { Ledger, LogEntry, LogHead, Reservation } from '../ports.ts'
import { type Database, inTransaction } from './sqlite-database.ts'

/** Entries are read in pages, so that no read transaction stays open while a reader thinks. */
const page = 256

type Row = Record<string, unknown>

/** A renewal is a row of its own: nothing is changed here either. */
const lastEnvelope = `coalesce(
  (SELECT n.envelope FROM renewal n WHERE n.identity = r.identity ORDER BY number DESC LIMIT 1), r.envelope) AS envelope`

/** The ledger in the state database: triggers refuse every change and removal, a transaction decides who appends. */
export function sqliteLedger(database: Database): Ledger {
  const sql = {
    reserve: database.prepare('INSERT INTO reservation (identity, claim, envelope) VALUES (?, ?, ?)'),
    reservation: database.prepare(
      `SELECT r.identity, r.claim, ${lastEnvelope}, e.seq FROM reservation r LEFT JOIN entry e USING (identity)
       WHERE identity = ?`,
    ),
    renew: database.prepare('INSERT INTO renewal (identity, envelope) VALUES (?, ?)'),
    head: database.prepare('SELECT size, root, frontier FROM head ORDER BY size DESC LIMIT 1'),
    addHead: database.prepare('INSERT INTO head (size, root, frontier) VALUES (?, ?, ?)'),
    addEntry: database.prepare('INSERT INTO entry (seq, identity, leaf, envelope) VALUES (?, ?, ?, ?)'),
    entries: database.prepare(
      'SELECT seq, identity, leaf, envelope FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?',
    ),
    checkpoint: database.prepare('SELECT note FROM checkpoint WHERE size = ?'),
    addCheckpoint: database.prepare('INSERT INTO checkpoint (size, note) VALUES (?, ?)'),
    checkpoints: database.prepare('SELECT size, note FROM checkpoint ORDER BY size'),
  }

  const find = (identity: string): Reservation | undefined => {
    const row = sql.reservation.get(identity)
    return row && toReservation(row)
  }

  const head = (): LogHead => {
    const row = sql.head.get()
    return row ? toHead(row) : emptyHead
  }

  return {
    reserve: async (identity, claim, envelope) =>
      inTransaction(database, () => {
        if (!find(identity)) sql.reserve.run(identity, claim, envelope)
        return find(identity) as Reservation
      }),

    find: async (identity) => find(identity),

    renew: async (identity, stale, fresh) =>
      inTransaction(database, () => {
        const stored = find(identity)
        if (!stored) throw new EvidenceConflict('ledger: renew: expected a reservation, got none')
        if (stored.seq === undefined && Buffer.from(stored.envelope).equals(stale)) sql.renew.run(identity, fresh)
        return find(identity) as Reservation
      }),

    head: async () => head(),

    async append(expected, entries, next) {
      requireSequence(expected, entries, next)
      return inTransaction(database, () => {
        if (!isSameHead(head(), expected)) return 'moved'
        for (const { identity, envelope } of entries) {
          const reserved = find(identity)
          if (reserved?.seq !== undefined) return 'moved'
          if (!reserved || !Buffer.from(reserved.envelope).equals(envelope))
            throw new EvidenceConflict(
              'ledger: entry: expected the envelope reserved for its identity, got another one',
            )
        }
        for (const { seq, identity, leaf, envelope } of entries) sql.addEntry.run(seq, identity, leaf, envelope)
        if (entries.length > 0) sql.addHead.run(next.size, next.root, formatFrontier(next.frontier))
        return 'appended'
      })
    },

    async *entries(from, to) {
      for (let at = from; ; ) {
        const rows = sql.entries.all(at, to, page)
        for (const row of rows) yield toEntry(row)
        const last = rows.at(-1)
        if (!last || rows.length < page) return
        at = Number(last.seq) + 1
      }
    },

    addCheckpoint: async (size, note) =>
      inTransaction(database, () => {
        const stored = sql.checkpoint.get(size)
        if (!stored) sql.addCheckpoint.run(size, note)
        else if (stored.note !== note)
          throw new EvidenceConflict(`ledger: checkpoint of size ${size}: expected the stored note, got another one`)
      }),

    checkpoints: async () =>
      sql.checkpoints.all().map(({ size, note }) => ({ size: Number(size), note: String(note) })),
  }
}

function formatFrontier(frontier: readonly Uint8Array[]): string {
  return JSON.stringify(frontier.map((root) => Buffer.from(root).toString('hex')))
}

function toHead(row: Row): LogHead {
  const frontier = JSON.parse(String(row.frontier)) as string[]
  return {
    size: Number(row.size),
    root: row.root as Uint8Array,
    frontier: frontier.map((root) => new Uint8Array(Buffer.from(root, 'hex'))),
  }
}

function toReservation(row: Row): Reservation {
  const { identity, claim, envelope, seq } = row
  return {
    identity: String(identity),
    claim: String(claim),
    envelope: envelope as Uint8Array,
    ...(seq === null ? {} : { seq: Number(seq) }),
  }
}

function toEntry(row: Row): LogEntry {
  return {
    seq: Number(row.seq),
    identity: String(row.identity),
    leaf: row.leaf as Uint8Array,
    envelope: row.envelope as Uint8Array,
  }
}
