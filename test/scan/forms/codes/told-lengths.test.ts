import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../../lib/scan/forms/form-names.ts'
import { makeIndex } from '../../../subject-index/make-index.ts'

const email = 'bob.smith@example.org'
const longEmail = 'alice.jones.of.the.north@mail.example.org'
const number = '1234567890123456789'
const uuid = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const handle = 'bobby_1'
const dotted = 'bobby.smith'
const all = [email, longEmail, number, uuid, handle, dotted]
const index = makeIndex(all)

/** Identifiers found in a content, as they are written there. */
function find(content: string, looking: 'kernel' | 'plain' = 'kernel'): string[] {
  const found = new Set<number>()
  const matcher = createFormMatcher(index, defaultForms, ({ ordinal }) => found.add(ordinal), { looking })
  matcher.write(Buffer.from(content, 'latin1'))
  matcher.end()
  return all.filter((text) => found.has(ordinalOf(text)!))
}

function ordinalOf(text: string): number | undefined {
  const shape = text === uuid ? 'uuid' : text === handle ? 'handle' : text === dotted ? 'dotted' : undefined
  return index.ordinalOf(
    shape ?? (text === number ? 'decimal' : 'email'),
    text === uuid ? uuid.replaceAll('-', '') : text,
  )
}

const written = { base64: 'base64', 'base64 for addresses': 'base64url', 'hexadecimal digits': 'hex' } as const
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const char = (code: number) => String.fromCharCode(code)

/** Written by OpenSSL, Java and Python; the identifiers in them: all but `longEmail` and `dotted`, of the certificate those that it has. */
const certificate = `-----BEGIN CERTIFICATE-----
MIICRDCCAemgAwIBAgIUBK3bbhYjfynmYtEC/K6G3TtJqdYwCgYIKoZIzj0EAwIw
VjEQMA4GA1UECgwHRXhhbXBsZTEcMBoGA1UEAwwTMTIzNDU2Nzg5MDEyMzQ1Njc4
OTEkMCIGCSqGSIb3DQEJARYVYm9iLnNtaXRoQGV4YW1wbGUub3JnMB4XDTI2MTEy
NzA3MDQ0MVoXDTM2MTEyNDA3MDQ0MVowVjEQMA4GA1UECgwHRXhhbXBsZTEcMBoG
-----END CERTIFICATE-----
`
const java =
  'rO0ABXNyABdqYXZhLnV0aWwuTGlua2VkSGFzaE1hcDTATlwQbMD7AgABWgALYWNjZXNzT3JkZXJ4cgARamF2YS51dGlsLkhhc2hNYXAFB9rBwxZg0QMAAkYACmxvYWRGYWN0b3JJAAl0aHJlc2hvbGR4cD9AAAAAAAAMdwgAAAAQAAAABHQABWVtYWlsdAAVYm9iLnNtaXRoQGV4YW1wbGUub3JndAAEdXNlcnQAB2JvYmJ5XzF0AAJpZHQAEzEyMzQ1Njc4OTAxMjM0NTY3ODl0AAVvdGhlcnQAJDNmMjUwNGUwLTRmODktNDFkMy05YTBjLTAzMDVlODJjMzMwMXgA'
const pickle =
  'gAJ9cQAoWAUAAABlbWFpbHEBWBUAAABib2Iuc21pdGhAZXhhbXBsZS5vcmdxAlgEAAAAdXNlcnEDWAcAAABib2JieV8xcQRYAgAAAGlkcQVYEwAAADEyMzQ1Njc4OTAxMjM0NTY3ODlxBlgBAAAAdXEHWCQAAAAzZjI1MDRlMC00Zjg5LTQxZDMtOWEwYy0wMzA1ZTgyYzMzMDFxCHUu'

