import type { Fragments } from './line-fragments.ts'

/**
 * Programs that collect logs write a record of JSON a line, and leave the fragments of a message that was cut in records of their own. `sign`: in the
 * first record of such a file; `goesOn`: members and how they begin where a message is not at its end, unless `ends` is there; `stream`, `owner`: members
 * that tell whose messages they are, of which one is of nobody else.
 */
type Collector = { sign: RegExp; goesOn: readonly Member[]; ends?: Member; stream?: string; owner: readonly string[] }
type Member = readonly [name: string, value: string]
type Json = Readonly<Record<string, unknown>>

const collectors: readonly Collector[] = [
  // Fluent Bit and Fluentd, of containers in Kubernetes.
  {
    sign: /"logtag":"[PF]/,
    goesOn: [['logtag', 'P']],
    stream: 'stream',
    owner: ['docker_id', 'container_id', 'pod_id', 'pod_name', 'container_name', 'tag', 'filename', 'file'],
  },
  // What Docker hands to Fluentd.
  {
    sign: /"container_id":"[0-9a-f]{64}"/,
    goesOn: [['partial_message', 'true']],
    ends: ['partial_last', 'true'],
    stream: 'source',
    owner: ['container_id'],
  },
  // journald, with the messages of Docker and Podman among its own.
  {
    sign: /"(?:__CURSOR|__REALTIME_TIMESTAMP|__MONOTONIC_TIMESTAMP|_BOOT_ID|_MACHINE_ID|_TRANSPORT)":"/,
    goesOn: [
      ['_LINE_BREAK', 'line-max'],
      ['CONTAINER_PARTIAL_MESSAGE', 'true'],
    ],
    owner: ['_STREAM_ID', 'CONTAINER_ID_FULL', 'CONTAINER_ID'],
  },
]

const messages = ['log', 'message', 'MESSAGE']
/** A time and a tag may stand before a record. */
const longestBefore = 128
const longestName = 256
const lineFeed = 0x0a

export const collectedLines: readonly Fragments[] = collectors.map(({ sign, goesOn, ends, stream = '', owner }) => {
  // Within a text there is no quote that is not escaped, so that what is written like a member is one.
  const marks = goesOn.map(([name, value]) => Buffer.from(`"${name}":"${value}`))
  return {
    isKind(head) {
      const first = head.indexOf('{')
      return first !== -1 && first < longestBefore && sign.test(head)
    },
    reader: () => (line) => {
      if (line.length === 0) return undefined
      const { before, record } = readRecord(line)
      if (record === undefined) return 'unread'
      const text = messages.map((name) => messageOf(record[name])).find((value) => value !== undefined)
      const isCut = goesOn.some((member) => has(record, member)) && !(ends !== undefined && has(record, ends))
      if (text === undefined) return marks.some((mark) => line.includes(mark)) ? 'unread' : undefined
      // What is known of a container in Kubernetes is kept together. Fluentd may write a time and a tag before a record.
      const tag = before.split('\t')[1] || undefined
      const owners = [...owner.map((name) => textOf(record, name) ?? textOf(record.kubernetes, name)), tag]
      return {
        key: JSON.stringify([textOf(record, stream), ...owners].map((name) => name?.slice(0, longestName))),
        text,
        goesOn: isCut,
        isAnybodys: owners.every((name) => name === undefined),
      }
    },
    next(lines, at, to) {
      const first = Math.min(...marks.map((mark) => lines.indexOf(mark, at)).filter((place) => place !== -1))
      return first < to ? Math.max(at, lines.lastIndexOf(lineFeed, first) + 1) : -1
    },
  }
})

function readRecord(line: Buffer): { before: string; record?: Json } {
  const start = line.indexOf('{')
  if (start === -1 || start > longestBefore) return { before: '' }
  const before = line.toString('latin1', 0, start)
  try {
    return { before, record: JSON.parse(line.toString('utf8', start)) }
  } catch {
    return { before }
  }
}

const textOf = (record: unknown, name: string): string | undefined => {
  const value = (record as Json | null | undefined)?.[name]
  return typeof value === 'string' ? value : undefined
}

/** journald writes what is not all printable as a list of its bytes, and what is too long, unless it is asked for, as nothing. */
function messageOf(value: unknown): Buffer | undefined {
  if (typeof value === 'string') return Buffer.from(value)
  if (value === null) return Buffer.alloc(0)
  return Array.isArray(value) && value.every((byte) => typeof byte === 'number') ? Buffer.from(value) : undefined
}

const has = (record: Json, [name, value]: Member) => textOf(record, name)?.startsWith(value) ?? false
