import { describe, expect, test } from 'vitest'
import { formatOf } from '../../../lib/decode/formats.ts'
import { scanObject } from '../../../lib/scan/scan-object.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { collect, inPieces, textsOf } from '../collect.ts'

async function read(content: string, lengths: number[]) {
  const { reading, contents } = await collect(inPieces(Buffer.from(content, 'latin1'), lengths))
  return { gaps: reading.gaps.map(({ reason, offset }) => `${reason} ${offset}`), texts: textsOf(contents) }
}

const header = '8=FIX.4.4\x019=70\x0135=D\x0149=bob_smith77\x01'
const order = `${header}11=6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f0\x0158=x\x0110=004\x01`
const bytes = (count: number) => String.fromCharCode(count).padEnd(8, '\0')
const cursor = '__CURSOR=s=9c8d92207aa54249a7973c168f725798;i=1\n__REALTIME_TIMESTAMP=1764360000000000\n'
const entry = `${cursor}MESSAGE\n${bytes(16)}bob_smith77\nin 7\n_UID=1001\n\n${cursor}MESSAGE=bob_smith77\n`
const message = '\x0bMSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\rPID|1||1234567890||bob_smith77\r\x1c\r'

const member = '{s:12:"\0App\\User\0id";s:11:"bob_smith77";s:4:"\0*\0n";i:7;s:1:"m";O:1:"X":0:{}}'
const object = `O:8:"App\\User":3:${member}`
const fixed = (text: string) => text.padEnd(16, '\0')
const table = `id,name,x\n1,${fixed('bob_smith77')},a\n2,${fixed('jane')},b\n3,${fixed('')},c\n4,${fixed('sixteen_letters_')},d\n`

const contents: Record<string, [content: string, delivered: string]> = {
  'messages of FIX, a line each': [`${order}\n${order}\r\n`, `${order}\n${order}\r\n`.replaceAll('\x01', '\f')],
  'messages of FIX in one line, the last of them not whole': [
    order + order + header.slice(0, -14),
    (order + order + header.slice(0, -14)).replaceAll('\x01', '\f'),
  ],
  'a log of such, with times and other lines': [
    `connected\n20260101-10:00:00.001 : ${order} sent\nping\n20260101-10:00:00.002 : ${order}\n`,
    `connected\n20260101-10:00:00.001 : ${order} sent\nping\n20260101-10:00:00.002 : ${order}\n`.replaceAll(
      '\x01',
      '\f',
    ),
  ],
  'messages of HL7 in frames': [message + message, (message + message).replace(/[\x0b\x1c]/g, '\f')],
  'such with line feeds behind': [`${message}\n${message}`, `${message}\n${message}`.replace(/[\x0b\x1c]/g, '\f')],
  'an export of a journal': [entry, entry.replace(bytes(16), '\f'.repeat(8))],
  'an object of PHP with members that are private or protected': [object, object.replaceAll('\0', '\f')],
  'an array of PHP with one': [`a:1:{i:0;${object}}`, `a:1:{i:0;${object}}`.replaceAll('\0', '\f')],
  'a session of PHP with one': [`user|${object}`, `user|${object}`.replaceAll('\0', '\f')],
  'a cache of Laravel with one': [`1764460800${object}`, `1764460800${object}`.replaceAll('\0', '\f')],
  'a table with fields that are filled up with zeros': [table, table.replaceAll('\0', '\f')],
  'such with tabs, quotes and line ends of Windows': [
    `"${fixed('bob_smith77')}"\t1\r\n"${fixed('jane')}"\t2\r\n`,
    `"${fixed('bob_smith77')}"\t1\r\n"${fixed('jane')}"\t2\r\n`.replaceAll('\0', '\f'),
  ],
  'such of one field a line': [
    `${fixed('bob_smith77')}\n${fixed('jane')}\n`,
    `${fixed('bob_smith77')}\n${fixed('jane')}\n`.replaceAll('\0', '\f'),
  ],
  'such with empty data': [
    `${cursor}A\n${bytes(0)}\nB=bob_smith77\n`,
    `${cursor}A\n${'\f'.repeat(8)}\nB=bob_smith77\n`,
  ],
}

