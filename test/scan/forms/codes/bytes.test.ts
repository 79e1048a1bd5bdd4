import { describe, expect, it } from 'vitest'
import { expectFound, find } from '../expect-found.ts'

const identifiers = [
  '12345678901234567',
  '123456789',
  'bobby.smith@example.org',
  '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  'jane_doe_17',
]

/** Lists as programs write them; each begins right behind the sign at the end of its head. */
const writers: Record<string, (bytes: Buffer) => string> = {
  'JSON of a Buffer': (bytes) => JSON.stringify(bytes),
  'indented JSON of a Buffer': (bytes) => JSON.stringify({ request: { body: bytes } }, null, 2),
  'JSON of a Buffer, indented by four': (bytes) => JSON.stringify({ a: { b: { c: { d: bytes } } } }, null, 4),
  'JSON of a Uint8Array': (bytes) => JSON.stringify(new Uint8Array(bytes)),
  'indented JSON of a Uint8Array': (bytes) => JSON.stringify(new Uint8Array(bytes), null, 2),
  'JSON in a string': (bytes) => JSON.stringify(JSON.stringify({ body: bytes }, null, 2)),
  'JSON of a Uint8Array, indented by tabs': (bytes) => JSON.stringify({ a: new Uint8Array(bytes) }, null, '\t'),
  'JSON in a string, with CRLF': (bytes) =>
    JSON.stringify(JSON.stringify({ body: bytes }, null, 2).replaceAll('\n', '\r\n')),
  'JSON of a Uint8Array in a string in a string': (bytes) =>
    JSON.stringify(JSON.stringify(JSON.stringify(new Uint8Array(bytes)))),
  'Arrays.toString of Java': (bytes) => `[${[...bytes].join(', ')}]`,
  '%v of Go': (bytes) => `[${[...bytes].join(' ')}]`,
  '{:#?} of Rust': (bytes) => `[\n${[...bytes].map((byte) => `    ${byte},\n`).join('')}]`,
  'a field of CSV in quotes': (bytes) => `"${[...bytes].join(',')}","x"`,
  'a text of JSON': (bytes) => JSON.stringify({ body: [...bytes].join(' ') }),
  'the same in a string': (bytes) => JSON.stringify(JSON.stringify({ body: [...bytes].join(' ') })),
  'a value of YAML': (bytes) => [...bytes].map((byte) => `- ${byte}\n`).join(''),
  'an indented value of YAML with CRLF': (bytes) => [...bytes].map((byte) => `      - ${byte}\r\n`).join(''),
  'YAML in a string': (bytes) => JSON.stringify(`- ${[...bytes].join('\n- ')}\n`),
  'CHAR of SQL': (bytes) => `SELECT CHAR(${[...bytes].join(',')});`,
}

