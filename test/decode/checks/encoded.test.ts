import { createCipheriv, createHash } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodedCheck } from '../../../lib/decode/checks/encoded-check.ts'
import { shortestRun } from '../../../lib/decode/checks/kernel/text-kernel.ts'
import { longRun } from '../../../lib/decode/checks/run-judge.ts'
import { sampleFormats } from '../../../lib/scan/controls/sample-formats.ts'
import { seededRandom } from '../../subject-index/make-index.ts'
import { tarOf } from '../archive/tar-writer.ts'
import { base32Of } from '../base32.ts'
import { collect, inPieces } from '../collect.ts'
import { encodedProblemIn } from './encoded-problem.ts'

const text = Buffer.from('{"user":"bob@example.org","note":"nothing else"}\n'.repeat(100))
const random = seededRandom('encoded')
const bytesOf = (length: number) => Buffer.from(random(length))

/** The first problem of a text that is written in pieces of these lengths. */
async function problemIn(content: string | Uint8Array, lengths: readonly number[]) {
  const check = encodedCheck()
  for await (const piece of inPieces(Buffer.from(content), lengths)) check.write(piece)
  check.end()
  return check.problem()
}

/** The same without the kernel. */
function plainProblemIn(content: Buffer, length: number) {
  const check = encodedCheck()
  for (let at = 0; at < content.length; at += length) check.writeSeen(content.subarray(at, at + length), undefined)
  check.end()
  return check.problem()
}

const encodedAgain = (text: string, times: number): string =>
  times === 0 ? text : encodedAgain(encodeURIComponent(text), times - 1)

const lines = (encoded: string, width: number) => encoded.replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n')

const key = createHash('sha256').update('key').digest()
const encrypted = Buffer.concat([createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(text), Buffer.alloc(1)])

const hidden: { name: string; bytes: Buffer; reason: string }[] = [
  { name: 'gzip', bytes: gzipSync(text), reason: 'unsupported-format' },
  { name: 'zstd', bytes: zstdCompressSync(text), reason: 'unsupported-format' },
  { name: 'zlib', bytes: deflateSync(text), reason: 'unsupported-format' },
  { name: 'OpenSSL enc', bytes: Buffer.concat([Buffer.from('Salted__'), encrypted]), reason: 'encrypted' },
  { name: 'bytes of a cipher', bytes: encrypted, reason: 'opaque' },
  { name: 'brotli', bytes: brotliCompressSync(bytesOf(longRun)), reason: 'opaque' },
]

/** Text with no line like another. */
const varied = Buffer.from(Array.from({ length: 200 }, (_, at) => `user ${at * 7919} saw page ${at ** 3}\n`).join(''))
/** A sequence with the type of enveloped data, and what would be of it. */
const envelope = Buffer.concat([Buffer.from('3082016e06092a864886f70d010703a082015f', 'hex'), bytesOf(351)])

const twice = (bytes: Buffer, outer: 'base64' | 'hex') => Buffer.from(bytes.toString('base64')).toString(outer)

/** What stands for text, longer than a window of the check. */
const token = Buffer.from('nothing to be seen in these words '.repeat(24)).toString('base64')

