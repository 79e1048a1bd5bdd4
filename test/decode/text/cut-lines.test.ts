import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { someOf } from '../../support/some-of.ts'
import { readText } from '../collect.ts'

const at = '2026-11-27T12:00:00.000000000Z'
const docker = (log: string, stream = 'stdout') => `${JSON.stringify({ log, stream, time: at })}\n`
const cri = (tag: string, log: string, stream = 'stdout') => `${at} ${stream} ${tag} ${log}\n`
const event = (text: string, kind = 'o') => `${JSON.stringify([0.25, kind, text])}\n`
const header = '{"version": 2, "width": 80, "height": 24}\n'
const id = (digit: number) => `${digit}`.repeat(64)
/** As Fluent Bit has them, with what it knows of Kubernetes behind. */
const fluent = (logtag: string, log: string, pod = 'a', stream = 'stdout') =>
  `${JSON.stringify({ date: 1.5, time: at, stream, logtag, log, kubernetes: { pod_name: pod, labels: { message: '"x' } } })}\n`
/** As Docker's driver for Fluentd has them. */
const driven = (log: string, container: number, partial = {}) =>
  `${JSON.stringify({ container_id: id(container), container_name: '/x', source: 'stdout', log, ...partial })}\n`
const partial = (ordinal: number, last = false) => ({
  partial_message: 'true',
  partial_id: id(7),
  partial_ordinal: `${ordinal}`,
  partial_last: `${last}`,
})
const journal = (MESSAGE: string, more = {}) =>
  `${JSON.stringify({ __CURSOR: 's=1', _BOOT_ID: id(1), PRIORITY: '6', MESSAGE, ...more })}\n`
const fill = 'x'.repeat(16 * 1024 - 3)

/** Drawings (DXF): the number of a group, and its value. */
const drawing = (...groups: [number, string][]) =>
  [[0, 'SECTION'], [2, 'ENTITIES'], [0, 'MTEXT'], ...groups, [0, 'ENDSEC'], [0, 'EOF']]
    .map(([code, value]) => `${String(code).padStart(3)}\r\n${value}\r\n`)
    .join('')
const note = 'x'.repeat(246)

const response = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

