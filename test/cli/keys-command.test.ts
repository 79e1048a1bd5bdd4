import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keysCommand } from '../../lib/cli/commands/keys-command.ts'
import { KeyUnsafe, RunBusy, UsageInvalid } from '../../lib/errors.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { acquireRunLock } from '../../lib/local/run-lock.ts'
import { exportBundle } from '../../lib/pipeline/export-bundle.ts'
import { withState } from '../support/attested.ts'
import { openStore } from '../support/pipeline.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** `odv keys` in a directory of its own; what is printed goes nowhere, what is emitted comes back. */
async function keys(
  cwd: string,
  action: string,
  { emitted, ...more }: { key?: string; out?: string; record?: string; emitted?: () => void } = {},
) {
  const lines: Record<string, unknown>[] = []
  const terminal = {
    json: true,
    print() {},
    progress() {},
    warn() {},
    emit(line: object) {
      lines.push({ ...line })
      emitted?.()
    },
  }
  const place = { kind: 'machine' as const, state: 'state', cwd }
  await keysCommand({ action, ...more, cwd, place, signal: new AbortController().signal }, terminal)
  return lines
}

const exported = (state: string, exportId: string) =>
  withState(state, async (ports) => {
    await exportBundle(ports, { exportId, selection: { from: '2020-01-01', to: '2099-01-01' } })
    const prefix = `exports/${exportId}/`
    const files = new Map<string, Uint8Array>()
    for await (const key of ports.evidence.list(prefix))
      files.set(key.slice(prefix.length), await ports.evidence.get(key))
    return files
  })

describe('odv keys init', () => {
  it('makes nothing where its record could not be written', async () => {
    const cwd = scratchDirectory()
    await expect(keys(cwd, 'init', { record: 'none/record.md' })).rejects.toThrow(/--record none\/record\.md/)
    expect(readdirSync(cwd)).toEqual([])
  })

  it('makes keys and a record that names what was made, to be signed', async () => {
    const cwd = scratchDirectory()
    const [line] = await keys(cwd, 'init', { record: 'record.md' })
    const record = readFileSync(join(cwd, 'record.md'), 'utf8')
    const chains = line!.chains as { openssh: string; spkiSha256: string }[]
    expect(chains).toHaveLength(2)
    for (const { openssh, spkiSha256 } of chains) expect(record).toContain(`\`${openssh}\` | \`${spkiSha256}\``)
    const caseKey = readFileSync(join(cwd, 'state/keys/case.key'))
    expect(record).toContain(createHash('sha256').update(caseKey).digest('hex'))
    expect(record).toMatch(/^\| name \| role \| date \| signature \|$/m)
    for (const file of readdirSync(join(cwd, 'state/keys')).filter((name) => name.endsWith('.pem')))
      expect(record).not.toContain(readFileSync(join(cwd, 'state/keys', file), 'utf8').split('\n')[1])
  })

  it.each([
    { name: 'keys', prepare: (cwd: string) => keys(cwd, 'init', { record: 'first.md' }) },
    {
      name: 'a log whose keys were lost',
      prepare: async (cwd: string) => {
        await keys(cwd, 'init', { record: 'first.md' })
        rmSync(join(cwd, 'state/keys'), { recursive: true })
      },
    },
    {
      name: 'one key of three',
      prepare: async (cwd: string) => {
        mkdirSync(join(cwd, 'state/keys'), { recursive: true })
        writeFileSync(join(cwd, 'state/keys/log-ed25519.pem'), '')
      },
    },
  ])('refuses where there are $name', async ({ prepare }) => {
    const cwd = scratchDirectory()
    await prepare(cwd)
    await expect(keys(cwd, 'init', { record: 'record.md' })).rejects.toThrow(KeyUnsafe)
    expect(existsSync(join(cwd, 'record.md'))).toBe(false)
  })

  it('refuses to do anything without a new file for the record', async () => {
    const cwd = scratchDirectory()
    writeFileSync(join(cwd, 'record.md'), 'signed by many')
    await expect(keys(cwd, 'init', { record: 'record.md' })).rejects.toThrow(UsageInvalid)
    await expect(keys(cwd, 'init')).rejects.toThrow(UsageInvalid)
    expect(existsSync(join(cwd, 'state'))).toBe(false)
    expect(readFileSync(join(cwd, 'record.md'), 'utf8')).toBe('signed by many')
  })
})