describe('text that holds what hides its content is no clean text', () => {
  for (const { name, bytes, reason } of hidden)
    for (const [encoding, encode] of [
      ['base64', (all: Buffer) => all.toString('base64')],
      ['base64url', (all: Buffer) => all.toString('base64url')],
      ['base64 in lines of 76', (all: Buffer) => lines(all.toString('base64'), 76)],
      ['hexadecimal digits', (all: Buffer) => all.toString('hex')],
      ['hexadecimal digits behind a backslash', (all: Buffer) => `\\x${all.toString('hex')}`],
      ['base64 behind an escape', (all: Buffer) => `\\n${all.toString('base64')}`],
      ['JSON of PHP', (all: Buffer) => all.toString('base64').replaceAll('/', '\\/')],
      ['JSON of .NET', (all: Buffer) => all.toString('base64').replaceAll('+', '\\u002B').replaceAll('/', '\\u002f')],
      ['JSON in JSON of PHP', (all: Buffer) => all.toString('base64').replaceAll('/', '\\\\\\/')],
      ['percent-encoding', (all: Buffer) => encodeURIComponent(all.toString('base64'))],
      ['percent-encoding, twice', (all: Buffer) => encodeURIComponent(encodeURIComponent(all.toString('base64')))],
      ['escaped lines', (all: Buffer) => lines(all.toString('base64'), 76).replaceAll('\r\n', '\\r\\n')],
      ['lines that end in \\n', (all: Buffer) => lines(all.toString('base64'), 64).replaceAll('\r\n', '\\n')],
      ['lines that end in \\r', (all: Buffer) => lines(all.toString('base64'), 64).replaceAll('\r\n', '\\r')],
      ['indented lines', (all: Buffer) => lines(all.toString('base64'), 64).replaceAll('\r\n', '\n \t  ')],
      ['quoted lines', (all: Buffer) => lines(all.toString('base64'), 64).replaceAll('\r\n', '\n> > ')],
      ['the path of a URL', (all: Buffer) => `/api/v1/blob/${all.toString('base64url')}`],
      ['a name behind signs', (all: Buffer) => `export_of-everything-${all.toString('base64url')}`],
      ['hexadecimal digits in a path', (all: Buffer) => `/api/v1/blob/${all.toString('hex')}`],
      ['escaped bytes', (all: Buffer) => all.toString('hex').replace(/../g, '\\x$&')],
      ['a line behind long other lines', (all: Buffer) => `${`${token}\n`.repeat(3)}${all.toString('base64')}`],
      ['a data URI', (all: Buffer) => `data:application/octet-stream;base64,${all.toString('base64')}`],
    ] as const)
      test(`${name} in ${encoding}, however it is cut`, async () => {
        const content = `{"id":17,"payload":"${encode(bytes)}"}\n`
        const found = await problemIn(content, [content.length])
        expect(found?.reason).toBe(reason)
        await fc.assert(
          fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 }), async (cut) => {
            expect(await problemIn(content, cut)).toStrictEqual(found)
          }),
          { numRuns: 20 },
        )
      })

  test('what is told by bytes beside each other is, wherever a text is cut around it', () => {
    const packed = [...deflateSync('bob@example.org and jane.doe@example.org wrote to each other')]
    const escaped = (mark: string, base: number, width: number) =>
      packed.map((byte) => mark + byte.toString(base).padStart(width, '0')).join('')
    const words = 'some words about nothing, and '.repeat(40)
    for (const found of [
      escaped('\\u00', 16, 2),
      escaped('\\x', 16, 2),
      escaped('\\', 8, 3),
      String.fromCharCode(...packed.map((byte) => byte + 0x80 * Number(byte < 0x20))),
      '\u3400\u0905',
      '\\u3400\\u0905',
      '{"ciphertext":"Qk9CX1NNSVRIMTIzNDU2Nzg5"}',
      '-----BEGIN PGP MESSAGE-----\n',
      '%25PDF-1.4%0a',
      `{"type":"Buffer","data":[${packed.join(',')}]}`,
    ])
      for (const before of [0, 150, 700])
        for (let behind = 0; behind <= 1000; behind += 50) {
          const content = words.slice(0, before) + found + words.slice(0, behind)
          const whole = encodedProblemIn(content)
          expect([found, whole?.reason]).not.toEqual([found, undefined])
          for (const length of [145, 200, 256, 300, 433, 600, 864, 865, 1000])
            expect([found, before, behind, length, encodedProblemIn(content, length)?.reason]).toEqual([
              ...[found, before, behind, length, whole?.reason],
            ])
        }
  })

  test('gzip that begins anywhere near the end of a window of a run, behind a sign, an escape or a line end', () => {
    const code = gzipSync('bob@example.org and jane.doe@example.org wrote to each other').toString('base64')
    for (const sign of ['/', '-', '\\/', '%2F', '\\x', '\\n', '\n', '\r\n> ', '%0A'])
      for (let at = 930; at < 1030; at++)
        for (const length of [1e4, 7])
          expect([sign, at, encodedProblemIn(`"${token.slice(0, at)}${sign}${code}"`, length)?.offset]).toEqual([
            sign,
            at,
            1,
          ])
  })

  test('bytes of a cipher behind much that is text, and in a run that is just long', async () => {
    const much = Buffer.from('nothing but words, and more words. '.repeat(600))
    const cipher = bytesOf(3000)
    expect(await problemIn(Buffer.concat([much, cipher]).toString('base64'), [1000])).toMatchObject({
      reason: 'opaque',
    })
    for (let length = longRun; length < longRun + 1200; length += 40)
      expect(await problemIn(bytesOf(length).toString('base64').slice(0, length), [length])).toMatchObject({
        reason: 'opaque',
      })
  })

  test('base32 in both cases, whatever it stands for, in one line or many', async () => {
    for (const bytes of [bytesOf(longRun), varied.subarray(0, 3000), Buffer.from('all work and no play '.repeat(100))])
      for (const encoded of [base32Of(bytes), base32Of(bytes).toLowerCase(), lines(base32Of(bytes), 76)])
        expect(await problemIn(encoded, [1000])).toMatchObject({ reason: 'unsupported-format' })
    const sixteen = Buffer.from('all work and no play '.repeat(100), 'utf16le')
    const hexadecimal = (text: string) =>
      text.replace(
        /[A-Z2-7]/g,
        (digit) => '0123456789ABCDEFGHIJKLMNOPQRSTUV'['ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(digit)]!,
      )
    for (const encoded of [
      base32Of(sixteen),
      hexadecimal(base32Of(bytesOf(longRun))),
      hexadecimal(base32Of(varied.subarray(0, 3000))),
    ])
      expect(await problemIn(encoded, [1000])).toMatchObject({ reason: 'unsupported-format' })
    for (const words of ['ACGT', 'MKVLAAGIVGLCAKAYLEHNR', 'SOMEWORDSWITHOUTSPACES', 'abc123', '2345672'])
      expect(await problemIn(words.repeat(longRun), [1000])).toBeUndefined()
  })

  test('is a gap of the object, at the place where the run begins', async () => {
    const content = Buffer.from(`[${'1,'.repeat(50)}"${gzipSync(text).toString('base64')}"]`)
    const { reading } = await collect(inPieces(content, [100]))
    expect(reading).toMatchObject({ complete: false, gaps: [{ reason: 'unsupported-format', path: [], offset: 102 }] })
  })
})

