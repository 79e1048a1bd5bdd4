import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeBundle } from '../../lib/cli/write-bundle.ts'
import { BundleInvalid, EvidenceMissing, FormatInvalid } from '../../lib/errors.ts'
import { formatManifestFile } from '../../lib/export/manifest-file.ts'
import { scratchDirectory } from '../support/scratch.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const whole = () => {
  const files = new Map([
    ['VERIFY.md', bytes('how')],
    ['attestations/000000.dsse.json', bytes('{}')],
    ['log/checkpoint', bytes('checkpoint')],
  ])
  return new Map([...files, ['MANIFEST.sha256', formatManifestFile(files)]])
}

const evidenceOf = (files: ReadonlyMap<string, Uint8Array>) => ({
  async get(key: string) {
    const body = files.get(key.slice('exports/e/'.length))
    if (!body) throw new EvidenceMissing(key)
    return body
  },
  async *list() {
    for (const path of files.keys()) yield `exports/e/${path}`
  },
})

const write = (files: ReadonlyMap<string, Uint8Array>, directory = scratchDirectory()) =>
  writeBundle(evidenceOf(files), 'exports/e/', directory)

describe('a bundle that is written', () => {
  it('is whole, byte for byte', async () => {
    const directory = scratchDirectory()
    expect(await write(whole(), directory)).toBe(4)
    for (const [path, body] of whole()) expect(readFileSync(join(directory, path))).toEqual(Buffer.from(body))
    expect(
      readdirSync(directory, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()),
    ).toHaveLength(4)
  })

  it('takes away what it has written where it cannot be whole, and nothing of somebody else', async () => {
    const directory = scratchDirectory()
    mkdirSync(join(directory, 'log'))
    writeFileSync(join(directory, 'log/checkpoint'), 'theirs')
    writeFileSync(join(directory, 'log/notes'), 'theirs')
    await expect(write(whole(), directory)).rejects.toThrow('EEXIST')
    expect(readdirSync(directory, { recursive: true }).sort()).toEqual(['log', 'log/checkpoint', 'log/notes'])
    expect(readFileSync(join(directory, 'log/checkpoint'), 'utf8')).toBe('theirs')
  })

  const line = (path: string) => bytes(`${'0'.repeat(64)}  ${path}\n`)
  for (const [what, change, error] of [
    ['a file with other bytes', (files) => files.set('log/checkpoint', bytes('other')), BundleInvalid],
    ['a file more', (files) => files.set('more', bytes('')), BundleInvalid],
    ['a file that is missing', (files) => files.delete('VERIFY.md'), EvidenceMissing],
    ['no manifest', (files) => files.delete('MANIFEST.sha256'), EvidenceMissing],
    ['a manifest that is cut off', (files) => files.set('MANIFEST.sha256', bytes('00')), FormatInvalid],
    ['a path that leads out of it', (files) => files.set('MANIFEST.sha256', line('../x')), FormatInvalid],
    ['an absolute path', (files) => files.set('MANIFEST.sha256', line('/etc/x')), FormatInvalid],
    ['a path twice', (files) => files.set('MANIFEST.sha256', Buffer.concat([line('x'), line('x')])), FormatInvalid],
  ] as [string, (files: Map<string, Uint8Array>) => void, new (...args: never[]) => Error][])
    it(`is refused with ${what}`, async () => {
      const files = whole()
      change(files)
      const directory = scratchDirectory()
      await expect(write(files, directory)).rejects.toThrow(error)
      expect(readdirSync(directory)).toEqual([])
    })
})