describe('records whose beginning says what they are', () => {
  for (const [name, [content, delivered]] of Object.entries(contents))
    test(`are text with form feeds for what is none: ${name}`, async () => {
      for (let at = 1; at < content.length; at++)
        expect(await read(content, [at, content.length])).toEqual({ texts: { separated: delivered }, gaps: [] })
      expect(await read(content, [1])).toEqual({ texts: { separated: delivered }, gaps: [] })
    })

  test('are searched, and nothing is joined', async () => {
    const index = makeIndex(['bob_smith77'])
    for (const [content] of Object.values(contents)) {
      const places: number[] = []
      const scan = await scanObject(inPieces(Buffer.from(content, 'latin1'), [7]), index, ({ offset }) =>
        places.push(offset),
      )
      expect(scan.gaps).toEqual([])
      expect(places).toEqual([...content.matchAll(/bob_smith77/g)].map(({ index: at }) => at))
    }
  })

  const others: Record<string, string> = {
    'two signs of FIX in a row': `${order}\x01${order}`,
    'text behind a sign within a message of FIX': `${header}bob\x0110=004\x01`,
    'text right behind the number of a last field of FIX': `${header}10bob_smith77\n`,
    'a sign of FIX in text behind a message': `${order} sent\x01bob_smith77\n`,
    'a field of FIX without a value': `${header}11\x0110=004\x01`,
    'another control character in a message of FIX': `${order}\x02`,
    'a frame of HL7 within a line': `${message}a\x0bPID|1\r`,
    'a frame of HL7 that is no segment': `${message}\x0bbob\r`,
    'a frame of HL7 that begins with a digit': `${message}\x0b7bob_smith77\r`,
    'text behind a frame of HL7': `${message.slice(0, -1)}bob\r`,
    'data of a journal that is longer': entry.replace(bytes(16), bytes(14)),
    'data of a journal that is shorter': entry.replace(bytes(16), bytes(18)),
    'data of a journal that is cut off': entry.slice(0, entry.indexOf('in 7')),
    'a length of a journal that is cut off': entry.slice(0, entry.indexOf(bytes(16)) + 3),
    'a field of a journal without a name': `${entry}=bob_smith77\n`,
    'a sign in the name of a field of a journal': `${entry}MESSAGE.7=1\n`,
    'control characters in data of a journal': entry.replace('\nin 7', '\0in 7'),
    'a zero byte in a text of PHP': object.replace('smith77', 'smith\0'),
    'zero bytes around a word in a text of PHP': object.replace('bob_smith77', 'a\0bob_s\x007'),
    'no class of PHP between two zero bytes': object.replace('*', ''),
    'a class of PHP that is cut off': object.slice(0, object.indexOf('ser\0id')),
    'one zero byte before a class of PHP': object.replace('User\0id', 'Userid'),
    'a name of a class with a quote in it': object.replace('App\\User\0', 'App"User\0'),
    'zero bytes within a field': `${table}5,a${fixed('b')}c,e\n`,
    'zero bytes before a field': `${table}5,\0\0\0\x0cbob_smith77,e\n`.replace('\x0c', '7'),
    'another control character in such a table': `${table}5,${fixed('bob')}\x02,e\n`,
    'a field of a journal with another name': `${entry}message=1\n`,
  }
  for (const [name, content] of Object.entries(others))
    test(`are a gap with ${name}`, async () => {
      for (const lengths of [[1], [50], [content.length]]) {
        const { gaps } = await read(content, lengths)
        expect(gaps.some((gap) => gap.startsWith('not-text'))).toBe(true)
      }
    })

  test('are told by nothing else', () => {
    const narrow = `1,${'bob'.padEnd(9, '\0')},a\n2,${'jane'.padEnd(8, '\0')},b\n`
    const same = `1,${fixed('bob')},a\n2,${fixed('eve')},b\n`
    const wide = Buffer.from('id,name\n1,bob_smith77\n2,jane\n', 'utf16le').toString('latin1')
    const lengths = '\0\0\0\nabcdefghij\0\0\0\nbcdefghijk\n'
    for (const content of [narrow, same, wide, lengths, `a:${'b'.repeat(40)}\0`])
      expect(formatOf(Buffer.from(content, 'latin1'))?.name).not.toBe('separated')
    for (const content of [order.slice(10), `\x01${order}`, `\x02${order}`, message.slice(1), entry.slice(2)])
      expect(formatOf(Buffer.from(content, 'latin1'))?.name).not.toBe('separated')
  })
})
