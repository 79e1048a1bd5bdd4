import { describe, expect, test } from 'vitest'
import { scanObject } from '../../../lib/scan/scan-object.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { collect, inPieces, textsOf } from '../collect.ts'

async function read(content: string, lengths = [50]) {
  const { reading, contents } = await collect(inPieces(Buffer.from(content), lengths))
  return { gaps: reading.gaps.map(({ reason, offset }) => `${reason} ${offset}`), texts: textsOf(contents) }
}

/** As the daemon of audit 3.0 writes them with `log_format = ENRICHED`. */
const records = [
  `type=SYSCALL msg=audit(1764360000.123:456): arch=c000003e syscall=257 success=yes exit=3 items=1 ppid=7 pid=8 auid=1001 uid=0 comm="cat" key="pay"\x1dARCH=x86_64 SYSCALL=openat AUID="bob_smith77" UID="root"`,
  'type=PROCTITLE msg=audit(1764360000.123:456): proctitle=636174002F7661722F706179',
  `type=USER_LOGIN msg=audit(1764360001.004:457): pid=9 uid=0 auid=1001 msg='op=login acct="bob_smith77" res=success'\x1dUID="root" AUID="bob_smith77"`,
]
const log = `${records.join('\n')}\n`

describe('a log of the audit daemon', () => {
  for (const [name, text] of Object.entries({
    'as it is': log,
    'with names of machines': log.replaceAll('type=', 'node=web1.example.org type='),
    'of which the last record is not whole': log.slice(0, -9),
    'without names of users': log.replace(/\x1d.*/g, ''),
  }))
    test(`has a form feed for each separator: ${name}`, async () => {
      for (let at = 1; at < text.length; at++)
        expect(await read(text, [at, text.length])).toEqual({
          texts: { separated: text.replaceAll('\x1d', '\f') },
          gaps: [],
        })
    })

  test('is searched, and nothing is joined', async () => {
    const index = makeIndex(['bob_smith77'])
    const places: string[] = []
    const scan = await scanObject(inPieces(Buffer.from(`${log}type=A msg=bob_\x1dUID=smith77\n`), [7]), index, (each) =>
      places.push(`${each.record} ${each.offset}`),
    )
    expect(scan.gaps).toEqual([])
    expect(places).toEqual(
      [...log.matchAll(/bob_smith77/g)].map(({ index }) => `${log.slice(0, index).split('\n').length} ${index}`),
    )
  })

  const others: Record<string, [text: string, gap: string]> = {
    'with two separators in a record': [`${log}${records[0]}\x1dUID="a"\n`, 'not-text'],
    'with one in another line': [`${log}bob\x1dUID="a"\n`, 'not-text'],
    'with one before what is no name': [`${log}type=A msg=\x1d7\n`, 'not-text'],
    'with another control character': [`${log}type=A msg=\x02\n`, 'not-text'],
  }
  for (const [name, [text, gap]] of Object.entries(others))
    test(`${name} is a gap`, async () => {
      for (const lengths of [[1], [50], [text.length]]) {
        const { gaps } = await read(text, lengths)
        expect(gaps.some((each) => each.startsWith(gap))).toBe(true)
      }
    })

  test('is none without its beginning', async () => {
    expect((await read(log.slice(1))).gaps).toHaveLength(1)
  })
})
