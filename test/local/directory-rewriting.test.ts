import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ListedVersion } from '../../lib/inventory/object-version.ts'
import { openDirectoryDeletion } from '../../lib/local/directory-deletion.ts'
import { openDirectoryStore } from '../../lib/local/directory-store.ts'
import { type FileSystem, nodeFileSystem } from '../../lib/local/file-system.ts'
import type { Deleted, Judge } from '../../lib/ports.ts'
import { listAll } from '../contracts/store.ts'
import { someOf } from '../support/some-of.ts'
import { oneFile, systemError } from './directory-fixture.ts'

/** A file with records of subjects and of others, in whose place another one without those of subjects is put. */

const [mixed, left] = ['ours\ntheirs\n', 'theirs\n']
const sha256Of = async (text: string) => (await import('node:crypto')).hash('sha256', text)

const readAll = async (chunks: AsyncIterable<Uint8Array>) => {
  let text = ''
  for await (const chunk of chunks) text += Buffer.from(chunk).toString()
  return text
}

/** Says that `written` is to take the place of what it is shown. */
const rewriting =
  (written = left): Judge =>
  async (chunks, remaining) => {
    await readAll(chunks)
    await remaining!.write(Buffer.from(written))
    await remaining!.end()
    return { kind: 'rewrite', records: 1, isAsWritten: async (again) => (await readAll(again)) === written }
  }

async function rewrite(
  root: string,
  version: ListedVersion,
  files?: FileSystem,
  judge = rewriting(),
): Promise<Deleted> {
  const deletion = await openDirectoryDeletion(root, files, true)
  const rewritten = async () => ({ sha256: await sha256Of(left), size: left.length, records: 1 })
  return (await deletion.deleteVersions([{ version, judge, rewritten }]))[0]!
}

const contentOf = (root: string) =>
  Object.fromEntries(readdirSync(root).map((name) => [name, readFileSync(join(root, name), 'utf8')]))

const calls = ['lstat', 'open', 'create', 'rename', 'link', 'unlink', 'realpath'] as const
type Call = (typeof calls)[number]

/** The real file system, of which `onCall` is told before each call, by its number. */
function watched(onCall: (count: number, call: Call) => void | Promise<void>): FileSystem {
  let count = 0
  const files: Record<string, unknown> = { ...nodeFileSystem }
  for (const call of calls)
    files[call] = async (...given: unknown[]) => {
      await onCall(count++, call)
      return (nodeFileSystem[call] as (...given: unknown[]) => Promise<unknown>)(...given)
    }
  return files as FileSystem
}

/** How many calls a rewriting takes. */
async function callsOf(): Promise<number> {
  const { root, version } = await oneFile(mixed)
  let calls = 0
  await rewrite(
    root,
    version,
    watched(() => void calls++),
  )
  return calls
}

