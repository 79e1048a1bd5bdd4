import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { EvidenceConflict, FormatInvalid, InputInvalid } from '../../lib/errors.ts'
import { openDatabase } from '../../lib/local/sqlite-database.ts'
import { sqliteLedger } from '../../lib/local/sqlite-ledger.ts'
import type { LogHead } from '../../lib/ports.ts'
import { ledgerContract } from '../contracts/ledger.ts'
import { memoryLedger } from '../support/memory-ledger.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const newPath = () => join(temporaryDirectory(), 'odv.sqlite')
const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const one: LogHead = { size: 1, root: bytes('root'), frontier: [bytes('root')] }
const entry = { seq: 0, identity: 'a', leaf: bytes('leaf'), envelope: bytes('envelope') }

ledgerContract('SQLite', async () => sqliteLedger(openDatabase(newPath())))
ledgerContract('the memory that other tests use', async () => memoryLedger())

/** A database with one entry and one checkpoint. */
async function filled(path = newPath()) {
  const database = openDatabase(path)
  const ledger = sqliteLedger(database)
  await ledger.reserve('a', 'claim', entry.envelope)
  await ledger.append(await ledger.head(), [entry], one)
  await ledger.addCheckpoint(1, 'note')
  return { database, ledger }
}

describe('the ledger in SQLite', () => {
  it('has after reopening what it had before', async () => {
    const path = newPath()
    const { database } = await filled(path)
    database.close()
    const ledger = sqliteLedger(openDatabase(path))
    expect(await ledger.head()).toEqual(one)
    expect(await Array.fromAsync(ledger.entries(0, 9))).toEqual([entry])
    expect(await ledger.find('a')).toEqual({ identity: 'a', claim: 'claim', envelope: entry.envelope, seq: 0 })
    expect(await ledger.checkpoints()).toEqual([{ size: 1, note: 'note' }])
  })

  it('shows one process at once what another one wrote', async () => {
    const path = newPath()
    const [a, b] = [sqliteLedger(openDatabase(path)), sqliteLedger(openDatabase(path))]
    await a.reserve('a', 'claim', entry.envelope)
    const before = await b.head()
    expect(await a.append(before, [entry], one)).toBe('appended')
    expect(await b.head()).toEqual(one)
    expect(await b.append(before, [entry], one)).toBe('moved')
  })

  const tampering = [
    "UPDATE entry SET leaf = x'00'",
    'UPDATE entry SET seq = 7',
    'DELETE FROM entry',
    "INSERT OR REPLACE INTO entry (seq, identity, leaf, envelope) VALUES (0, 'a', x'00', x'00')",
    "INSERT INTO entry (seq, identity, leaf, envelope) VALUES (2, 'b', x'00', x'00')",
    "INSERT INTO entry (seq, identity, leaf, envelope) VALUES (NULL, 'b', x'00', x'00')",
    "UPDATE reservation SET envelope = x'00'",
    'DELETE FROM reservation',
    "INSERT OR REPLACE INTO reservation (identity, claim, envelope) VALUES ('a', '', x'00')",
    "UPDATE checkpoint SET note = 'forged'",
    'DELETE FROM checkpoint',
    "INSERT OR REPLACE INTO checkpoint (size, note) VALUES (1, 'forged')",
    "UPDATE head SET root = x'00'",
    'DELETE FROM head',
    "INSERT OR REPLACE INTO head (size, root, frontier) VALUES (1, x'00', '[]')",
    "INSERT INTO head (size, root, frontier) VALUES (2, x'00', '[]')",
    "INSERT INTO head (size, root, frontier) VALUES (0, x'00', '[]')",
  ]
  for (const statement of tampering)
    it(`refuses ${statement}`, async () => {
      const { database, ledger } = await filled()
      database.exec("INSERT INTO reservation (identity, claim, envelope) VALUES ('b', '', x'00')")
      expect(() => database.exec(statement)).toThrow(/append-only|follow|reserved once|one checkpoint/)
      expect(await ledger.head()).toEqual(one)
      expect(await Array.fromAsync(ledger.entries(0, 9))).toEqual([entry])
      expect(await ledger.checkpoints()).toEqual([{ size: 1, note: 'note' }])
      expect(await ledger.find('a')).toMatchObject({ claim: 'claim', envelope: entry.envelope })
    })

  it('refuses an entry whose envelope is not the reserved one', async () => {
    const ledger = sqliteLedger(openDatabase(newPath()))
    await ledger.reserve('a', 'claim', bytes('reserved'))
    await expect(ledger.append(await ledger.head(), [entry], one)).rejects.toThrow(EvidenceConflict)
    expect(await ledger.head()).toMatchObject({ size: 0 })
  })

  it('refuses the same identity twice in one append', async () => {
    const ledger = sqliteLedger(openDatabase(newPath()))
    await ledger.reserve('a', 'claim', entry.envelope)
    const twice = ledger.append(await ledger.head(), [entry, { ...entry, seq: 1 }], { ...one, size: 2 })
    await expect(twice).rejects.toThrow(InputInvalid)
    expect(await Array.fromAsync(ledger.entries(0, 9))).toEqual([])
  })

  it('is on the disk when a call returns: write-ahead log, full synchronisation', async () => {
    const { database } = await filled()
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
  })

  it('is readable by its owner only, with the files beside it', async () => {
    const path = newPath()
    await filled(path)
    expect(['', '-wal', '-shm'].map((end) => statSync(path + end).mode & 0o777)).toEqual([0o600, 0o600, 0o600])
  })
})

describe('opening the state database', () => {
  it('refuses a file that is no database', () => {
    const path = newPath()
    writeFileSync(path, 'not a database at all, but long enough to be taken for one'.repeat(100))
    expect(() => openDatabase(path)).toThrow(FormatInvalid)
  })

  it('refuses the database of another program, and leaves it as it is', () => {
    const path = newPath()
    const foreign = new DatabaseSync(path)
    foreign.exec('CREATE TABLE theirs (a)')
    expect(() => openDatabase(path)).toThrow(/got another database/)
    expect(foreign.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'theirs' }])
  })

  it('refuses a database of another version', async () => {
    const path = newPath()
    const { database } = await filled(path)
    database.exec('PRAGMA user_version = 2')
    database.close()
    expect(() => openDatabase(path)).toThrow(/expected version 1 .* got version 2/)
  })
})