const uuencoded = 'begin 644 a.gz\n.:&5L;&\\@=V]R;&0@86=A\n`\nend\n'
/** A map of a table and a row of two integers. */
const rowEvents =
  '7K4KaxMBAAAAKwAAANABAAAAAAgAAAAAAAEAAWQAAm4yAAIIAwADX6VH8Q7K4KaxcBAAAAqwIAAHsEAAAAAAgAAAAAAAEAAgP8WRGnPAAAAAABAAAA'
const armour = (name: string) => `-----BEGIN ${name}-----\n\n${'A'.repeat(30)}\n-----END ${name}-----\n`
const marked: { name: string; content: string; reason: string }[] = [
  { name: 'a message of PGP', content: armour('PGP MESSAGE'), reason: 'encrypted' },
  { name: 'a file of age', content: armour('AGE ENCRYPTED FILE'), reason: 'encrypted' },
  {
    name: 'a message of Saltpack',
    content:
      'BEGIN KEYBASE SALTPACK ENCRYPTED MESSAGE. kcJn5brvybfNjz6 D5ll2Nk0YnkdsxV. END KEYBASE SALTPACK ENCRYPTED MESSAGE.',
    reason: 'encrypted',
  },
  { name: 'Ansible Vault', content: '$ANSIBLE_VAULT;1.1;AES256\n6162\n', reason: 'encrypted' },
  { name: 'uuencode', content: uuencoded, reason: 'unsupported-format' },
  { name: 'uuencode of something that runs', content: uuencoded.replace('644', '755'), reason: 'unsupported-format' },
  ...['400', '440', '444', '555', '0644', '100644'].map((rights) => ({
    name: `uuencode of something with the rights ${rights}`,
    content: uuencoded.replace('644', rights),
    reason: 'unsupported-format',
  })),
  { name: 'uuencode in quoted lines', content: `> ${uuencoded}`, reason: 'unsupported-format' },
  { name: 'yEnc', content: '=ybegin line=128 size=6 name=ids\r\n[\\]^_`\r\n=yend\r\n', reason: 'unsupported-format' },
  { name: 'a part of yEnc', content: '=ybegin part=1 total=2 line=128\r\n', reason: 'unsupported-format' },
  { name: 'a patch of git', content: 'GIT binary patch\nliteral 5\nMcmZQz\n', reason: 'unsupported-format' },
  {
    name: 'rows of MySQL as mysqlbinlog prints them',
    content: `# at 464\n\nBINLOG '\n${lines(rowEvents, 76)}\n'/*!*/;\n`,
    reason: 'unsupported-format',
  },
  { name: 'the same of Windows', content: `BINLOG '\r\n${rowEvents}\r\n'`, reason: 'unsupported-format' },
  { name: 'what Vault encrypted', content: `{"email":"vault:v1:${rowEvents}"}`, reason: 'encrypted' },
  {
    name: 'what SOPS encrypted',
    content: `mac: ENC[AES256_GCM,data:${rowEvents},iv:AAAA,tag:AAAA,type:str]\n`,
    reason: 'encrypted',
  },
  {
    name: 'a short text that CryptoJS encrypted',
    content: '1,U2FsdGVkX18yTZ2nkVyLQ0DdO0Wq3pX1mWlH4bTtE/0=,x\n',
    reason: 'encrypted',
  },
  {
    name: 'the same in JSON of PHP',
    content: '{"id":"U2FsdGVkX1\\/3TZ2nkVyLQ0DdO0Wq3pX1mWlH4bTtE\\/0="}',
    reason: 'encrypted',
  },
  {
    name: 'what a message encryptor of Rails encrypted',
    content: '7\tk3dJ0pQ1Zg==--m0mXJ4v1YqTn8q5h--Yw0u2rB6cE9sXk1pLq7tZw==\t\\N\n',
    reason: 'encrypted',
  },
  { name: 'gzip as Python prints it', content: "b'\\x1f\\x8b\\x08\\x00'", reason: 'unsupported-format' },
  { name: 'gzip as Ruby prints it', content: '"\\x1F\\x8B\\b\\0"', reason: 'unsupported-format' },
  { name: 'gzip in JSON of ASCII', content: '"\\u001f\\u008b\\b\\u0000"', reason: 'unsupported-format' },
  { name: 'gzip in JSON', content: JSON.stringify('\x1f\x8b\b\0'), reason: 'unsupported-format' },
  { name: 'gzip in JSON in JSON', content: JSON.stringify('"\\u001f\\u008b\\b"'), reason: 'unsupported-format' },
  { name: 'zlib as Python prints it', content: "b'x\\x9cK\\xcb\\x02'", reason: 'unsupported-format' },
  { name: 'zlib in JSON', content: `{"a":${JSON.stringify('x\x9c\0K')}}`, reason: 'unsupported-format' },
  {
    name: 'a number of Oracle as Debezium writes it',
    content: '{"before":null,"after":{"ID":{"scale":0,"value":"B1vNFQ=="},"NAME":"x"}}\n',
    reason: 'unsupported-format',
  },
  {
    name: 'a number in JSON of Kafka Connect with its schema',
    content:
      '{"schema":{"type":"struct","fields":[{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal",' +
      '"version":1,"parameters":{"scale":"0","connect.decimal.precision":"20"},"field":"id"}]},"payload":{"id":"B1vNFQ=="}}\n',
    reason: 'unsupported-format',
  },
  {
    name: 'a text of Oracle in pieces',
    content: "INSERT INTO notes VALUES (7, TO_CLOB('ask jane') || TO_CLOB('_doe'));\n",
    reason: 'unsupported-format',
  },
  {
    name: 'the same over several lines',
    content: "VALUES (7, to_clob(q'[ask jane]')\n  || TO_CLOB(q'[_doe]'));\n",
    reason: 'unsupported-format',
  },
  {
    name: 'a second part of a large text of H2',
    content:
      "INSERT INTO SYSTEM_LOB_STREAM VALUES(0, 0, 'ask jane', NULL);\nINSERT INTO SYSTEM_LOB_STREAM VALUES(0, 1, '_doe', NULL);\n",
    reason: 'unsupported-format',
  },
  {
    name: 'a table of R with whole numbers of 64 bits',
    content:
      'structure(list(id = structure(c(1.35114915734054e-314, \n2.4566217004761e-314), class = "integer64")), row.names = c(NA, -2L), class = "data.frame")\n',
    reason: 'unsupported-format',
  },
  {
    name: 'the same as saveRDS writes it in ASCII',
    content:
      'A\n3\n262150\n5\nUTF-8\n526\n1\n7.09869767604617e-225\n1026\n1\n262153\n5\nclass\n16\n1\n262153\n9\ninteger64\n254\n',
    reason: 'unsupported-format',
  },
  { name: 'uuencode in JSON', content: JSON.stringify({ text: `\n${uuencoded}` }), reason: 'unsupported-format' },
]