describe('rewriting a file of a directory store', () => {
  it('puts another one in its place, with its rights, and leaves nothing else', async () => {
    const { root, path, version } = await oneFile(mixed)
    chmodSync(path, 0o640)
    const [listed] = await listAll(await openDirectoryStore(root))
    expect(await rewrite(root, listed!)).toEqual({ kind: 'rewritten', records: 1 })
    expect(contentOf(root)).toEqual({ a: left })
    expect(statSync(path).mode & 0o7777).toBe(0o640)
    expect((await listAll(await openDirectoryStore(root)))[0]!.versionId).not.toBe(version.versionId)
  })

  it('is told by what is there when it is repeated', async () => {
    const { root, version } = await oneFile(mixed)
    await rewrite(root, version)
    expect(await rewrite(root, version)).toEqual({ kind: 'rewritten', records: 1 })
    writeFileSync(join(root, 'a'), 'of somebody else')
    expect(await rewrite(root, version)).toEqual({ kind: 'kept', reason: expect.stringContaining('another version') })
    expect(contentOf(root)).toEqual({ a: 'of somebody else' })
  })

  it('writes what is larger than is held', async () => {
    const large = `${'their record\n'.repeat(400_000)}`
    const { root, version } = await oneFile(`ours\n${large}`)
    expect(await rewrite(root, version, undefined, rewriting(large))).toEqual({ kind: 'rewritten', records: 1 })
    expect(contentOf(root)).toEqual({ a: large })
  })

  it('keeps the other name of a file with two', async () => {
    const { root, path } = await oneFile(mixed)
    linkSync(path, join(root, 'b'))
    const listed = await listAll(await openDirectoryStore(root))
    expect(await rewrite(root, listed[0]!)).toEqual({ kind: 'rewritten', records: 1 })
    expect(contentOf(root)).toEqual({ a: left, b: mixed })
    expect(await rewrite(root, listed[1]!)).toEqual({ kind: 'rewritten', records: 1 })
    expect(contentOf(root)).toEqual({ a: left, b: left })
  })

  it('keeps it, and leaves nothing beside it, where what was written does not read as it was written', async () => {
    const { root, version } = await oneFile(mixed)
    const judge: Judge = async (chunks, remaining) => ({
      ...(await rewriting()(chunks, remaining)),
      isAsWritten: async () => false,
    })
    expect(await rewrite(root, version, undefined, judge)).toEqual({
      kind: 'kept',
      reason: expect.stringContaining('does not read'),
    })
    expect(contentOf(root)).toEqual({ a: mixed })
  })

  for (const verdict of ['delete', 'keep'] as const)
    it(`leaves nothing of what was written where the judge says ${verdict} in the end`, async () => {
      const { root, version } = await oneFile(mixed)
      const judge: Judge = async (chunks, remaining) => {
        await readAll(chunks)
        for (let at = 0; at < 3; at++) await remaining!.write(Buffer.alloc(1 << 20))
        return verdict === 'keep' ? { kind: 'keep', reason: 'not ours' } : { kind: 'delete' }
      }
      expect((await rewrite(root, version, undefined, judge)).kind).toBe(verdict === 'keep' ? 'kept' : 'deleted')
      expect(contentOf(root)).toEqual(verdict === 'keep' ? { a: mixed } : {})
    })

  it('passes a failure of the judge on, and leaves nothing beside it', async () => {
    const { root, version } = await oneFile(mixed)
    const judge: Judge = async (_, remaining) => {
      await remaining!.write(Buffer.alloc(2 << 20))
      throw new Error('the judge is ill')
    }
    await expect(rewrite(root, version, undefined, judge)).rejects.toThrow('ill')
    expect(contentOf(root)).toEqual({ a: mixed })
  })

  const faults = { create: 'EROFS', link: 'EPERM' } as const
  for (const [call, code] of Object.entries(faults))
    it(`keeps it in its place where ${call} fails with ${code}`, async () => {
      const { root, version } = await oneFile(mixed)
      const fail = async (path: Buffer) => {
        throw systemError(code, path.toString())
      }
      const deleted = await rewrite(root, version, { ...nodeFileSystem, [call]: fail })
      expect(deleted).toEqual({ kind: 'kept', reason: expect.stringContaining(code) })
      expect(contentOf(root)).toEqual({ a: mixed })
    })

  it('keeps it in its place where the disk is full, or its owner cannot be given', async () => {
    for (const [step, code] of [
      ['write', 'ENOSPC'],
      ['becomeLike', 'EPERM'],
      ['sync', 'EIO'],
    ] as const) {
      const { root, version } = await oneFile(mixed)
      const create: FileSystem['create'] = async (path) => ({
        ...(await nodeFileSystem.create(path)),
        [step]: () => Promise.reject(systemError(code, path.toString())),
      })
      expect(await rewrite(root, version, { ...nodeFileSystem, create })).toEqual({
        kind: 'kept',
        reason: expect.stringContaining(code),
      })
      expect(contentOf(root)).toEqual({ a: mixed })
    }
  })

  it('leaves it whole beside what took its place where it cannot be removed, and takes it up there the next time', async () => {
    const { root, version } = await oneFile(mixed)
    const unlink: FileSystem['unlink'] = async (path) => {
      if (path.toString().includes('.odv-deleting-')) throw systemError('EACCES', path.toString())
      return nodeFileSystem.unlink(path)
    }
    expect(await rewrite(root, version, { ...nodeFileSystem, unlink })).toEqual({
      kind: 'kept',
      reason: expect.stringMatching(/EACCES.*lies whole beside/),
    })
    const listed = await listAll(await openDirectoryStore(root))
    const aside = listed.find(({ key }) => key.startsWith('.odv-deleting-'))!
    expect(contentOf(root)).toEqual({ a: left, [aside.key]: mixed })
    expect(await rewrite(root, aside)).toEqual({ kind: 'rewritten', records: 1 })
    expect(contentOf(root)).toEqual({ a: left, [aside.key]: left })
  })

  it('keeps what took its place where a network says of the last step, at its second try, that nothing is there', async () => {
    const { root, version } = await oneFile(mixed)
    const unlink: FileSystem['unlink'] = async (path) => {
      await nodeFileSystem.unlink(path)
      if (path.toString().includes('.odv-deleting-')) throw systemError('ENOENT', path.toString())
    }
    expect(await rewrite(root, version, { ...nodeFileSystem, unlink })).toEqual({ kind: 'rewritten', records: 1 })
    expect(contentOf(root)).toEqual({ a: left })
  })

  it('keeps what somebody appends who has it open, also after another one took its place', async () => {
    const { root, path, version } = await oneFile(mixed)
    const open = openSync(path, 'a')
    const link: FileSystem['link'] = async (from, to) => {
      await nodeFileSystem.link(from, to)
      if (to.toString() === path) writeSync(open, 'theirs as well\n')
    }
    expect((await rewrite(root, version, { ...nodeFileSystem, link })).kind).toBe('kept')
    closeSync(open)
    expect(Object.values(contentOf(root))).toContain(`${mixed}theirs as well\n`)
  })

  it('is not called rewritten while what somebody appended lies beside it, after a call that was killed', async () => {
    const { root, path, version } = await oneFile(mixed)
    const killed = new Error('killed')
    const unlink: FileSystem['unlink'] = async (at) => {
      if (at.toString().includes('.odv-deleting-')) throw killed
      return nodeFileSystem.unlink(at)
    }
    await rewrite(root, version, { ...nodeFileSystem, unlink })
    const aside = Object.keys(contentOf(root)).find((name) => name.startsWith('.odv-deleting-'))!
    appendFileSync(join(root, aside), 'theirs as well\n')
    expect((await rewrite(root, version)).kind).toBe('kept')
    expect([readFileSync(path, 'utf8'), contentOf(root)[aside]]).toEqual([left, `${mixed}theirs as well\n`])
  })

  it('does not remove it where the disk does not take the name of what took its place', async () => {
    const { root, path, version } = await oneFile(mixed)
    const files: FileSystem = {
      ...nodeFileSystem,
      async open(at, flags) {
        const file = await nodeFileSystem.open(at, flags)
        const sync = async () => {
          if (existsSync(path) && readFileSync(path, 'utf8') === left) throw systemError('EIO', at.toString())
        }
        return { ...file, sync }
      },
    }
    expect(await rewrite(root, version, files)).toEqual({ kind: 'kept', reason: expect.stringContaining('EIO') })
    expect(Object.values(contentOf(root)).sort()).toEqual([mixed, left])
  })

  it('is killed before any of its calls and repeated: the same, nothing lost in between, nothing left over', async () => {
    const all = await callsOf()
    expect(all).toBeGreaterThan(15)
    for (let at = 0; at < all; at++) {
      const { root, version } = await oneFile(mixed)
      const dying = watched((count) => {
        if (count >= at) throw new Error('killed')
      })
      await rewrite(root, version, dying).catch(() => {})
      const inBetween = contentOf(root)
      // All of theirs is somewhere, and whole.
      expect(Object.values(inBetween).some((text) => text === mixed || text === left)).toBe(true)
      expect(await rewrite(root, version)).toEqual({ kind: 'rewritten', records: 1 })
      expect(contentOf(root)).toEqual({ a: left })
    }
  })

  for (const since of ['is another one', 'is gone'] as const)
    it(`leaves nothing of what a killed run wrote where the file ${since} since`, async () => {
      const { root, path, version } = await oneFile(mixed)
      const create: FileSystem['create'] = async (at) => {
        await (await nodeFileSystem.create(at)).close()
        throw new Error('killed')
      }
      const unlink = () => Promise.reject(new Error('killed'))
      await rewrite(root, version, { ...nodeFileSystem, create, unlink })
      expect(Object.keys(contentOf(root))).toHaveLength(2)
      if (since === 'is gone') unlinkSync(path)
      else writeFileSync(path, 'somebody wrote this')
      expect((await rewrite(root, version)).kind).toBe(since === 'is gone' ? 'gone' : 'kept')
      expect(contentOf(root)).toEqual(since === 'is gone' ? {} : { a: 'somebody wrote this' })
    })

  it('replaces nothing that somebody else puts in its place in the meantime, whenever that is', async () => {
    const all = await callsOf()
    const newer = 'somebody wrote this'
    const kinds = new Set<string>()
    for (let at = 0; at < all; at++) {
      const { root, path, version } = await oneFile(mixed)
      let replaced: string | undefined
      const deleted = await rewrite(
        root,
        version,
        watched((count) => {
          if (count !== at) return
          replaced = contentOf(root).a
          writeFileSync(`${path}.new`, newer)
          renameSync(`${path}.new`, path)
        }),
      )
      const there = Object.values(contentOf(root))
      expect(there).toContain(newer)
      // Where they came to an empty place, what was moved aside stays there, whole.
      if (replaced === undefined) expect([deleted.kind, there]).toEqual(['kept', expect.arrayContaining([mixed])])
      if (replaced === mixed) expect(deleted.kind).toBe('kept')
      kinds.add(`${deleted.kind} ${replaced}`)
    }
    expect(kinds).toEqual(new Set([`kept ${mixed}`, 'kept undefined', `kept ${left}`, `rewritten ${left}`]))
  })
})

