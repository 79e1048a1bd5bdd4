import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../subject-index/make-index.ts'
import { encodedProblemIn } from '../encoded-problem.ts'

const problemIn = (text: string) => encodedProblemIn(text)?.detail

const random = seededRandom('beginnings')
const bytesOf = (length: number) => Buffer.from(random(length))
const hex = (digits: string) => Buffer.from(digits, 'hex')

/** A header with fields (RFC 1952, 2.3.1), as who compresses a file by its name or writes extra fields has one. */
function gzipWith(flag: number, fields: Buffer | string, content: string | Buffer): Buffer {
  const plain = gzipSync(content)
  const header = Buffer.from(plain.subarray(0, 10))
  header[3] = flag
  return Buffer.concat([header, Buffer.from(fields), plain.subarray(10)])
}

/** Behind it comes what no key tells from random bytes. */
const sealed = (digits: string) => Buffer.concat([hex(digits), bytesOf(90)])
const sdkMessage = (start: string, identifier: number) =>
  Buffer.concat([
    ...[hex(start), bytesOf(identifier), hex('001e00010015'), Buffer.from('aws-crypto-public-key'), hex('000141')],
    ...[hex('00010007'), Buffer.from('aws-kms'), bytesOf(60)],
  ])

const written: { by: string; shown: string; bytes: Buffer }[] = [
  { by: 'Node.js', shown: 'gzip', bytes: gzipSync('{"user_id":"7123456789012345678"}') },
  { by: 'Node.js, without compression', shown: 'gzip', bytes: gzipSync('7123456789012345678', { level: 0 }) },
  ...['Übersicht.csv', 'резерв.tar', '名簿.json', 'bob😀.log'].map((name) => ({
    by: `gzip of ${name}`,
    shown: 'gzip',
    bytes: gzipWith(8, `${name}\0`, bytesOf(900)),
  })),
  { by: 'gzip of a name in Shift_JIS', shown: 'gzip', bytes: gzipWith(8, hex('96bc95eb00'), '7123456789012345678') },
  { by: 'Go, with an extra field of its own', shown: 'gzip', bytes: gzipWith(4, '\x05\0hello', bytesOf(40)) },
  ...[
    'H52Qe0TUmVNGzpc0ZEToEHEjhowZNGrYuIEjBwyHECVSFMFChJswbcooFBEGhJkyd0DceSOHzBwWIEqeTLmy5RwRfQA=',
    'H52QYUCYKXMHxJ03csjMYQEi4MCCBxMubCiQoEGEChk6tBgxI8WHFyVqrAgR48SNJUV+5GhyJMiOJ0mG9IhyZsyXLVempCkTpkuWKmv61Gnz',
    'H52QMRTIUDBDAQ0FNRTYUHBDAQ4FORTEgCExYIyBMQrGOBgjYYyFMRrGeBgjogyKMgLKGCijoIyDMhLKWCijoYyHMiLOoDgj4IyBMwrOODgj',
  ].map((text) => ({ by: 'ncompress 4.2.4', shown: 'compress', bytes: Buffer.from(text, 'base64') })),
  {
    by: 'lz-string 1.5.0',
    shown: 'lz-string',
    bytes: Buffer.from(
      'N4IgrgzgpgTg+gSwCYgFwgOwEYBMBmAFgFYA2DADgE4AGXQ0ikAGhADsBDAWyjRAB3WAe4DGAeyRQABIAN5QL6aIAL5A',
      'base64',
    ),
  },
  {
    by: 'lz-string 1.5.0, cut off',
    shown: 'lz-string',
    bytes: Buffer.from(
      'N4IghiBcDaoJYBMoAYA0IB2UQA9kgF9V4lIB2ATgEYL0tJcrDiREoqBWADgGYu7sOAEzMSUITzIcyAhjh6jWpHlQBsZVbNwAWRW0',
      'base64',
    ),
  },
  // GnuPG 2.2.40, to keys of RSA and on Curve25519, and with a password; the same in packets of the new format.
  ...['85010c0359ddf5f227e1d0850107ff783a', '85018c038a5beabb737efc89010bfe39ce'].map(gpg),
  ...['85020c0318604b50d5e0b334010fff6615', '845e0379f9b0b6248224da12010740a84e'].map(gpg),
  ...['8c0d04090302474ba7deb3a89c61ffd24c01', 'c30d04090302474ba7deb3a89c61ffd24c01'].map(gpg),
  ...['c1c04c0359ddf5f227e1d0850107ff783a', 'c1c0cc038a5beabb737efc89010bfe39ce'].map(gpg),
  ...['c1c14c0318604b50d5e0b334010fff6615', 'c15e0379f9b0b6248224da12010740a84e'].map(gpg),
  // ElGamal, which PostgreSQL's documentation recommends for `pgp_pub_encrypt`; RSA of 1024 bits; ECDH on P-256, P-384 and P-521.
  ...['85010e03', '85020e03', '85030e03', '85040e03', 'c1c04e03', 'c1c14e03', 'c1c24e03', 'c1c34e03'].map(
    (header, at) => gpg(`${header}0379f9b0b624822410${['03ff', '07ff', '0bff', '0fff'][at % 4]}`),
  ),
  ...['848c030379f9b0b62482240103fe', 'c18c030379f9b0b62482240103fe'].map(gpg),
  ...['847e030379f9b0b6248224120203', 'c17e030379f9b0b6248224120203'].map(gpg),
  ...['849e030379f9b0b6248224120303', 'c19e030379f9b0b6248224120303'].map(gpg),
  ...['84c2030379f9b0b6248224120423', 'c1c002030379f9b0b6248224120423'].map(gpg),
  ...['00000100', '00000400', '00000800', '00001000', '00002000', '00004000', '00008000', '00000001', '00000002'].map(
    (size) => ({ by: 'LZMA alone', shown: 'lzma', bytes: sealed(`5d${size}ffffffffffffffff00`) }),
  ),
  ...[...'123456789'].map((level) => ({
    by: `bzip2 -${level}`,
    shown: 'bzip2',
    bytes: sealed(Buffer.from(`BZh${level}1AY&SY`, 'latin1').toString('hex')),
  })),
  { by: 'xz', shown: 'xz', bytes: sealed('fd377a585a000004e6d6b446') },
  { by: 'lzop', shown: 'lzop', bytes: sealed('894c5a4f000d0a1a0a1040') },
  { by: 'lz4', shown: 'lz4', bytes: sealed('04224d186440a73b000080') },
  { by: 'lz4 -l', shown: 'lz4', bytes: Buffer.concat([hex('02214c1850000000f041'), bytesOf(79)]) },
  { by: '7-Zip', shown: '7z', bytes: sealed('377abcaf271c0004') },
  { by: 'rar 4 and 5', shown: 'rar', bytes: sealed('526172211a0701') },
  { by: 'an empty zip', shown: 'zip', bytes: Buffer.concat([hex('504b0506'), Buffer.alloc(40)]) },
  { by: 'snappy in frames', shown: 'snappy', bytes: sealed('ff060000734e61507059') },
  { by: 'snappy-java', shown: 'snappy', bytes: sealed('82534e415050590000000001') },
  { by: 'SQLite', shown: 'SQLite', bytes: sealed('53514c69746520666f726d6174203300') },
  ...['1.7', '2.0'].map((version) => ({
    by: `PDF ${version}`,
    shown: 'PDF',
    bytes: sealed(Buffer.from(`%PDF-${version}`).toString('hex')),
  })),
  { by: 'Office before 2007', shown: 'OLE2', bytes: sealed('d0cf11e0a1b11ae1') },
  { by: 'age', shown: 'age', bytes: sealed(Buffer.from('age-encryption.org/v1\n-> X25519 ').toString('hex')) },
  ...['0102020078', '0102030078'].map((digits) => ({ by: 'AWS KMS', shown: 'AWS KMS', bytes: sealed(digits) })),
  { by: 'Fernet', shown: 'Fernet', bytes: sealed('8000000000698a7b5c') },
  { by: 'the AWS Encryption SDK, signed', shown: 'AWS Encryption SDK', bytes: sdkMessage('01800178', 16) },
  {
    by: 'the AWS Encryption SDK, version 2, without a signature',
    shown: 'AWS Encryption SDK',
    bytes: sdkMessage('020478', 32),
  },
  ...['1f8b0800', '1f8b0808', '28b5', 'fd377a585a00', '504b0304', 'BZh91AY', 'Salted__', '%PDF-1.'].map((beginning) => {
    const inner = /^[0-9a-f]+$/.test(beginning) ? hex(beginning) : Buffer.from(beginning)
    const zstd = beginning === '28b5' ? hex('28b52ffd2480') : inner
    return {
      by: `something in base64 once more that begins with ${beginning}`,
      shown: 'in base64',
      bytes: Buffer.from(Buffer.concat([zstd, bytesOf(60)]).toString('base64')),
    }
  }),
  { by: 'S2', shown: 'snappy', bytes: sealed('ff06000053327354774f') },
  ...[0, 8, 9, 12, 14, 93, 95, 98, 99].map((method) => ({
    by: `zip with method ${method}`,
    shown: 'zip',
    bytes: sealed(`504b030414000008${method.toString(16).padStart(2, '0')}0087347e5d9749cc143b0000003e00000006000000`),
  })),
  { by: 'the AWS Encryption SDK', shown: 'AWS Encryption SDK', bytes: sdkMessage('01800378', 16) },
  { by: 'the AWS Encryption SDK, version 2', shown: 'AWS Encryption SDK', bytes: sdkMessage('020578', 32) },
  // As their sources write them; behind it comes what is encrypted.
  { by: 'Laravel 11', shown: 'Laravel', bytes: Buffer.from(`{"iv":"${bytesOf(16).toString('base64')}","value":"x"}`) },
  { by: 'ASP.NET Core', shown: 'Data Protection', bytes: sealed('09f0c9f0a1b2c3d4e5f60748911223344556677f') },
  { by: 'defuse/php-encryption', shown: 'Defuse', bytes: sealed('def50200') },
  ...['31420400', '31420500'].map((digits) => ({
    ...{ by: 'Halite', shown: 'Halite' },
    bytes: Buffer.concat([sealed(digits), bytesOf(50)]),
  })),
  // Of as many characters that they are as long as a signature.
  ...[12, 44, 48].map((count) => ({
    ...{ by: `defuse/php-encryption of ${count} bytes`, shown: 'Defuse' },
    bytes: Buffer.concat([hex('def50200'), bytesOf(80 + count)]),
  })),
  ...[4, 8].map((count) => ({
    ...{ by: `Halite of ${count} bytes`, shown: 'Halite' },
    bytes: Buffer.concat([hex('31420500'), bytesOf(120 + count)]),
  })),
  { by: 'symmetric-encryption', shown: 'symmetric-encryption', bytes: sealed('40456e4301401000') },
  { by: 'PowerShell', shown: 'DPAPI', bytes: sealed('01000000d08c9ddf0115d1118c7a00c04fc297eb') },
  {
    by: 'Google Cloud KMS',
    shown: 'Google Cloud KMS',
    bytes: Buffer.concat([hex('0a2400'), bytesOf(35), sealed('125a')]),
  },
  {
    by: 'Borg, in pieces of a literal',
    shown: 'zlib',
    bytes: Buffer.from(
      'eJzt0L0NgmAUhtHLT0LDEI6AuAEhMVYmVnSuYefC7AB3Aj9KNedJbnfyFne6P67P27w0EdG1Eac+Cm1ZybAsy7Isy7Isy7Isy7I',
      'base64',
    ),
  },
  {
    by: 'Bazaar',
    shown: 'bundle of Bazaar',
    bytes: Buffer.concat([Buffer.from('# Bazaar revision bundle v4\n#\nBZh91AY&SY'), bytesOf(60)]),
  },
  ...[
    '80027d7100285807000000757365725f696471018a05155397a80158040000006e616d6571025818000000616e6420612074657874',
    '80035d710063757569640a555549440a7101298171027d71035803000000696e7471048a010573622e',
    '80049538000000000000007d94288c07757365725f6964948a05155397a8018c046e616d65948c18616e64206120746578742e20616e',
    '80059538000000000000007d94288c07757365725f6964948a05155397a8018c046e616d65948c18616e64206120746578742e20616e',
  ].map((digits) => ({ by: 'Python 3.11', shown: 'Python pickle', bytes: hex(digits) })),
  {
    by: 'Python 3.11, before other characters',
    shown: 'Python pickle',
    bytes: Buffer.concat([hex('80025d71008a05155397a801612e'), Buffer.from('what is no pickle any more, but goes on')]),
  },
  {
    by: 'Ruby, a class with a long name',
    shown: 'Ruby Marshal',
    bytes: Buffer.concat([hex('04086f3a01c8'), Buffer.from('Name'.repeat(50)), hex('063a07406169084922')]),
  },
  ...[
    '04087b0749220c757365725f6964063a0645546c2b08155397a801004922096e616d65063b005449220678063b0054',
    '04085b0869066907492208626f62063a0645546c2b08155397a801004922096e616d65063b005449220678063b0054',
    '0408533a0653063a06616c2b0835741cdba5004922096e616d65063b005449220678063b0054',
    '04086f3a08466f6f073a07406169083a0a406e616d6549220b6120776f7264063a0645543a0a406e6f746549220678063b0054',
  ].map((digits) => ({ by: 'Ruby 3.1', shown: 'Ruby Marshal', bytes: hex(digits) })),
]