const cases: { name: string; text: string; joined: string | undefined }[] = [
  {
    name: 'messages that Docker cut, beside those of another stream',
    text: docker('a\n') + docker(`${fill}jane_`) + docker('b\n', 'stderr') + docker('doe\n') + docker('c\n'),
    joined: `${fill}jane_doe\\n\n`,
  },
  {
    name: 'messages that Docker cut twice, and one that its end cut',
    text: docker(`${fill}ja"`) + docker(`${fill}ne`) + docker('x\n') + docker(`${fill}jane`),
    joined: `${fill}ja\\"${fill}nex\\n\n${fill}jane\n`,
  },
  { name: 'messages of Docker that are whole', text: docker(`${fill}a\n`) + docker('b\n'), joined: undefined },
  {
    name: 'messages of Kubernetes, of two streams',
    text:
      cri('F', 'a') +
      cri('P', 'jane_') +
      cri('P', 'bob', 'stderr') +
      cri('P', 'd') +
      cri('F', 'oe') +
      cri('F', 'by', 'stderr'),
    joined: 'jane_doe\nbobby\n',
  },
  {
    name: 'messages of Kubernetes with more tags',
    text: cri('P:x', 'jane_') + cri('F:x', 'doe'),
    joined: 'jane_doe\n',
  },
  {
    name: 'messages of Kubernetes as Fluent Bit has them, of several containers',
    text:
      fluent('F', 'a') +
      fluent('P', 'say "jane_') +
      fluent('P', 'bob', 'b') +
      fluent('P', 'ja', 'a', 'stderr') +
      fluent('P', 'd') +
      fluent('F', 'oe') +
      fluent('F', 'by', 'b') +
      fluent('F', 'ne', 'a', 'stderr'),
    joined: 'say "jane_doe\nbobby\njane\n',
  },
  {
    name: 'the same behind a time and a tag, as Fluentd writes files',
    text: `${at}\tkube.a\t${fluent('P', 'jane_')}${at}\tkube.a\t${fluent('F', 'doe')}`,
    joined: 'jane_doe\n',
  },
  {
    name: 'messages that Docker handed to Fluentd, of two containers',
    text:
      driven('a', 1) +
      driven('jane_', 1, partial(1)) +
      driven('bo', 2, partial(1)) +
      driven('d', 1, partial(2)) +
      driven('b', 2, partial(2, true)) +
      driven('oe', 1, partial(3, true)) +
      driven('z', 1),
    joined: 'bob\njane_doe\n',
  },
  {
    name: 'messages that an older Docker handed to Fluentd',
    text: driven('jane_', 1, { partial_message: 'true' }) + driven('doe', 1),
    joined: 'jane_doe\n',
  },
  {
    name: 'messages in a journal that were too long for it, or for Docker',
    text:
      journal('jane_', { _STREAM_ID: id(1), _LINE_BREAK: 'line-max' }) +
      journal('bo', { CONTAINER_ID_FULL: id(2), CONTAINER_PARTIAL_MESSAGE: 'true' }) +
      journal('doe', { _STREAM_ID: id(1) }) +
      journal('b', { CONTAINER_ID_FULL: id(2) }) +
      journal('whole', { _STREAM_ID: id(1) }),
    joined: 'jane_doe\nbob\n',
  },
  {
    name: 'what somebody types into a recorded terminal',
    text: header + ['j', 'ane', '_doe', '\r\n', 'whole\r\n', 'a', 'b'].map((text) => event(text)).join(''),
    joined: 'jane_doe\\r\\n\nab\n',
  },
  {
    name: 'what is typed beside what is shown',
    text: header + event('j', 'i') + event('j') + event('ane', 'i') + event('ane') + event('\r\n', 'i') + event('\r\n'),
    joined: 'jane\\r\\n\njane\\r\\n\n',
  },
  {
    name: 'chunks of HTTP',
    text: `${response}6\r\na jane\r\n4;x=y\r\n_doe\r\n0\r\n\r\n`,
    joined: 'a jane_doe\r\n',
  },
  {
    name: 'chunks in an archive of the web',
    text: `WARC/1.0\r\nWARC-Type: response\r\n\r\n${response}2\r\nja\r\n1F4a\r\nne\r\n0\r\n\r\n\r\n\r\nWARC/1.0\r\n`,
    joined: 'jane\r\n',
  },
  {
    name: 'an object that was stored in the chunks that it was sent in',
    text: `6;chunk-signature=${'0'.repeat(64)}\r\nx jane\r\n4;chunk-signature=${'1'.repeat(64)}\r\n_doe\r\n0;chunk-signature=2\r\n\r\n`,
    joined: 'x jane_doe\r\n',
  },
  {
    name: 'notes of a drawing',
    text: drawing(
      [3, `${note}jane`],
      [1, '_doe'],
      [1, 'whole'],
      [3, `a${note}bob`],
      [3, `_w7${note}3`],
      [1, '1'],
      [7, '2'],
    ),
    joined: `${note}jane_doe\na${note}bob_w7${note}31\n`,
  },
  {
    name: 'cells of a drawing, beside groups of the same numbers that no text is in',
    text: `999\nby hand\n${drawing([2, `${note}jane`], [1, '_doe'], [303, `${note}bob`], [302, '_w77'], [3, `${note}name`], [350, '1F']).replaceAll('\r', '')}`,
    joined: `${note}jane_doe\n${note}bob_w77\n${note}name\n`,
  },
]

