import { describe, expect, test } from 'vitest'
import { beginsWithItems } from '../../../lib/decode/checks/binary-items.ts'
import { contentCheck } from '../../../lib/decode/checks/content-check.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')

function problemIn(bytes: Buffer, length: number) {
  const check = contentCheck({ readsEightBit: true })
  for (let at = 0; at < bytes.length; at += length) check.write(bytes.subarray(at, at + length))
  check.end()
  return check.text()
}

/** A text of CBOR: its length in the byte before it, which is a letter. */
const text = (value: string) => `${String.fromCharCode(0x60 + value.length)}${value}`
const person = (mail: string) =>
  `\xa4${text('name')}${text('Alice Smith')}${text('email')}${text(mail)}${text('plan')}${text('premium')}${text('n')}7`
const fixed = (value: string) => `${String.fromCharCode(0xa0 + value.length)}${value}`
const row = (id: string) => `\x93${fixed(id)}4${fixed('Paris is nice')}`

const binary = [
  { name: 'a list of maps in CBOR', bytes: latin1(`\x82${person('alice.smith@x.org')}${person('bob@example.com')}`) },
  { name: 'maps in CBOR, one behind the other', bytes: latin1(person('alice.smith@x.org').repeat(3)) },
  { name: 'a list of unknown length in CBOR', bytes: latin1(`\x9f${person('alice.smith@x.org').repeat(2)}\xff`) },
  {
    name: 'a map in CBOR, longer than what is looked at',
    bytes: latin1(`\x97${person('alice.smith@x.org').repeat(23)}`),
  },
  { name: 'the beginning of a list of 48 texts in CBOR', bytes: latin1(`\x980${text('alice.smith@x.org').repeat(9)}`) },
  {
    name: 'the beginning of a list of 8,242 texts in CBOR',
    bytes: latin1(`\x99 2${text('alice.smith@x.org').repeat(9)}`),
  },
  { name: 'the beginning of a list of 48 maps in CBOR', bytes: latin1(`\x980${person('alice@x.org').repeat(9)}`) },
  { name: 'the beginning of a map of 48 in CBOR', bytes: latin1(`\xb80${`${text('alice.smith@x.org')}7`.repeat(9)}`) },
  {
    name: 'a list of lists of strings of bytes in CBOR',
    bytes: latin1(`\x88${'\x82Hjane_doeQalice.smith@x.org'.repeat(8)}`),
  },
  {
    name: 'the beginning of a list of 8,242 texts in MessagePack',
    bytes: latin1(`\xdc 2${'\xd9$550e8400-e29b-41d4-a716-446655440000'.repeat(9)}`),
  },
  {
    name: 'the beginning of a map of 8,242 in MessagePack',
    bytes: latin1(`\xde 2${'\xd9$550e8400-e29b-41d4-a716-4466554400007'.repeat(9)}`),
  },
  {
    name: 'rows in MessagePack with a longer text',
    bytes: latin1('\x92\xd9$550e8400-e29b-41d4-a716-4466554400004'.repeat(3)),
  },
  { name: 'rows in MessagePack', bytes: latin1(row('1234567890').repeat(12)) },
]

const texts = [
  ...[
    '\x93Quoted\x94',
    '\xabCitation\xbb',
    '\xbfQu\xe9 pasa?',
    '\xa1Hola!',
    '\xa9 2010 Company',
    '\xa7 17',
    '\x80 12, then',
    '\x98tilde',
    '\x99 Marke',
    '\xb9 a note',
    '\xdcber allem',
    '\xdc is a letter',
    '\xde is one too',
  ],
  ...['\x82tat;nom;ville', '\x84hnlich wie hier', '\x81ber allem', '\x93kologie und mehr', '\x8etat des lieux'],
].map((begin) => ({
  name: begin,
  bytes: latin1(`${begin}\r\n${'17;J\xf6rg M\xfcller;Stra\xdfe 3;Some <b>words</b>\r\n'.repeat(5)}`),
}))

describe('binary records whose lengths are all printable', () => {
  for (const { name, bytes } of binary)
    test(`are no text in an 8-bit encoding: ${name}`, () => {
      for (const length of [1, 7, 64, bytes.length]) expect(problemIn(bytes, length)?.reason).toBe('invalid-utf8')
      for (let length = 4; length < bytes.length; length++)
        expect(beginsWithItems(bytes.subarray(0, length))).toBe(true)
    })

  for (const { name, bytes } of texts)
    test(`are not what begins with a sign or letter from 0x80 on: ${JSON.stringify(name)}`, () => {
      for (const length of [1, 64, bytes.length]) expect(problemIn(bytes, length)).toBeUndefined()
    })
})