describe('two runs that rewrite one file at once', () => {
  /** Runs up to before call `at`, and from there on when it is told to. */
  async function haltedAt(at: number, root: string, version: ListedVersion) {
    const [halted, going] = [Promise.withResolvers<void>(), Promise.withResolvers<'goes on' | 'is killed'>()]
    const done = rewrite(
      root,
      version,
      watched((count) => {
        if (count < at) return
        halted.resolve()
        return going.promise.then((fate) => {
          if (fate === 'is killed') throw new Error('killed')
        })
      }),
    ).catch(() => 'killed' as const)
    await Promise.race([halted.promise, done])
    return { done, goOn: going.resolve }
  }

  for (const fate of ['goes on', 'is killed'] as const)
    it(`lose nothing, where one is halted anywhere while the other one works, and then ${fate}`, async () => {
      const all = await callsOf()
      const pairs = Array.from({ length: all * all }, (_, at) => [Math.floor(at / all), at % all] as const)
      for (const [first, second] of someOf(9, pairs)) {
        const { root, version } = await oneFile(mixed)
        const one = await haltedAt(first, root, version)
        const other = await haltedAt(second, root, version)
        one.goOn('goes on')
        await one.done
        other.goOn(fate)
        await other.done
        const there = Object.values(contentOf(root))
        expect([first, second, there.includes(mixed) || there.includes(left)]).toEqual([first, second, true])
      }
    }, 120_000)
})