test('a large object of PostgreSQL in pieces may be cut in a word', async () => {
  const piece = (text: string) => `SELECT pg_catalog.lowrite(0, '\\x${Buffer.from(text).toString('hex')}');\n`
  const words = 'all work and no play '.repeat(1000)
  const [whole, cut] = [words.slice(0, 2 ** 14 - 1), words.slice(0, 2 ** 14)]
  for (const lengths of [[1e6], [1], [97], [1000]]) {
    expect(await problemIn(piece(cut) + piece('more'), lengths)).toMatchObject({ reason: 'unsupported-format' })
    expect(await problemIn(piece(whole), lengths)).toBeUndefined()
  }
})

/** A number in binary, with texts that make it longer. */
const number = '\x8a\x05\x5a\x31\x9e\xaa\x01'
const words = 'and a text. '.repeat(4)
const utf8 = `X\x30\x00\x00\x00${words}`
const objects: { name: string; content: string }[] = [
  { name: 'Java objects', content: `\xac\xed\x00\x05sr\x00\x11java.util.HashMap\x05\x07\xda\xc1${words}` },
  { name: 'objects of .NET', content: `\x00\x01\x00\x00\x00\xff\xff\xff\xff\x01\x00\x00\x00${words}` },
  {
    name: 'Ruby Marshal',
    content: `\x04\x08{\x07I"\x0fsession_id\x06:\x06ETl+\x08\x5a\x31\x9e\xaa\x01\x00I"\x09note\x06;\x00TI"\x35${words}\x06;\x00T`,
  },
  { name: 'Python pickle', content: `\x80\x02}q\x00(X\x07\x00\x00\x00user_idq\x01${number}${utf8}q\x02K\x07u.` },
  {
    name: 'Python pickle',
    content: `\x80\x03cuuid\nUUID\nq\x00)\x81q\x01}q\x02(X\x03\x00\x00\x00intq\x03${number}${utf8}Nub.`,
  },
  { name: 'Python pickle', content: `\x80\x04\x95\x55\x00\x00\x00\x00\x00\x00\x00}\x94(K\x01${number}${utf8}Nu.` },
]