describe('odv keys rotate', () => {
  it('between two runs leaves a log whose bundle holds for whoever knows the old keys or the new ones', async () => {
    const place = await openStore({ 'a.txt': 'nothing of anybody\n' })
    await place.run()
    await keys(place.root, 'show', { out: 'old' })
    for (const key of ['attestation', 'log']) {
      const [line] = await keys(place.root, 'rotate', { key, record: `${key}.md` })
      const record = readFileSync(join(place.root, `${key}.md`), 'utf8')
      expect(record).toContain(`the ${key} key was changed (change 1)`)
      for (const { openssh } of line!.chains as { openssh: string }[]) expect(record).toContain(openssh)
    }
    // The old attestation key is not needed any more, nor the old log key, once both have signed the checkpoint.
    for (const name of ['attestation-p256.pem', 'log-ed25519.pem']) rmSync(join(place.root, 'state/keys', name))
    await place.run()
    const [shown] = await keys(place.root, 'show', { out: 'new', record: 'again.md' })
    expect(
      (shown!.chains as { key: string; until?: number }[]).map(({ key, until }) => [key, until !== undefined]),
    ).toEqual([
      ['attestation', true],
      ['attestation', false],
      ['log', true],
      ['log', false],
    ])
    const files = await exported(place.paths.root, 'both')
    const pinsIn = (directory: string) =>
      ['attestation-p256', 'log-ed25519'].map((name) =>
        readFileSync(join(place.root, directory, `${name}.pub.pem`), 'utf8'),
      )
    expect(pinsIn('old')).not.toEqual(pinsIn('new'))
    for (const directory of ['old', 'new']) {
      const { runs, pinned } = verifyBundle(files, { pinnedKeys: pinsIn(directory) })
      expect({ pinned, results: runs.map(({ result }) => result) }).toEqual({
        pinned: true,
        results: ['verified', 'verified'],
      })
    }
  })

  it('is refused while a run is under way, and without keys to change', async () => {
    const cwd = scratchDirectory()
    await expect(keys(cwd, 'rotate', { key: 'log', record: 'record.md' })).rejects.toThrow(
      'expected the state of an earlier run',
    )
    await keys(cwd, 'init', { record: 'first.md' })
    const lock = acquireRunLock(join(cwd, 'state/run.lock'), 'state')
    await expect(keys(cwd, 'rotate', { key: 'log', record: 'record.md' })).rejects.toThrow(RunBusy)
    lock.release()
    expect(readdirSync(join(cwd, 'state/keys'))).toHaveLength(3)
  })

  it.each(['attestation', 'log'])(
    'of the %s key without a record is finished by repeating it, and no other is made',
    async (key) => {
      const cwd = scratchDirectory()
      const other = key === 'log' ? 'attestation' : 'log'
      const change = join(cwd, 'state/key-change.json')
      await keys(cwd, 'init', { record: 'first.md' })
      // The record has no place to go to any more: the key is changed and checkpointed before that shows.
      mkdirSync(join(cwd, 'going'))
      const emitted = () => rmSync(join(cwd, 'going'), { recursive: true })
      await expect(keys(cwd, 'rotate', { key, record: 'going/second.md', emitted })).rejects.toThrow(UsageInvalid)
      const kept = readFileSync(change)
      await expect(keys(cwd, 'rotate', { key: other, record: 'second.md' })).rejects.toThrow(`odv keys rotate ${key}`)
      const [again] = await keys(cwd, 'rotate', { key, record: 'second.md' })
      expect(again).toMatchObject({ did: 'changed', key, number: 1 })
      expect(readFileSync(join(cwd, 'second.md'), 'utf8')).toContain(`the ${key} key was changed (change 1)`)
      // A crash right behind the record.
      writeFileSync(change, kept)
      expect(await keys(cwd, 'rotate', { key, record: 'third.md' })).toMatchObject([{ number: 1, seq: again!.seq }])
      expect(existsSync(change)).toBe(false)
      expect(await keys(cwd, 'rotate', { key, record: 'fourth.md' })).toMatchObject([{ number: 2 }])
      expect(await keys(cwd, 'rotate', { key: other, record: 'fifth.md' })).toMatchObject([{ number: 1 }])
    },
  )

  it('that began and changed nothing does not stop a change of the other key', async () => {
    const cwd = scratchDirectory()
    await keys(cwd, 'init', { record: 'first.md' })
    const change = join(cwd, 'state/key-change.json')
    writeFileSync(change, '{"key":"log","number":1}\n')
    expect(await keys(cwd, 'rotate', { key: 'attestation', record: 'second.md' })).toMatchObject([{ number: 1 }])
    writeFileSync(change, '{"key":"log","number":0}\n')
    await expect(keys(cwd, 'rotate', { key: 'log', record: 'third.md' })).rejects.toThrow(KeyUnsafe)
  })

  it('of which the new key is lost afterwards leaves nothing that signs, and makes no other key in its place', async () => {
    const cwd = scratchDirectory()
    await keys(cwd, 'init', { record: 'first.md' })
    await keys(cwd, 'rotate', { key: 'attestation', record: 'second.md' })
    rmSync(join(cwd, 'state/keys/attestation-p256.2.pem'))
    await expect(keys(cwd, 'show')).rejects.toThrow(KeyUnsafe)
    await expect(keys(cwd, 'rotate', { key: 'attestation', record: 'third.md' })).rejects.toThrow(KeyUnsafe)
  })
})