describe('an identifier whose characters are a list of numbers is found', () => {
  for (const [name, write] of Object.entries(writers))
    it(name, () => {
      for (const identifier of identifiers) {
        const [first, second] = Buffer.from(identifier)
        const text = write(Buffer.from(identifier))
        const offset = text.search(new RegExp(`(?<![0-9])${first}(?:\\D+|\\D+1\\D+)${second}(?![0-9])`))
        expectFound(identifier, text, offset)
      }
    })

  it('among others, whose escapes end where it begins', () => {
    const text = JSON.stringify(Buffer.from('Dear\nbobby.smith@example.org, you '))
    expect(find('bobby.smith@example.org', text, 'kernel', 4096)).toHaveLength(1)
    const body = JSON.stringify(Buffer.from('a=1&email=bobby.smith%40example.org&b=2'))
    for (const looking of ['kernel', 'plain'] as const)
      expect(find('bobby.smith@example.org', body, looking, 4096).map(({ form }) => form)).toStrictEqual([
        'bytes percent',
      ])
  })

  it('behind a thousand others, which are as many as a list has room for at first', () => {
    for (const others of [900, 1000, 1024, 1300])
      for (const looking of ['kernel', 'plain'] as const) {
        const text = JSON.stringify([...Buffer.from(`${'.'.repeat(others)} jane_doe_17 ${'.'.repeat(others)}`)])
        expect(find('jane_doe_17', text, looking, 5000)).toMatchObject([{ offset: 1 + 3 * (others + 1) }])
      }
  })

  it('where it is shorter than a list and something else stands around', () => {
    for (const identifier of ['abcd', '12345'])
      for (const text of [`id: ${identifier} `, `\n${identifier}\r\n~`, `~${identifier}   `])
        for (const looking of ['kernel', 'plain'] as const)
          expect(find(identifier, JSON.stringify([...Buffer.from(text)]), looking, 5000)).toHaveLength(1)
  })

  it('with keys of three digits, and indented by 38 blanks, but not farther', () => {
    const keyed = JSON.stringify(new Uint8Array(Buffer.from(`${'.'.repeat(980)} jane_doe_17 `)))
    const indentedBy = (count: number) =>
      `[${[...Buffer.from('jane_doe_17')].map((byte) => `\n${' '.repeat(count)}${byte}`).join(',')}\n]`
    for (const looking of ['kernel', 'plain'] as const) {
      expect(find('jane_doe_17', keyed, looking, 5000)).toMatchObject([{ offset: keyed.indexOf('"981"') + 6 }])
      expect(find('jane_doe_17', indentedBy(38), looking, 5000)).toMatchObject([{ offset: 40 }])
      expect(find('jane_doe_17', indentedBy(39), looking, 5000)).toStrictEqual([])
    }
  })

  it('wherever it stands in what is looked at together', () => {
    const filler = 'what stands here is text and nothing else; '.repeat(20)
    for (const identifier of ['1234567', ...identifiers])
      for (let shift = 0; shift < 64; shift++) {
        const list = [...Buffer.from(identifier)].join(',')
        const found = find(identifier, `${filler.slice(shift)}[${list}]${filler}`, 'kernel', 5000)
        expect([shift, found.length]).toStrictEqual([shift, 1])
      }
  })
})

describe('no list of bytes', () => {
  const list = [...Buffer.from('123456789')].join(',')
  const others: Record<string, string> = {
    'of one character more': `[50,${list}]`,
    'behind a byte from 0x80 on of Java, and what is behind it': `[-50,${list.replace('49', '50')}]`,
    'with fractions': `[${list.replaceAll(',', '.0,')}.0]`,
    'with two kinds of signs': `[${list.replace(',', ' ')}]`,
    'with a hyphen in a line': `- ${list.replaceAll(',', ' - ')}`,
    'with signs in lines': `-${list.replaceAll(',', '\n-')}`,
    'of less than six': '[49,50,51]',
  }
  for (const [name, text] of Object.entries(others))
    it(name, () => {
      for (const looking of ['kernel', 'plain'] as const)
        expect(find('123456789', `${text} ${'some text '.repeat(20)}`, looking, 5000)).toStrictEqual([])
    })

  it('ends where another one begins', () => {
    for (const looking of ['kernel', 'plain'] as const)
      expect(find('123456789', `50 ${list.replaceAll(',', ' ')},50,51`, looking, 5000)).toStrictEqual([])
  })
})

const spread = (text: string) => JSON.stringify({ ...[...text], level: 'info' })