for (const { name, content } of objects)
  test(`numbers may be in binary in objects that a program wrote down: ${name}, ${content.length}`, async () => {
    const bytes = Buffer.from(content, 'latin1')
    for (const text of [`{"args":"${bytes.toString('base64')}"}`, `7\t\\\\x${bytes.toString('hex')}\t\\N\n`])
      expect(await problemIn(text, [100])).toMatchObject({
        reason: 'unsupported-format',
        detail: expect.stringContaining(name),
      })
  })

test('what is looked for in samples is found in them however the text is cut, and nowhere else', async () => {
  const number = '{"ID":{"scale":0,"value":"B1vNFQ=="}}\n'
  const before = (length: number) => `${'some words, '.repeat(Math.ceil(length / 12)).slice(0, length - 1)}\n`
  for (const place of [1, 12_000, 2 ** 14 - 20, 2 ** 18 - 6, 2 ** 18 + 1, 3 * 2 ** 18 + 12_000])
    for (const cut of [[1e6], [97], [2 ** 16], [2 ** 18 - 3]])
      expect([place, cut, await problemIn(before(place) + number + before(5000), cut)]).toMatchObject([
        place,
        cut,
        { reason: 'unsupported-format', offset: place + 7 },
      ])
  for (const cut of [[1e6], [97], [2 ** 16]])
    expect(await problemIn(before(2 ** 14) + number + before(5000), cut)).toBeUndefined()
})

test('text that only speaks of what stands in front of base64 is text', async () => {
  for (const content of [
    `mysqlbinlog prints BINLOG '\nand lines of base64`,
    `BINLOG of rows: ${rowEvents}`,
    `vault:v1:short`,
    "INSERT INTO notes VALUES (7, TO_CLOB('ask jane_doe')); INSERT INTO SYSTEM_LOB_STREAM VALUES(0, 0, 'x', NULL);",
    '{"price":{"scale":2,"value":"B1vNFQ=="},"scale":0,"value":12}',
    'if (inherits(x, "integer64")) oldClass(x) <- "integer64" # class = "integer64"',
    '"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"field":"price"',
    `key: ${rowEvents}`,
    'a file of OpenSSL begins with Salted__, in base64 with U2FsdGVkX1, a == b -- c ==\n',
    '| a -- b | YWJjZA== |--|',
    'ENC[AES256_GCM,data:c2hvcnQ=,iv:AAAA,tag:AAAA,type:str]',
  ])
    expect(await problemIn(content, [content.length])).toBeUndefined()
})

describe('text with the first line of what is encrypted or encoded inside of it is no clean text', () => {
  for (const { name, content, reason } of marked)
    for (const before of ['', 'x\n', `${'Some words. '.repeat(20)}\n`])
      for (const after of ['', ' and more words'.repeat(20)])
        test(`${name} behind ${before.length} characters and before ${after.length}`, async () => {
          const whole = `${before}${content}${after}`
          for (const cut of [[whole.length], [1], [7], [31], [32], [33], [97], [100, 3], [240, 10]])
            expect(await problemIn(whole, cut)).toMatchObject({ reason })
        })
})