/** Records whose lengths and types look like letters and digits beside an identifier. */
const records: Record<string, (text: string) => string> = {
  'Java, at the beginning of a longer text': (text) => `\x01\x00a${`${text}${' x'.repeat(50)}`.slice(0, 97)}\x00`,
  'Java, at the beginning of a text of more than 255 bytes': (text) =>
    `\x01a${`${text} caf\xc3\xa9${' x'.repeat(170)}`.slice(0, 353)}\x00\x00\x02`,
  'protobuf, before field 6': (text) => `\x0a${char(text.length)}${text}2\x01\x02`,
  'protobuf, before field 12': (text) => `\x0a${char(text.length)}${text}b\x03xyz`,
  'CBOR, before another text': (text) =>
    `\xa2beid${text.length < 24 ? char(0x60 + text.length) : `x${char(text.length)}`}${text}dnamecBob`,
  'CBOR as bytes': (text) =>
    text.length < 24 ? `\x82${char(0x40 + text.length)}${text}aa` : `\x81X${char(text.length)}${text}a`,
  'MessagePack, before a small number': (text) =>
    `\x93${text.length < 32 ? char(0xa0 + text.length) : `\xd9${char(text.length)}`}${text}123`,
  'Avro, before another text': (text) => `\x02${char(2 * text.length)}${text}0abcdefghijklmnopqrstuvwx`,
  'DER, before a sequence': (text) => `\x30\x7f\x0c${char(text.length)}${text}0\x03\x02\x01\x05`,
  'Marshal of Ruby': (text) => `\x04\x08I"${char(text.length + 5)}${text}a\x06`,
  'a number of eight bytes from its end': (text) => `\x01${char(text.length)}${'\0'.repeat(7)}${text}z\x02`,
}

describe('an identifier with a letter or digit right beside it in a binary record, by the length in front of it', () => {
  it.each(Object.entries(written))('is found in %s', (_, encoding) => {
    for (const [name, record] of Object.entries(records))
      for (const text of all)
        for (const filling of ['', 'q', 'qr']) {
          const content = `"${latin1(filling + record(text)).toString(encoding)}",`
          expect([name, text, find(content), find(content, 'plain')]).toEqual([name, text, [text], [text]])
        }
  })

  it('is found in a property list of Apple, whose short strings have their length in the lower bits', () => {
    const record = latin1(`bplist00\xd1\x01\x02Qu${char(0x50 + handle.length)}${handle}\x08\x0b\x0d`)
    for (const encoding of Object.values(written)) expect(find(record.toString(encoding))).toEqual([handle])
  })

  it('is told by what is decoded with it alone, and not by other runs of the same text', () => {
    const digits = latin1(`)${uuid}ab`).toString('hex')
    for (const behind of [' deadbeefcafe01 '.repeat(3), ' 2024 01 02 03 05 ab c0 ', ' words of a text ']) {
      const content = `${digits}${behind}${'lorem ipsum '.repeat(300)}`
      expect([behind, find(content), find(content, 'plain')]).toEqual([behind, [], []])
    }
  })

  it('is found in what OpenSSL, Java and Python write', () => {
    expect(find(certificate)).toEqual([email, number])
    expect(find(JSON.stringify({ pem: certificate }))).toEqual([email, number])
    expect(find(`data: ${Buffer.from(certificate).toString('base64')}\n`)).toEqual([email, number])
    expect(find(`session=${java}; path=/`)).toEqual([email, number, uuid, handle])
    expect(find(`{"pickle":"${pickle}"}`)).toEqual([email, number, uuid, handle])
  })

  it('is found with others in the same text', () => {
    const record = `\x0a${char(email.length)}${email}2\x13${number}2\x07${handle}2${char(longEmail.length)}${longEmail}z`
    expect(find(latin1(record).toString('base64'))).toEqual([email, longEmail, number, handle])
    const one = `2${char(longEmail.length)}${longEmail}zq`
    expect(find(latin1(`\x01${one.repeat(3)}o${email}o\x01`).toString('base64'))).toEqual([longEmail])
    expect(find(latin1(`\x01${one.repeat(3)}u${email}o\x01`).toString('base64'))).toEqual([email, longEmail])
  })

  it.each([
    ['another one, which is longer', `\x0a\x16${email}x\x10\x01`],
    ['another one, which begins before it', `\x0a\x16x${email}\x10\x01`],
    ['of no length that is told', `\x0a\x14${email}x\x10\x01`],
    ['in text', `${char(0x60 + email.length)}${email}x, and nothing of it is binary: \xc3\xa9 is a character`],
    ['in text with something binary far away', `${char(0x60 + email.length)}${email}x${' '.repeat(300)}\x01`],
  ])('is none that is %s', (_, record) => {
    for (const encoding of Object.values(written)) expect(find(latin1(record).toString(encoding))).toEqual([])
  })

  it('is found however far the record goes on in text, if something binary is near', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(records)),
        fc.constantFrom(...all),
        fc.constantFrom(...Object.values(written)),
        fc.nat(200),
        fc.nat(2000),
        fc.constantFrom(...'\x01\x0f\x80\xff\xe9'),
        (record, text, encoding, before, behind, binary) => {
          const content = `${binary} ${'word '.repeat(before / 5)}${record(text)}${' word'.repeat(behind / 5)}`
          expect(find(latin1(content).toString(encoding))).toEqual([text])
        },
      ),
      { numRuns: 100 },
    )
  })
})