/** Lists of characters and of pairs of digits; each begins with the first character or pair behind the head. */
const others: Record<string, [head: string, write: (text: string) => string]> = {
  'characters in JSON': ['["', (text) => JSON.stringify([...text])],
  'a text that a logger spreads': ['{"0":"', spread],
  'the same in a string': ['"{\\"0\\":\\"', (text) => JSON.stringify(spread(text))],
  'the same in lines': ['{\n    "0": "', (text) => JSON.stringify({ ...[...text], level: 'info' }, null, 4)],
  'the same on a console': [
    "{ '0': '",
    (text) => `{ ${[...text].map((one, at) => `'${at}': '${one}'`).join(', ')}, level: 'info' }`,
  ],
  'list of Python': ["['", (text) => `['${[...text].join("', '")}']`],
  'a dump': ['00000000  ', (text) => `00000000  ${hexOf(text, ' ')}  |${'.'.repeat(text.length)}|`],
  'a dump in two halves': ['00000000  ', (text) => `00000000  ${hexOf(text, ' ').replace(/^.{23}/, '$& ')}  |`],
  'what Wireshark copies': ['', (text) => hexOf(text, ':')],
  'a dump behind a time that ends where it begins': ['10:00:', (text) => `10:00:${hexOf(text, ' ')} 00`],
  '%#v of Go': ['[]byte{', (text) => `[]byte{${markedOf(text).join(', ')}}`],
  'xxd -i': [
    'unsigned char id[] = {\n  ',
    (text) => `unsigned char id[] = {\n  ${linesOf(markedOf(text), 12, ',\n  ')}\n};`,
  ],
  'an array of C# without blanks': [
    '{',
    (text) =>
      `{${markedOf(text)
        .join(',')
        .replaceAll(/(?<=x)../g, (each) => each.toUpperCase())}}`,
  ],
  'lines of bytes in a string, behind one that is no text': [
    '"0x1b,\\n',
    (text) => JSON.stringify(`0x1b,\n${markedOf(text).join(',\n')}`),
  ],
  'a debugger': ['0x1000: ', (text) => `0x1000: ${markedOf(text).join(' ')}`],
  'bytes in the registry': ['"Id"=hex:', (text) => `"Id"=hex:${linesOf(pairsOf(text), 12, ',\\\r\n  ')}\r\n`],
  'a text in the registry': [
    '"Path"=hex(2):',
    (text) => `"Path"=hex(2):${linesOf(pairsOf(`${text}\0`, 'utf16le'), 9, ',\\\r\n  ')}\r\n`,
  ],
  'texts in the registry': [
    '"Names"=hex(7):61,00,00,00,',
    (text) => `"Names"=hex(7):61,00,00,00,${linesOf(pairsOf(`${text}\0jane\0`, 'utf16le'), 25, ',\\\r\n  ')}\r\n`,
  ],
  'BitConverter.ToString': ['', (text) => hexOf(text, '-').toUpperCase()],
}
const pairsOf = (text: string, encoding: 'utf8' | 'utf16le' = 'utf8') =>
  Array.from(Buffer.from(text, encoding), (byte) => byte.toString(16).padStart(2, '0'))
const markedOf = (text: string) => pairsOf(text).map((pair) => `0x${pair}`)
/** Items in lines of so many. */
const linesOf = (items: readonly string[], many: number, lineEnd: string) =>
  items
    .map((item, at) =>
      at === 0 ? item : `${at % many === 0 ? lineEnd : lineEnd.startsWith(',\n') ? ', ' : ','}${item}`,
    )
    .join('')
const hexOf = (text: string, sign: string) =>
  Buffer.from(text)
    .toString('hex')
    .replace(/..(?=.)/g, `$&${sign}`)

describe('an identifier is found', () => {
  for (const [name, [head, write]] of Object.entries(others))
    it(`in ${name}`, () => {
      for (const identifier of identifiers) {
        const text = write(identifier)
        expectFound(identifier, text, text.indexOf(head) === 0 ? head.length : text.search(/"0/) + 5)
      }
    })

  it('in a sentence that a logger spreads', () => {
    for (const looking of ['kernel', 'plain'] as const)
      expect(find('bob_w77', spread('user bob_w77 left'), looking, 5000)).toMatchObject([{ form: 'bytes' }])
  })

  it('as a whole alone, and in no fewer than six characters', () => {
    for (const looking of ['kernel', 'plain'] as const)
      for (const text of [
        spread('xbob_w77'),
        spread('bob_w77x'),
        markedOf('xbob_w77').join(', '),
        `hex:${pairsOf('bob_w77x').join(',')}`,
        hexOf('1bob_w77', ' '),
        `62${hexOf('bob_w77', '-')}`,
      ])
        expect(find('bob_w77', text, looking, 5000)).toStrictEqual([])
  })
})