/** What the beginning of a run tells, and nothing in it. */
const begun: { name: string; content: string; reason: string }[] = [
  {
    name: 'lzma in base64',
    content: Buffer.concat([Buffer.from('5d00008000ffffffffffffffff00', 'hex'), bytesOf(40)]).toString('base64'),
    reason: 'unsupported-format',
  },
  {
    name: 'CMS in PEM',
    content: `-----BEGIN CMS-----\n${lines(envelope.toString('base64'), 64)}`,
    reason: 'encrypted',
  },
  { name: 'CMS in hexadecimal digits', content: `0x${envelope.toString('hex')}`, reason: 'encrypted' },
  ...[30, 300, 20_000].flatMap((length) => {
    const [little, big] = [Buffer.alloc(4), Buffer.alloc(4)]
    little.writeUInt32LE(length)
    big.writeUInt32BE(length)
    const text = `bob@example.org ${varied.toString()}`.repeat(9).slice(0, length)
    const [mysql, qt] = [little, big].map((front) => Buffer.concat([front, deflateSync(text)]))
    return [
      { name: `${length} bytes that COMPRESS of MySQL made`, content: `(1,0x${mysql!.toString('hex').toUpperCase()})` },
      { name: `${length} bytes that qCompress made, in COPY`, content: `1\t\\\\x${qt!.toString('hex')}\t2\n` },
      { name: `${length} bytes that qCompress made, in JSON`, content: `{"a":"${qt!.toString('base64')}"}` },
    ].map((each) => ({ ...each, reason: 'unsupported-format' }))
  }),
  ...[60, 300, 4000].flatMap((length) => {
    const deflated = deflateRawSync(varied.subarray(0, length))
    return [
      { name: `${length} bytes in SAML`, content: `SAMLRequest=${encodeURIComponent(deflated.toString('base64'))}` },
      ...[1, 2, 3].map((times) => ({
        name: `${length} bytes in SAML in an address, encoded ${times} times more`,
        content: `/login?to=x%3fy%26${encodedAgain(`SAMLRequest=${encodeURIComponent(deflated.toString('base64'))}`, times)}`,
      })),
      {
        name: `${length} bytes in JSON of .NET`,
        content: `to\\u003d${deflated.toString('base64').replaceAll('+', '\\u002B')}`,
      },
      { name: `${length} bytes in JSON in it`, content: `{\\u0022a\\u0022:\\u0022${deflated.toString('hex')}\\u0022}` },
      { name: `${length} bytes of XML`, content: `<diagram>${deflated.toString('base64')}</diagram>` },
      { name: `${length} bytes in SQL`, content: `(1,0x${deflated.toString('hex')})` },
      { name: `${length} bytes in COPY`, content: `1\t\\\\x${deflated.toString('hex')}\t2\n` },
    ].map((each) => ({ ...each, reason: 'unsupported-format' }))
  }),
  {
    name: 'gzip in base64, twice',
    content: `release: ${twice(gzipSync(text), 'base64')}`,
    reason: 'unsupported-format',
  },
  {
    name: 'gzip in base64 and hexadecimal digits',
    content: twice(gzipSync(text), 'hex'),
    reason: 'unsupported-format',
  },
  { name: 'gzip in base32', content: base32Of(gzipSync(text)), reason: 'unsupported-format' },
]

