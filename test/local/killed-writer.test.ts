import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { evidenceDirectory } from '../../lib/local/evidence-directory.ts'
import { openDatabase } from '../../lib/local/sqlite-database.ts'
import { sqliteJournal } from '../../lib/local/sqlite-journal.ts'
import { sqliteLedger } from '../../lib/local/sqlite-ledger.ts'
import { temporaryDirectory } from './temporary-directory.ts'

type Acknowledged = Record<'evidence' | 'journal' | 'ledger' | 'checkpoint', number[]>

/** Lets a process write for a while, kills it, and returns what it was told is written. */
async function writeAndKill(root: string, milliseconds: number): Promise<Acknowledged> {
  const acknowledged: Acknowledged = { evidence: [], journal: [], ledger: [], checkpoint: [] }
  const child = fork(join(import.meta.dirname, 'children/write-until-killed.ts'), [root], { execArgv: [] })
  child.on('message', (text: string) => {
    const [what, n] = text.split(' ')
    acknowledged[what as keyof Acknowledged].push(Number(n))
  })
  await once(child, 'message')
  await setTimeout(milliseconds)
  child.kill('SIGKILL')
  // It would have ended by itself if a write had failed.
  expect(await once(child, 'close')).toEqual([null, 'SIGKILL'])
  return acknowledged
}

it('keeps everything acknowledged and nothing half when its process is killed at any moment', async () => {
  const root = temporaryDirectory()
  const all: Acknowledged = { evidence: [], journal: [], ledger: [], checkpoint: [] }
  for (const milliseconds of [5, 13, 29, 61, 97, 150]) {
    const acknowledged = await writeAndKill(root, milliseconds)
    for (const what of Object.keys(all) as (keyof Acknowledged)[]) all[what].push(...acknowledged[what])
    expect(acknowledged.evidence.length).toBeGreaterThan(0)

    const database = openDatabase(join(root, 'odv.sqlite'))
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    const [ledger, journal] = [sqliteLedger(database), sqliteJournal(database)]
    const evidence = evidenceDirectory(join(root, 'evidence'))

    const { size, root: rootHash, frontier } = await ledger.head()
    const entries = await Array.fromAsync(ledger.entries(0, size + 100))
    expect(size).toBeGreaterThanOrEqual(Math.max(0, ...all.ledger))
    expect(frontier).toEqual(size === 0 ? [] : [rootHash])
    expect(entries.map(({ seq, identity }) => [seq, identity])).toEqual(
      Array.from({ length: size }, (_, n) => [n, `identity ${n}`]),
    )
    for (const { seq, identity, envelope } of entries)
      expect(await ledger.find(identity)).toEqual({ identity, claim: 'claim', envelope, seq })

    const checkpoints = (await ledger.checkpoints()).map((checkpoint) => checkpoint.size)
    expect(checkpoints).toEqual(expect.arrayContaining([...new Set(all.checkpoint)]))

    const keys = await Array.fromAsync(evidence.list('documents/'))
    expect(keys).toEqual(expect.arrayContaining([...new Set(all.evidence)].map((n) => `documents/${n % 7}/${n}`)))
    for (const key of keys) {
      const text = Buffer.from(await evidence.get(key)).toString()
      expect(text).toBe(`document ${key.split('/').at(-1)} `.repeat(1000))
    }
    for (const n of new Set(all.journal)) expect(await journal.read('run', `step ${n}`)).toBe(JSON.stringify({ n }))
    database.close()
  }
  expect(all.checkpoint.length).toBeGreaterThan(0)
})

it('lets two processes write at once: both go on, and the log has one order', async () => {
  const root = temporaryDirectory()
  const both = await Promise.all([writeAndKill(root, 500), writeAndKill(root, 500)])
  const ledger = sqliteLedger(openDatabase(join(root, 'odv.sqlite')))
  const { size } = await ledger.head()
  const appended = both.flatMap((acknowledged) => acknowledged.ledger)
  expect(new Set(appended).size).toBe(appended.length)
  expect(size).toBeGreaterThanOrEqual(Math.max(...appended))
  const seqs = (await Array.fromAsync(ledger.entries(0, size + 100))).map(({ seq }) => seq)
  expect(seqs).toEqual(Array.from({ length: size }, (_, n) => n))
})
