import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { evidenceDirectory } from '../../../lib/local/evidence-directory.ts'
import { openDatabase } from '../../../lib/local/sqlite-database.ts'
import { sqliteJournal } from '../../../lib/local/sqlite-journal.ts'
import { sqliteLedger } from '../../../lib/local/sqlite-ledger.ts'

/**
 * Writes evidence, journal and ledger without end, and tells its parent of each step once it was acknowledged. Goes on
 * where the ledger ends, so that it can be killed and started again, and started twice.
 */
const root = process.argv[2]!
const database = openDatabase(join(root, 'odv.sqlite'))
const [ledger, journal, evidence] = [
  sqliteLedger(database),
  sqliteJournal(database),
  evidenceDirectory(join(root, 'evidence')),
]
const say = (text: string) => process.send?.(text)

for (;;) {
  const head = await ledger.head()
  const n = head.size
  await evidence.put(`documents/${n % 7}/${n}`, `document ${n} `.repeat(1000))
  say(`evidence ${n}`)
  await journal.write('run', `step ${n}`, JSON.stringify({ n }))
  say(`journal ${n}`)
  const identities = [`identity ${n}`, `identity ${n + 1}`]
  for (const identity of identities) await ledger.reserve(identity, 'claim', Buffer.from(`envelope of ${identity}`))
  const entries = identities.map((identity, i) => ({
    seq: n + i,
    identity,
    leaf: Buffer.from(`leaf of ${identity}`),
    envelope: Buffer.from(`envelope of ${identity}`),
  }))
  const root = createHash('sha256').update(head.root).update(String(n)).digest()
  if ((await ledger.append(head, entries, { size: n + 2, root, frontier: [root] })) === 'moved') continue
  say(`ledger ${n + 2}`)
  await ledger.addCheckpoint(n + 2, `note of ${n + 2}`)
  say(`checkpoint ${n + 2}`)
}
