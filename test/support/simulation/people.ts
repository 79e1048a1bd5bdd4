import { hash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { numbers, pending, somebodyElse, transferred } from '../sample-files.ts'
import type { Chance } from './chance.ts'

/** Who there is, and what backups say of them. */

/** Transferred for good; transferred, and taken back by a corrected manifest; not transferred yet; in no manifest. */
export const people = {
  confirmed: numbers(6).map(transferred),
  withdrawn: numbers(2, 100).map(transferred),
  pending: numbers(3).map(pending),
  strangers: numbers(5).map(somebodyElse),
}
export const everybody: string[] = Object.values(people).flat()

/** `early`: as it is first. `corrected`: some are taken back. `refused`: nobody can say who is. `absent`: there is none. `later`: others are transferred as well. */
export type ManifestState = 'early' | 'corrected' | 'refused' | 'later' | 'absent'

const row = (id: string, at: string) => `${id},${at},wave\n`
const transferredAt = '2025-01-01T00:00:00Z'
const header = 'userId,transferredAt,batch\n'
const rows = (ids: readonly string[], at: string) => ids.map((id) => row(id, at)).join('')

export const manifests: Record<ManifestState, string | undefined> = {
  early: header + rows([...people.confirmed, ...people.withdrawn], transferredAt) + rows(people.pending, ''),
  corrected: header + rows(people.confirmed, transferredAt) + rows([...people.withdrawn, ...people.pending], ''),
  later:
    header +
    rows([...people.confirmed, ...people.withdrawn, people.pending[0]!], transferredAt) +
    rows(people.pending.slice(1), ''),
  refused: `userId,transferredAt,withdrawn\n${[...people.confirmed, ...people.withdrawn].map((id) => row(id, transferredAt)).join('')}`,
  absent: undefined,
}

/** Whom a manifest says to be transferred; undefined where it says nothing. */
export function confirmedIn(state: ManifestState): ReadonlySet<string> | undefined {
  if (state === 'refused' || state === 'absent') return undefined
  if (state === 'corrected') return new Set(people.confirmed)
  return new Set([...people.confirmed, ...people.withdrawn, ...(state === 'later' ? people.pending.slice(0, 1) : [])])
}

/**
 * `owners` have a record of their own, `named` stand anywhere, `hashed` with nothing but a digest of their identifier. `isOpaque`: nobody can
 * read it. `endsCalls`: a call that reads it ends without an answer.
 */
export type Content = {
  body: Uint8Array
  owners: string[]
  named: string[]
  hashed: string[]
  isOpaque: boolean
  endsCalls: boolean
  suffix: string
}

const shapes = ['lines', 'lines', 'csv', 'gzip', 'message', 'nested', 'hashed', 'empty'] as const
const unreadable = ['opaque', 'cut', 'deadly'] as const

/** Records of whoever chance takes; most contents are of one kind of people, as backups are that can be deleted. */
export function drawContent(chance: Chance): Content {
  const isUnreadable = chance.number('unreadable') < 0.05
  const kinds = chance.pick('content kinds', [
    ['strangers'],
    ['strangers'],
    ['strangers'],
    ['confirmed'],
    ['confirmed'],
    ['confirmed'],
    ['withdrawn', 'confirmed'],
    ['pending', 'confirmed'],
    ['strangers', 'confirmed'],
  ] as const)
  const draw = (kind: keyof typeof people) => chance.pick(`content ${kind}`, people[kind])
  const owners = numbers(1 + Math.floor(chance.number('content records') * 4)).map((at) =>
    draw(kinds[at % kinds.length]!),
  )
  const drawn = chance.pick('content shape', shapes)
  const shape = isUnreadable ? chance.pick('content unreadable', unreadable) : drawn
  const other = draw(chance.pick('content other', ['pending', 'strangers', 'confirmed', 'withdrawn']))
  const lines = (more: (at: number) => object = () => ({})) =>
    owners.map((user_id, amount) => `${JSON.stringify({ user_id, amount, ...more(amount) })}\n`).join('')
  const made = (body: string | Uint8Array, suffix: string, more: Partial<Content> = {}): Content => ({
    ...{ body: Buffer.from(body), owners, named: owners, hashed: [], isOpaque: false, endsCalls: false, suffix },
    ...more,
  })
  switch (shape) {
    case 'lines':
      return made(lines(), '.jsonl')
    case 'csv':
      return made(`user_id,amount\n${owners.map((id, at) => `${id},${at}\n`).join('')}`, '.csv')
    case 'gzip':
      return made(gzipSync(lines()), '.jsonl.gz')
    case 'message':
      return made(
        lines(() => ({ note: `to ${other}` })),
        '.jsonl',
        { named: [...owners, other] },
      )
    case 'nested':
      return made(
        lines(() => ({ items: [{ user_id: other }] })),
        '.jsonl',
        {
          named: [...owners, other],
          owners: [...owners, other],
        },
      )
    case 'opaque':
      return made(
        Buffer.from(lines()).map((byte) => byte ^ 0xa5),
        '.bin',
        { isOpaque: true },
      )
    case 'cut':
      return made(gzipSync(lines()).subarray(0, -9), '.jsonl.gz', { isOpaque: true })
    case 'hashed':
      return made(
        owners.map((id, at) => `${JSON.stringify({ user: hash('sha256', id, 'hex'), amount: at })}\n`).join(''),
        '.jsonl',
        {
          ...{ owners: [], named: [], hashed: owners },
        },
      )
    case 'deadly':
      return made(lines(), '.jsonl', { isOpaque: true, endsCalls: true })
    case 'empty':
      return made('', '.jsonl', { owners: [], named: [] })
    default:
      return shape satisfies never
  }
}

/** The lines of a content that is read, and whose each is; the header of CSV is nobody's. `owners`: also of records further inside. */
export function linesOf({ body, suffix }: Content) {
  const text = (suffix.endsWith('.gz') ? gunzipSync(body) : Buffer.from(body)).toString()
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => ({
    text: line,
    owner: /^\{"user_id":"([0-9]+)"|^([0-9]+),/.exec(line)?.slice(1).find(Boolean),
    owners: [...line.matchAll(/"user_id":"([0-9]+)"/g)].map(([, id]) => id!),
    named: everybody.filter((id) => line.includes(id)),
  }))
}

/** What is left of a content, by what is in it. */
export function contentLeft(content: Content, body: Uint8Array): Content {
  const lines = linesOf({ ...content, body })
  const named = [...new Set(lines.flatMap((line) => line.named))]
  const owners = content.owners.length > 0 ? named : []
  return { ...content, body, named, owners: owners.filter((each) => content.owners.includes(each)), hashed: [] }
}
