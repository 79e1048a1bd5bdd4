import { describe, it } from 'vitest'
import { expectFound } from './expect-found.ts'

const number = '12345678901234567'
const base64 = Buffer.from(`id ${number} and`).toString('base64')
const hex = Buffer.from(number).toString('hex')

/** Of these, letters are no part of a number, and what they are written in is looked for all the same. */
describe('a soft line break of quoted-printable', () => {
  const cases = [
    { name: 'in base64', text: `${base64.slice(0, 9)}=\r\n${base64.slice(9)}`, at: 4 },
    { name: 'in hexadecimal digits', text: `${hex.slice(0, 10)}= \n${hex.slice(10)}`, at: 0 },
    { name: 'in a shift of UTF-7', text: `1234567890123456+AD=\r\nc-`, at: 0 },
    { name: 'in percent-encoding', text: `123456789%3=\r\n0123456%37`, at: 0 },
  ]
  for (const { name, text, at } of cases) it(`${name} is none`, () => expectFound(number, text, at))
})