describe('text whose lines are pieces', () => {
  for (const { name, text, joined } of someOf(4, cases))
    test(`is delivered as it is, and once more with these together: ${name}`, async () => {
      for (const lengths of [[7, 1, 40], [1_000_000]]) {
        const { texts, gaps } = await readText(text, lengths)
        expect(texts['cut-lines']).toBe(text)
        expect(texts['cut-lines/joined']).toBe(joined)
        expect(gaps).toEqual([])
      }
    })

  const writers = { fluent, driven, journal }
  const fragmentsOf = (kind: keyof typeof writers, owner: number, parts: string[]) =>
    parts.map((part, at) => {
      const isLast = at === parts.length - 1
      if (kind === 'fluent') return fluent(isLast ? 'F' : 'P', part, `pod-${owner}`)
      if (kind === 'driven') return driven(part, owner, parts.length > 1 ? partial(at + 1, isLast) : {})
      return journal(part, { _STREAM_ID: id(owner), ...(!isLast && { _LINE_BREAK: 'line-max' }) })
    })

  test('has every message whole that a collector wrote, wherever it was cut and whoever wrote in between', async () => {
    const message = fc.tuple(
      fc.array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 4 }),
      fc.nat(3),
    )
    const log = fc.record({
      kind: fc.constantFrom(...(Object.keys(writers) as (keyof typeof writers)[])),
      messages: fc.array(message, { minLength: 1, maxLength: 12 }),
      turns: fc.array(fc.nat(3), { minLength: 1, maxLength: 9 }),
      lengths: fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(log, async ({ kind, messages, turns, lengths }) => {
        // Each owner writes one message after the other; owners take turns.
        const waiting = [0, 1, 2, 3].map((owner) =>
          messages.filter(([, by]) => by === owner).flatMap(([parts]) => fragmentsOf(kind, owner, parts)),
        )
        let text = ''
        for (let at = 0; waiting.some(({ length }) => length > 0); at++)
          text += (waiting[turns[at % turns.length]!]!.shift() ?? '') || (waiting[at % 4]!.shift() ?? '')
        const { texts, gaps } = await readText(text, lengths)
        expect(texts['cut-lines']).toBe(text)
        for (const [parts] of messages.filter(([{ length }]) => length > 1))
          expect(texts['cut-lines/joined']).toContain(Buffer.from(`${parts.join('')}\n`).toString())
        expect(gaps).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('keeps of a hostile log no more than of another one', async () => {
    // Of each name a text could be kept, and of each fragment, however short it is, an object.
    const names = Array.from({ length: 100 }, (_, at) => docker('a', `${100_000 + at}`)).join('')
    expect((await readText(docker(`${fill}a`, '123456') + names)).texts['cut-lines/joined']).toBeUndefined()
    const short = 40_000
    const typed = header + event('j').repeat(short) + event('')
    expect((await readText(typed, [2 ** 16])).texts['cut-lines/joined']).toBe(`${'j'.repeat(short)}\n`)
  })

  test('is not complete where more texts are in fragments at the same time than are kept', async () => {
    const begun = (count: number) =>
      Array.from({ length: count }, (_, at) => fluent('P', 'jane_', `pod-${at}`)).join('') +
      Array.from({ length: count }, (_, at) => fluent('F', `doe${at}`, `pod-${at}`)).join('')
    const some = await readText(begun(256), [2 ** 16])
    expect([some.texts['cut-lines/joined']!.split('\n').length, some.gaps]).toEqual([257, []])
    expect((await readText(begun(258), [2 ** 16])).gaps).toEqual(['limit'])
  })

  test('is read on behind records that no collector wrote', async () => {
    const odd = [
      '{"logtag":"P","log":{"toString":1},"stream":{"toString":1}}',
      '{"logtag":"P","log":"a","stream":{"toString":1},"kubernetes":{"pod_name":[]}}',
      '{"logtag":"P","log":"b","kubernetes":"x","stream":null}',
      '{"logtag":"P","log":"',
      '[{"logtag":"P","log":"c"}]',
    ]
    const { texts, gaps } = await readText(
      fluent('P', 'jane_') + odd.map((line) => `${line}\n`).join('') + fluent('F', 'doe'),
    )
    expect(texts['cut-lines/joined']).toBe('jane_doe\nab\n')
    // Of one nobody knows whose it is, of others not what they have a fragment of.
    expect(gaps).toEqual(['unsupported-format', 'unsupported-format'])
  })

  test.each([
    ['nobody knows whose', `${JSON.stringify({ stream: 'stdout', logtag: 'P', log: 'jane_' })}\n`],
    ['the message has another name', fluent('P', 'jane_').replace('"log"', '"text"')],
    ['the record is inside of another one', `{"_source":${fluent('P', 'jane_').trim()}}\n`],
    ['the record is damaged', fluent('P', 'jane_').replace('}}', '}')],
    ['the next record is damaged', fluent('P', 'jane_') + fluent('F', 'doe').replace('}}', '}')],
  ])('is not complete where a message goes on and %s', async (_, text) => {
    expect((await readText(fluent('F', 'a') + text)).gaps).toEqual(['unsupported-format'])
  })

  test('is put together where what a container logs looks as if it had been collected', async () => {
    const records = [fluent('F', 'a'), journal('b'), driven('c', 1)].map((record) => record.trim())
    for (const record of records) {
      const { texts, gaps } = await readText(cri('F', record) + cri('P', 'jane_') + cri('F', 'doe'))
      expect([texts['cut-lines/joined'], gaps]).toEqual(['jane_doe\n', []])
    }
    const both = (logtag: string, log: string) =>
      `${JSON.stringify({ log, stream: 'stdout', logtag, container_id: id(1) })}\n`
    const { texts, gaps } = await readText(both('P', 'jane_') + both('F', 'doe') + both('F', 'bob'))
    expect(texts['cut-lines/joined']).toContain('jane_doe\n')
    expect(gaps).toEqual([])
  })

  test('takes messages of a journal that are lists of bytes', async () => {
    const bytes = (text: string, more = {}) =>
      journal('', { MESSAGE: [...Buffer.from(text)], _STREAM_ID: id(1), ...more })
    const { texts, gaps } = await readText(bytes('\x1b[1mjane_', { _LINE_BREAK: 'line-max' }) + bytes('doe'))
    expect([texts['cut-lines/joined'], gaps]).toEqual(['\x1b[1mjane_doe\n', []])
  })

  test('is not written over and over where many long texts wait and one goes on in small pieces', async () => {
    const long = 'word '.repeat(2 ** 19)
    const waiting = Array.from({ length: 40 }, (_, at) => fluent('P', long, `pod-${at}`)).join('')
    const short = fluent('P', 'a', 'short').repeat(5000)
    const { texts } = await readText(waiting + short, [2 ** 16])
    expect(texts['cut-lines/joined']!.length).toBeLessThan(1.2 * waiting.length)
  })

  test('is put together in parts where many texts are long', async () => {
    const long = 'word '.repeat(2 ** 18)
    const pods = Array.from({ length: 80 }, (_, at) => `pod-${at}`)
    const text =
      pods.map((pod) => fluent('P', `${long}jane_`, pod)).join('') + pods.map((pod) => fluent('F', 'doe', pod)).join('')
    const { texts, gaps } = await readText(text, [2 ** 16])
    expect(texts['cut-lines/joined']!.split('word jane_doe\n').length).toBe(81)
    expect(gaps).toEqual([])
  })

  test('is put together where a line, or what several have the pieces of, is too long to be kept', async () => {
    const long = 'x'.repeat(5 * 2 ** 20)
    const chunks = await readText(`${response}4\r\njane\r\n99\r\n_doe ${long}bo\r\n5\r\nb_w77\r\n0\r\n\r\n`, [2 ** 16])
    // A pattern that tries each of five million places may need more of a stack than there is.
    expect(chunks.texts['cut-lines/joined']!.replaceAll('x', '').split('\n')).toEqual(['jane_doe ', 'bob_w77\r', ''])
    const pieces = Array.from({ length: 400 }, (_, at) => cri('P', `${fill}${at}`)).join('')
    const messages = await readText(`${cri('F', 'a')}${pieces}${cri('P', 'jane_')}${cri('F', 'doe')}`, [2 ** 16])
    const joined = messages.texts['cut-lines/joined']!
    expect(joined.split('\n').length).toBe(3)
    const together = new Set([...joined.matchAll(/\d+(?:x|jane_doe\n)/g)].map(([all]) => all))
    for (let at = 0; at < 400; at++) expect(together).toContain(`${at}${at < 399 ? 'x' : 'jane_doe\n'}`)
    expect([...chunks.gaps, ...messages.gaps]).toEqual([])
  })
})
