import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Chunks, Ports } from '../../lib/ports.ts'
import { isMoment, type Moment, openStore } from '../support/pipeline.ts'
import { digestsOf, jsonRecords, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'
import { someOf } from '../support/some-of.ts'

/** A store that does not hold still while it is looked at, and custodians who say one thing and do another. */

const others = jsonRecords(numbers(50).map(somebodyElse))
const files = { 'a/first.jsonl': others, 'm/target.jsonl': others, 'z/last.jsonl': others }
const target = 'm/target.jsonl'

/** Long enough for another tick of the clock that file systems stamp times with. */
const tick = () => setTimeout(12)

const emptyPlace = () => openStore()

/** What may happen to the store; each ends with content that was not there, or not so, when it was listed. */
const changes: Record<string, (store: string) => void> = {
  'a file is added': (store) => writeFileSync(join(store, 'm/added.jsonl'), others),
  'a file with a subject is added': (store) =>
    writeFileSync(join(store, 'm/added.jsonl'), jsonRecords([transferred(3)])),
  'a file is truncated': (store) => truncateSync(join(store, target), 60),
  'a file grows': (store) => appendFileSync(join(store, target), jsonRecords([somebodyElse(4)])),
  'a file is replaced by another of its size and time': (store) => replaceAlike(join(store, target)),
  'a file is overwritten in place and its time set back': (store) => overwriteAlike(join(store, target)),
  'a file moves into a directory that was listed before': (store) =>
    renameSync(join(store, target), join(store, 'a/moved.jsonl')),
  'a file moves to the place of another': (store) => renameSync(join(store, 'z/last.jsonl'), join(store, target)),
}

const alike = others.replace(somebodyElse(7), transferred(7))

function replaceAlike(path: string): void {
  const { atime, mtime } = statSync(path)
  writeFileSync(`${path}.new`, alike)
  utimesSync(`${path}.new`, atime, mtime)
  renameSync(`${path}.new`, path)
}

function overwriteAlike(path: string): void {
  const { atime, mtime } = statSync(path)
  writeFileSync(path, alike)
  utimesSync(path, atime, mtime)
}

/** Calls `act` once, in the middle of reading the version whose key it is: after its first bytes. */
function whileReading(ports: Ports, wanted: string, act: () => void): Ports {
  let acts = [act]
  async function* interrupted(chunks: Chunks): Chunks {
    for await (const chunk of chunks) {
      yield chunk
      for (const each of acts) each()
      acts = []
    }
  }
  return {
    ...ports,
    stores: {
      async open(store) {
        const reading = await ports.stores.open(store)
        return {
          list: reading.list,
          async open(version) {
            const opened = await reading.open(version)
            if (opened.kind === 'unreadable' || version.key !== wanted) return opened
            return { ...opened, chunks: interrupted(opened.chunks) }
          },
        }
      },
    },
  }
}

const moments: Record<string, Partial<Moment> | 'while it is read'> = {
  'between the inventory and the scan': { task: 'plan-batches', pass: 0 },
  'while it is read': 'while it is read',
  'between the scan and the closing listing': { task: 'take-inventory', pass: 0, listing: 'closing', page: 0 },
}

const handsFor = (moment: Partial<Moment> | 'while it is read', act: () => void) =>
  moment === 'while it is read'
    ? { wrap: (ports: Ports) => whileReading(ports, target, act) }
    : { before: async (each: Moment) => (isMoment(each, moment) ? act() : undefined) }

describe.concurrent('a store that changes during a run', () => {
  it('is verified when nothing changes', async () => {
    const place = await emptyPlace()
    writeFiles(join(place.root, 'store'), files)
    const { store, why } = await place.run()
    expect([store, why]).toEqual(['verified', ''])
  })

  for (const [what, change] of Object.entries(changes))
    for (const [when, moment] of someOf(3, Object.entries(moments)))
      it(`is incomplete when ${what} ${when}`, async () => {
        const place = await emptyPlace()
        writeFiles(join(place.root, 'store'), files)
        await tick()
        let changed = 0
        const hands = handsFor(moment, () => {
          changed++
          change(join(place.root, 'store'))
        })
        const { store, why } = await place.run(hands)
        expect(changed).toBe(1)
        expect(store, why).toBe('incomplete')
        expect(why).toMatch(/changed|disappeared|appeared while scanning/)
      })

  for (const [when, moment] of Object.entries(moments))
    it(`says that a file was not read when it is removed ${when}`, async () => {
      const place = await emptyPlace()
      writeFiles(join(place.root, 'store'), files)
      const { store, coverage } = await place.run(handsFor(moment, () => rmSync(join(place.root, 'store', target))))
      const { closing, clean, inventory } = (await coverage(0))!
      // Its directory is left, whose name was a part of its own.
      expect(closing).toMatchObject({ gone: 1, appeared: 0, versions: 3 })
      expect({ store, clean: clean.versions, listed: inventory.versions }).toEqual({
        store: when.includes('closing') ? 'verified' : 'incomplete',
        clean: when.includes('closing') ? 3 : 2,
        listed: 3,
      })
    })

  it('is found in the next run when it changes after the closing listing', async () => {
    const place = await emptyPlace()
    writeFiles(join(place.root, 'store'), files)
    const first = await place.run({
      after: (moment) =>
        isMoment(moment, { task: 'take-inventory', listing: 'closing' })
          ? changes['a file with a subject is added']!(join(place.root, 'store'))
          : undefined,
    })
    const second = await place.run()
    expect([first.store, second.store]).toEqual(['verified', 'residual'])
  })

  for (const [what, spoil] of Object.entries({
    'vanishes as a whole': (store: string) => renameSync(store, `${store}-elsewhere`),
    'is exchanged for an empty directory': (store: string) => {
      renameSync(store, `${store}-elsewhere`)
      mkdirSync(store)
    },
  }))
    for (const [when, moment] of someOf(2, Object.entries(moments)))
      it(`is never verified when it ${what} ${when}`, async () => {
        const place = await emptyPlace()
        const store = join(place.root, 'store')
        writeFiles(store, files)
        const ended = await place.run(handsFor(moment, () => spoil(store)))
        // Everything was read to its end before the last moment; but a closing listing of nothing closes nothing.
        expect(ended.store, ended.why).toBe('incomplete')
      })
})

const ours = jsonRecords(numbers(10).map(transferred))

const manualPlace = () => openStore({}, { channel: { kind: 'manual', deadline: '1h' } })

type Place = Awaited<ReturnType<typeof manualPlace>>

/** The custodian acts and answers as soon as they are asked; `later` happens between the answer and the next inventory. */
async function runWithCustodian(place: Place, act: (store: string) => void, later: (store: string) => void = () => {}) {
  const store = join(place.root, 'store')
  const requestId = `${place.nextRunId()}-sg-0`
  let ports: Ports
  const { acknowledge } = await import('../../lib/pipeline/acknowledge.ts')
  return place.run({
    wrap: (given) => {
      ports = given
      return given
    },
    async after(moment) {
      if (!isMoment(moment, { task: 'notify-custodian' })) return
      act(store)
      await acknowledge(ports, { requestId, by: 'custodian' })
      later(store)
    },
  })
}

describe.concurrent('a custodian', () => {
  it('who deletes what was asked for is verified', async () => {
    const place = await manualPlace()
    writeFiles(join(place.root, 'store'), { ...files, 'ours.jsonl': ours })
    const { store, why, acknowledgement } = await runWithCustodian(place, (store) => rmSync(join(store, 'ours.jsonl')))
    expect([store, why]).toEqual(['verified', ''])
    // What somebody says they deleted is not counted as deleted.
    expect(await acknowledgement(0)).toMatchObject({ by: 'custodian', deleted: { versions: 0 } })
  })

  for (const [what, act] of Object.entries<(store: string) => void>({
    'deletes nothing': () => {},
    'renames the file': (store) => renameSync(join(store, 'ours.jsonl'), join(store, 'a/theirs.jsonl')),
    'deletes the file and keeps a copy': (store) => {
      renameSync(join(store, 'ours.jsonl'), join(store, 'z/copy.jsonl'))
    },
    'cuts the file to one record': (store) => truncateSync(join(store, 'ours.jsonl'), ours.indexOf('\n') + 1),
    'hides the file in a snapshot directory': (store) => {
      writeFiles(store, { '.snapshot/old/x': '' })
      renameSync(join(store, 'ours.jsonl'), join(store, '.snapshot/old/ours.jsonl'))
    },
    'hides the file in a hidden directory': (store) => {
      writeFiles(store, { '.trash/.x': '' })
      renameSync(join(store, 'ours.jsonl'), join(store, '.trash/.ours'))
    },
  }))
    it(`who says so and ${what} leaves a residual`, async () => {
      const place = await manualPlace()
      writeFiles(join(place.root, 'store'), { ...files, 'ours.jsonl': ours })
      const { store, why } = await runWithCustodian(place, act)
      expect(store, why).toBe('residual')
    })

  it('who restores the file between the answer and the next inventory leaves a residual', async () => {
    const place = await manualPlace()
    writeFiles(join(place.root, 'store'), { ...files, 'ours.jsonl': ours })
    const { store } = await runWithCustodian(
      place,
      (store) => renameSync(join(store, 'ours.jsonl'), join(place.root, 'kept')),
      (store) => renameSync(join(place.root, 'kept'), join(store, 'restored.jsonl')),
    )
    expect(store).toBe('residual')
  })

  it('who restores the file after the verdict is found by the next run', async () => {
    const place = await manualPlace()
    const store = join(place.root, 'store')
    writeFiles(store, { ...files, 'ours.jsonl': ours })
    const first = await runWithCustodian(place, () => renameSync(join(store, 'ours.jsonl'), join(place.root, 'kept')))
    renameSync(join(place.root, 'kept'), join(store, 'ours.jsonl'))
    const second = await runWithCustodian(place, () => {})
    expect([first.store, second.store]).toEqual(['verified', 'residual'])
  })

  it('who removes the whole store is not believed', async () => {
    const place = await manualPlace()
    writeFiles(join(place.root, 'store'), { ...files, 'ours.jsonl': ours })
    const { store, why } = await runWithCustodian(place, (store) => rmSync(store, { recursive: true }))
    expect(store, why).toBe('incomplete')
  })

  it('who empties the store is not believed unless the configuration says that it may be empty', async () => {
    const place = await manualPlace()
    writeFiles(join(place.root, 'store'), { ...files, 'ours.jsonl': ours })
    const { store, why } = await runWithCustodian(place, (store) => {
      for (const each of ['a', 'm', 'z', 'ours.jsonl']) rmSync(join(store, each), { recursive: true })
    })
    expect([store, why]).toEqual(['incomplete', expect.stringContaining('inventory: empty')])
  })

  it('who does not answer before the deadline is looked after all the same', async () => {
    const place = await openStore({ ...files, 'ours.jsonl': ours }, { channel: { kind: 'manual', deadline: '1s' } })
    const { store, acknowledgement } = await place.run()
    expect(store).toBe('residual')
    expect(await acknowledgement(0)).toMatchObject({ by: 'deadline' })
  })
})

it('what a run looks at stays as it was', async () => {
  const place = await emptyPlace()
  writeFiles(join(place.root, 'store'), { ...files, 'ours.jsonl': ours })
  const before = digestsOf(join(place.root, 'store'))
  const { store } = await place.run()
  expect(store).toBe('residual')
  expect(digestsOf(join(place.root, 'store'))).toEqual(before)
})