function gpg(digits: string) {
  return { by: 'GnuPG', shown: 'PGP', bytes: sealed(digits) }
}

/** Five bytes tell by themselves. */
const of5Bytes = new Set(['0102020078'])
/** Of a thousand: zstd has few bits that cannot be anything, and a string of any bytes may be the first thing in a list of Ruby. */
const mostTaken = new Map([
  ['28b52ffd', 40],
  ['40456e43', 80],
  ['09f0c9f0', 40],
  ['def50200', 301],
  // Bytes of a block are of any kind.
  ['aced0005', 20],
])

describe('what begins in a token like a format that hides its content', () => {
  test.each(written)('is not clean where it was written by $by, $shown', ({ shown, bytes }) => {
    for (const whole of [bytes, Buffer.concat([bytes, bytesOf(30).fill(0)])].slice(0, shown === 'gzip' ? 2 : 1))
      for (const text of [`{"a":"${whole.toString('base64')}"}`, `{"a":"${whole.toString('hex')}"}\n`])
        expect(problemIn(text)).toContain(shown)
  })

  test.each([
    ...['1f8b08', '1f9d90', '37822044', '36822044', '3686f044', '37828004', '85010c03', '85018c03', '85020c03'],
    ...['845e03', '8c0d04', 'c1c04c03', 'c15e03', 'c15d0621', 'c30d04', '01800378', '020578', '020478', '0a2400'],
    ...['80027d71', '80024b05', '800495', '800595', '04087b07', '04085b07', '04086f3a', '0408533a'],
    ...['504b0304', '504b0506', '50415231', '4f626a01', 'aced0005', '04224d18', '02214c18', '5d00008000', '5d00001000'],
    ...[
      '4c5a495001',
      '894c5a4f00',
      '255044462d',
      '09f0c9f0',
      '40456e43',
      'def50200',
      '31420400',
      '31420500',
      '28b52ffd',
    ],
    ...['789c', '78da', '7801', '785e', '4834734941', '4b4c75762f', '0102020078'],
  ])('is clean where it goes on like none: %s', (start) => {
    let taken = 0
    for (let count = 0; count < 1000; count++) {
      const token = Buffer.concat([hex(start), bytesOf(45 + (count % 50))])
      if (problemIn(`"${token.toString('base64')}"`) !== undefined) taken++
    }
    expect(taken).toBeLessThan(of5Bytes.has(start) ? 1001 : (mostTaken.get(start) ?? 8))
  })

  test('is clean where it ends before it could be one: a digest in hexadecimal digits', () => {
    for (let count = 0; count < 100; count++)
      expect(problemIn(`owner=0a2400${bytesOf(29).toString('hex')} ok`)).toBeUndefined()
  })

  // An IDoc of SAP from client 800: client, number of the document, of the segment and of the one it is in, level; then its first field.
  test.each([
    '800000000000012345600000200000103800009123456789012',
    '800000000000012345600000200000103123456789012345678',
  ])('is clean as numbers side by side that begin like Fernet: %s', (numbers) =>
    expect(problemIn(`Z2USER ${numbers} Smith\n`)).toBeUndefined(),
  )
})