describe('text with a run that begins like what hides its content is no clean text', () => {
  for (const { name, content, reason } of begun)
    test(`${name}, however it is cut`, async () => {
      for (const cut of [[content.length], [1], [7], [48, 100]])
        expect(await problemIn(content, cut)).toMatchObject({ reason })
    })

  test('whatever words of any script were deflated', async () => {
    const words = fc.string({ unit: fc.constantFrom(...'aé猫😀 17ab\n'), minLength: 40, maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(words, async (some) => {
        const deflated = deflateRawSync(some)
        // A block that is stored holds the text as it is.
        fc.pre(deflated.length >= shortestRun && (deflated[0]! & 6) !== 0)
        for (const encoding of ['base64', 'hex'] as const)
          expect(await problemIn(deflated.toString(encoding), [1000])).toMatchObject({ reason: 'unsupported-format' })
      }),
      { numRuns: 100 },
    )
  })

  test('and tokens, digests and texts never do', async () => {
    const tokens = Array.from({ length: 4000 }, (_, at) => {
      const bytes = bytesOf(36 + (at % 64))
      return [bytes.toString('base64url'), bytes.toString('hex'), base32Of(bytes)]
    }).flat()
    const spoken = Array.from({ length: 500 }, (_, at) =>
      Buffer.from(`{"sub":"${at}","name":"Some One of all"}`).toString('base64'),
    )
    const repeated = Array.from({ length: 700 }, (_, at) => {
      const unit = bytesOf(1 + (at % 7)).toString(at % 2 === 0 ? 'hex' : 'base64url')
      return unit.repeat(Math.ceil([60, 200, 1024, 1500, 1900][at % 5]! / unit.length))
    })
    expect(await problemIn(repeated.join('" "'), [5000])).toBeUndefined()
    expect(await problemIn([...tokens, ...spoken].join('" "'), [5000])).toBeUndefined()
  })
})

describe('of several problems the first one in the text counts, however it is cut', () => {
  const words = 'Some words, and more of them. '
  const gzipped = gzipSync(text).toString('base64')
  const cases: { name: string; content: string; expected: { reason: string; offset: number } }[] = [
    {
      name: 'armour before a run',
      content: `${words}${armour('PGP MESSAGE')}${words.repeat(12)}"${gzipped}"`,
      expected: { reason: 'encrypted', offset: words.length + 5 },
    },
    {
      name: 'a run before armour',
      content: `"${gzipped}"\n${words}${armour('PGP MESSAGE')}`,
      expected: { reason: 'unsupported-format', offset: 1 },
    },
    {
      name: 'a run that goes on to the beginning of armour',
      content: `"\n${lines(gzipped, 64)}\n${armour('PGP MESSAGE')}`,
      expected: { reason: 'unsupported-format', offset: 2 },
    },
    {
      name: 'a run right behind a mark',
      content: `${words}$ANSIBLE_VAULT;${gzipped}`,
      expected: { reason: 'encrypted', offset: words.length },
    },
    {
      name: 'bytes as characters before a mark',
      content: `${words}\\u0001\\u009c$ANSIBLE_VAULT;1.1${'\\u0081\\u00f3\\u0011\\u0090\\u00ee\\u0002'.repeat(9)}${words.repeat(99)}`,
      expected: { reason: 'opaque', offset: words.length + 1 },
    },
    {
      name: 'a field before a mark',
      content: `${marked.find(({ name }) => name.includes('CryptoJS'))!.content}${armour('PGP MESSAGE')}${words}`,
      expected: { reason: 'encrypted', offset: 2 },
    },
    {
      name: 'uuencode before armour',
      content: `${words}\n${uuencoded}${armour('PGP MESSAGE')}${words}`,
      expected: { reason: 'unsupported-format', offset: words.length + 1 },
    },
  ]
  for (const { name, content, expected } of cases)
    test(name, async () => {
      for (const cut of [[content.length], [200], [1], [31], [47, 48, 49], [97], [64, 500], [1, 145]])
        expect([cut, await problemIn(content, cut)]).toMatchObject([cut, expected])
    })

  test('a mark of which the beginning is in the piece before', async () => {
    for (const { content } of marked) {
      const text = `${content}${words.repeat(9)}`
      const whole = await problemIn(text, [text.length])
      for (let cut = 1; cut < Math.min(content.length, 200); cut++)
        expect([cut, await problemIn(text, [cut, 145, 400])]).toStrictEqual([cut, whole])
    }
  })

  test('whatever there is', async () => {
    const part = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(words, words.repeat(8), '\n', '"', ' ', '\\n', '%2B', '-----', token) },
      { weight: 2, arbitrary: fc.stringMatching(/^[a-z0-9+/]{0,70}$/) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(gzipped, lines(gzipped, 64), encrypted.toString('hex'), gzipped.slice(0, 48)),
      },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          ...marked.map(({ content }) => content),
          ...marked.map(({ content }) => `\n${content.slice(0, 34)}`),
        ),
      },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 2, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 4 }),
        async (parts, cut) => {
          const content = parts.join('')
          expect(await problemIn(content, cut)).toStrictEqual(await problemIn(content, [content.length]))
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 200) },
    )
  })
})

