import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type PlacedOccurrence, scanObject } from '../../lib/scan/scan-object.ts'
import { parseHashedFormName } from '../../lib/subject-index/hashed-forms.ts'
import { makeIndex } from '../subject-index/make-index.ts'

/**
 * `<case>.bin` as a real tool wrote it; `<case>.json` says by which command, whose digests may be in it, and what has to be
 * found: line, form and subject.
 */
type Case = {
  madeBy: string
  subjects: string[]
  hashedForms: { form: string; salt?: string }[]
  findings: [record: number, form: string, subject: string][]
}

const corpus = new URL('../corpus/hashed/', import.meta.url)
const names = readdirSync(corpus).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []))

async function scan(name: string, { subjects, hashedForms }: Pick<Case, 'subjects' | 'hashedForms'>) {
  const bytes = readFileSync(new URL(`${name}.bin`, corpus))
  const forms = hashedForms.map(({ form, salt = '' }) => ({ ...parseHashedFormName(form)!, salt: Buffer.from(salt) }))
  const index = makeIndex(subjects, { hashedForms: forms })
  const found: PlacedOccurrence[] = []
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += 37) yield bytes.subarray(at, at + 37)
  }
  await scanObject(chunks(), index, (each) => found.push(each))
  const ordinals = new Map(subjects.map((text) => [ordinalOf(index, text), text]))
  // A page of a database is also searched as it is stored, for what was deleted.
  return found
    .filter(({ path }) => path.at(-1) !== 'raw')
    .map(({ record, form, ordinal }) => [record, form, ordinals.get(ordinal)])
}

function ordinalOf(index: ReturnType<typeof makeIndex>, text: string): number {
  if (text.includes('@')) return index.ordinalOf('email', text)
  return text.includes('-') ? index.ordinalOf('uuid', text.replaceAll('-', '')) : index.ordinalOf('decimal', text)
}

it.each(names)('digests as real tools write them are found: %s', async (name) => {
  const expected = JSON.parse(readFileSync(new URL(`${name}.json`, corpus), 'utf8')) as Case
  expect(await scan(name, expected)).toEqual(expected.findings)
  expect(await scan(name, { ...expected, hashedForms: [] })).toEqual([])
})
