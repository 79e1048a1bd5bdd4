import { EvidenceConflict, InputInvalid } from '../../lib/errors.ts'
import { emptyHead, isSameHash } from '../../lib/log/merkle.ts'
import type { Anchor, Ledger, LogEntry, LogHead, Reservation } from '../../lib/ports.ts'

/** What the ledger holds; tests tamper with it as a writer on the table could. */
export type LedgerState = {
  head: LogHead
  entries: LogEntry[]
  reservations: Map<string, Reservation>
  checkpoints: Map<number, string>
}

export function emptyLedgerState(): LedgerState {
  return { head: emptyHead, entries: [], reservations: new Map(), checkpoints: new Map() }
}

/** A ledger in memory. Each call takes effect at once, when it is made. */
export function memoryLedger(state: LedgerState = emptyLedgerState()): Ledger {
  return {
    async reserve(identity, claim, envelope) {
      if (!state.reservations.has(identity)) state.reservations.set(identity, { identity, claim, envelope })
      return { ...state.reservations.get(identity)! }
    },
    async find(identity) {
      const reservation = state.reservations.get(identity)
      return reservation && { ...reservation }
    },
    async renew(identity, stale, fresh) {
      const stored = state.reservations.get(identity)
      if (!stored) throw new EvidenceConflict('ledger: renew: expected a reservation, got none')
      if (stored.seq === undefined && Buffer.from(stored.envelope).equals(stale))
        state.reservations.set(identity, { ...stored, envelope: fresh })
      return { ...state.reservations.get(identity)! }
    },
    async head() {
      return state.head
    },
    async append(expected, entries, next) {
      const isConsecutive = entries.every(({ seq }, i) => seq === expected.size + i)
      if (!isConsecutive || next.size !== expected.size + entries.length)
        throw new InputInvalid('ledger: append: expected entries that follow one another, got others')
      if (state.head.size !== expected.size || !isSameHash(state.head.root, expected.root)) return 'moved'
      if (entries.some(({ identity }) => state.reservations.get(identity)?.seq !== undefined)) return 'moved'
      for (const entry of entries) {
        const reservation = state.reservations.get(entry.identity)
        if (!reservation || !Buffer.from(reservation.envelope).equals(entry.envelope))
          throw new EvidenceConflict('ledger: append: expected the envelope that is reserved, got another')
        state.reservations.set(entry.identity, { ...reservation, seq: entry.seq })
        state.entries.push(entry)
      }
      state.head = next
      return 'appended'
    },
    async *entries(from, to) {
      for (const entry of state.entries.slice(from, to)) yield entry
    },
    async addCheckpoint(size, note) {
      keep(state.checkpoints, size, note)
    },
    async checkpoints() {
      return [...state.checkpoints].sort(([a], [b]) => a - b).map(([size, note]) => ({ size, note }))
    },
  }
}

/** An anchor in memory over the checkpoints that it holds. */
export function memoryAnchor(notes: Map<number, string> = new Map()): Anchor {
  return {
    async latest() {
      return notes.get(Math.max(...notes.keys()))
    },
    async add(size, note) {
      keep(notes, size, note)
    },
  }
}

function keep(notes: Map<number, string>, size: number, note: string): void {
  if ((notes.get(size) ?? note) !== note)
    throw new EvidenceConflict(`checkpoint of size ${size}: expected the stored note, got another`)
  notes.set(size, note)
}

/** `request-lost`: the call never happened. `reply-lost`: it did, and the caller does not know. Both throw. */
export type Fault = 'none' | 'request-lost' | 'reply-lost'

/** The outage that an injected fault throws. */
export class Outage extends Error {}

/** A port whose every call first asks `next` what becomes of it. */
export function withFaults<P extends object>(port: P, next: (call: string) => Fault): P {
  return new Proxy(port, {
    get(target, name: string) {
      const method = (target as Record<string, (...args: unknown[]) => unknown>)[name]!
      return (...args: unknown[]) => {
        const fault = next(name)
        if (name === 'entries') return fault === 'none' ? method(...args) : broken(name)
        return faulty(name, fault, () => method(...args))
      }
    },
  })
}

async function faulty(name: string, fault: Fault, call: () => unknown): Promise<unknown> {
  if (fault === 'request-lost') throw new Outage(`${name}: request lost`)
  const reply = await call()
  if (fault === 'reply-lost') throw new Outage(`${name}: reply lost`)
  return reply
}

async function* broken(name: string): AsyncIterable<never> {
  yield* []
  throw new Outage(`${name}: read broke off`)
}