describe('what is written into a table or an archive is checked as well', () => {
  const hidings = [
    {
      name: 'gzip in base64',
      value: gzipSync('bob@example.org, and more').toString('base64'),
      reason: 'unsupported-format',
    },
    { name: 'bytes of a cipher', value: encrypted.toString('base64'), reason: 'opaque' },
    { name: 'a message of PGP', value: '-----BEGIN PGP MESSAGE-----', reason: 'encrypted' },
  ]
  const formats = ['avro', 'parquet', 'orc', 'arrow', 'sqlite', 'redis-rdb', 'pg-dump'] as const
  for (const { name, value, reason } of hidings)
    for (const format of formats)
      test(`${name} inside of a value of ${format}`, async () => {
        const { wrap, path } = sampleFormats[format]!
        const rows = Buffer.from(`first\n{"payload":"${value}"}\nlast\n`)
        const { reading } = await collect(inPieces(wrap(rows), [1e6]))
        expect(reading.gaps).toMatchObject([{ reason, path }])
        expect(reading.complete).toBe(false)
      })

  for (const format of formats.filter((each) => each !== 'pg-dump'))
    test(`a column of digests in ${format} is clean: a value is a run of its own`, async () => {
      const rows = Array.from({ length: 200 }, () => `${bytesOf(32).toString('hex')}\n`).join('')
      const { reading } = await collect(inPieces(sampleFormats[format]!.wrap(Buffer.from(rows)), [1e6]))
      expect(reading).toMatchObject({ complete: true, gaps: [] })
    })

  test('a name of an archive', async () => {
    const name = gzipSync('bob@example.org, and more').toString('base64url')
    const { reading } = await collect(inPieces(tarOf({ name, data: 'text' }), [1e6]))
    expect(reading.gaps).toMatchObject([{ reason: 'unsupported-format', path: ['tar', 'names'] }])
  })
})

const plain: { name: string; content: string }[] = [
  { name: 'text in base64, however long', content: text.toString('base64') },
  { name: 'text in base64 in lines', content: lines(text.toString('base64'), 64) },
  { name: 'text in hexadecimal digits', content: text.toString('hex') },
  {
    name: 'digests and tokens',
    content: Array.from({ length: 300 }, () => `${bytesOf(64).toString('base64url')}.`).join('"\n"'),
  },
  {
    name: 'digests in hexadecimal digits',
    content: Array.from({ length: 300 }, () => bytesOf(32).toString('hex')).join(','),
  },
  { name: 'a long word', content: 'a'.repeat(5000) },
  { name: 'a long number', content: '1234567890'.repeat(500) },
  {
    name: 'gzip in a run that is shorter than any',
    content: gzipSync('')
      .toString('base64')
      .slice(0, shortestRun - 1),
  },
  {
    name: 'words in front of numbers',
    content: 'We begin 700 things and\nbegin 644\nbegin again 644 x\nbegin 500\nbegin 450 things\n',
  },
  { name: 'a key that everybody may have', content: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n' },
  { name: 'escapes in short lines', content: '\\n\\r\\x\\u002b%2b%2f%25\\\\/'.repeat(3) },
  { name: 'paths', content: '/var/lib/application/data/2026/01/31/archive/of/all/events/in/the/region'.repeat(2) },
]

describe('other text is clean', () => {
  for (const { name, content } of plain)
    test(name, async () => {
      for (const cut of [[content.length], [1], [47, 48, 49]]) expect(await problemIn(content, cut)).toBeUndefined()
    })

  test('the kernel finds the same runs to look at as the plain code', async () => {
    const word = fc.oneof(
      { weight: 3, arbitrary: fc.stringMatching(/^[a-z0-9+/]{0,70}$/) },
      { weight: 3, arbitrary: fc.constantFrom(' ', '\n', '"', '%2B', '\\n', '\\x', '\\', '%', '\r\n > ') },
      { weight: 1, arbitrary: fc.constantFrom(gzipSync(text).toString('base64'), encrypted.toString('hex')) },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { minLength: 10, maxLength: 60 }),
        fc.integer({ min: 256, max: 2000 }),
        async (words, cut) => {
          const content = Buffer.from(words.join(''))
          for (const length of [1e6, cut])
            expect(await problemIn(content, [length])).toEqual(plainProblemIn(content, length))
        },
      ),
      { numRuns: 120 },
    )
  })

  test('random tokens are taken for a format once in many thousands', async () => {
    const random = seededRandom('random tokens')
    let taken = 0
    for (let text = 0; text < 100; text++) {
      const tokens = Array.from({ length: 400 }, () => Buffer.from(random(60)).toString('base64')).join(' ')
      if ((await problemIn(tokens, [65_536])) !== undefined) taken++
    }
    expect(taken).toBeLessThan(3)
  })
})
