import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../subject-index/make-index.ts'
import { encodedProblemIn } from './encoded-problem.ts'

const random = seededRandom('der')
const bytes = (length: number) => Buffer.from(random(length))

function value(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const identifier = (digits: string) => value(0x06, Buffer.from(digits, 'hex'))
const sequence = (...parts: Uint8Array[]) => value(0x30, ...parts)

function armoured(der: Buffer, width = 64): string {
  const lines = der.toString('base64').match(new RegExp(`.{1,${width}}`, 'g'))!
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** What the text is in the ways in which it is kept, and however it is cut. */
function problemsIn(der: Buffer) {
  const texts = [
    armoured(der),
    armoured(der, 76),
    armoured(der).repeat(3),
    JSON.stringify({ cert: armoured(der), other: der.toString('base64') }),
    `${der.toString('base64')}\n`,
  ]
  return texts.flatMap((text) => [text.length, 7].map((length) => encodedProblemIn(text, length)?.reason))
}

const names = Array.from({ length: 60 }, (_, at) => value(0x82, Buffer.from(`host${at}.example.org`)))
const certificates = [0, 1, 2].map((more) =>
  sequence(
    sequence(
      value(0xa0, value(0x02, Buffer.from([2]))),
      value(0x02, bytes(16 + more)),
      sequence(identifier('2a864886f70d01010b'), value(0x05)),
      sequence(value(0x31, sequence(identifier('550403'), value(0x0c, Buffer.from('Bob Smith'))))),
      value(0x03, Buffer.from([0]), sequence(value(0x02, bytes(512)), value(0x02, Buffer.from([1, 0, 1])))),
      value(0xa3, sequence(identifier('551d11'), value(0x04, sequence(...names)))),
    ),
    sequence(identifier('2a864886f70d01010b'), value(0x05)),
    value(0x03, Buffer.from([0]), bytes(512)),
  ),
)
const key = generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey.export({ type: 'pkcs8', format: 'der' })

describe('a code of DER whose values are short', () => {
  test.each([
    ...certificates.map((der, more) => ({ name: `a certificate (${more})`, der })),
    {
      name: 'a chain of them',
      der: sequence(identifier('2a864886f70d010702'), value(0xa0, sequence(...certificates))),
    },
    { name: 'a private key', der: key },
    {
      name: 'a key of RSA',
      der: createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs1', format: 'der' }),
    },
  ])('is as clean as tokens are: $name', ({ der }) => {
    expect(der.length).toBeGreaterThan(1600)
    expect(new Set(problemsIn(der))).toStrictEqual(new Set([undefined]))
  })

  const [certificate] = certificates as [Buffer]
  const encrypted = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  test.each([
    {
      name: 'a key that is encrypted',
      der: encrypted.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'x' }),
    },
    {
      name: 'short values that are encrypted',
      der: sequence(certificate, sequence(identifier('2a864886f70d01050d'), value(0x04, bytes(500)))),
    },
    { name: 'a value that is long', der: sequence(certificate, value(0x03, bytes(1600))) },
    { name: 'a long value of no known kind', der: sequence(certificate, value(0x80, bytes(700))) },
    { name: 'an octet string of other bytes', der: sequence(certificate, value(0x04, bytes(700))) },
    { name: 'one that is cut', der: certificate.subarray(0, -3) },
    { name: 'one with something behind it', der: Buffer.concat([certificate, bytes(60)]) },
    { name: 'one that ends within another', der: sequence(value(0x30, certificate.subarray(0, -1))) },
    { name: 'no DER', der: Buffer.concat([Buffer.from('3082', 'hex'), bytes(2000)]) },
  ])('is opaque if it has more: $name', ({ der }) => {
    expect(new Set(problemsIn(der))).toStrictEqual(new Set(['opaque']))
  })
})

describe('a private key of OpenSSH', () => {
  const part = (bytes: Uint8Array | string) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return Buffer.concat([length, Buffer.from(bytes)])
  }
  const keyOf = (cipher: string, numbers: Buffer) =>
    Buffer.concat([
      Buffer.from('openssh-key-v1\0'),
      ...[part(cipher), part(cipher === 'none' ? 'none' : 'bcrypt'), part(cipher === 'none' ? '' : bytes(24))],
      ...[Buffer.from([0, 0, 0, 1]), part(bytes(535)), part(Buffer.concat([numbers, part('bob@example.org')]))],
    ])
  const written = (key: Buffer) =>
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${key.toString('base64').replace(/.{70}/g, '$&\n')}\n-----END OPENSSH PRIVATE KEY-----\n`

  test('is as clean as tokens are, if it is not encrypted', () => {
    for (const text of [written(keyOf('none', bytes(1900))), JSON.stringify(written(keyOf('none', bytes(3000))))])
      for (const length of [text.length, 7, 100]) expect(encodedProblemIn(text, length)).toBeUndefined()
  })

  test('is opaque if it is encrypted, or goes on where a key has ended', () => {
    for (const key of [keyOf('aes256-ctr', bytes(1900)), keyOf('none', bytes(6000))])
      for (const length of [9000, 7, 100]) expect(encodedProblemIn(written(key), length)?.reason).toBe('opaque')
  })
})
