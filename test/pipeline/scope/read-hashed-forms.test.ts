import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hashedOption } from '../../../lib/cli/hashed-option.ts'
import { describeUnproven } from '../../../lib/cli/views/manifest-view.ts'
import { hashedFormsOf, nobodyOf, parseConfig, unprovenFormsOf } from '../../../lib/config.ts'
import { ConfigInvalid, IndexInvalid, UsageInvalid } from '../../../lib/errors.ts'
import { requireHashedForms } from '../../../lib/pipeline/evidence/documents.ts'
import { readHashedForms } from '../../../lib/pipeline/scope/read-hashed-forms.ts'
import { buildIndex, makeIndex } from '../../subject-index/make-index.ts'

const saltOf = (salt: Uint8Array | string) => ({
  manifests: {
    async open() {
      return (async function* () {
        // The bytes are used again for every chunk, as files are read.
        const chunk = new Uint8Array(1)
        for (const byte of Buffer.from(salt as string)) {
          chunk[0] = byte
          yield chunk
        }
      })()
    },
  },
})
const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const withSalt = parseConfig({ hashedForms: [{ form: 'hmac-sha256', salt: 'salt' }] })

describe('the hashed forms of a configuration', () => {
  it('are none without a word', async () => {
    expect(hashedFormsOf(parseConfig({}))).toEqual([])
    expect(await readHashedForms(saltOf('x'), parseConfig({}))).toEqual([])
  })

  it.each([
    { salt: Uint8Array.of(0, 10, 255, 32) },
    { salt: Uint8Array.of(7, 255, 0) },
    { salt: Uint8Array.of(65, 0, 66, 1) },
    { salt: Uint8Array.from(Buffer.from(' a key')) },
    { salt: Uint8Array.from(Buffer.from('clé')) },
  ])('have what their files have, byte for byte: $salt', async ({ salt }) => {
    expect(await readHashedForms(saltOf(salt), withSalt)).toEqual([{ algorithm: 'sha256', kind: 'hmac', salt }])
  })

  it.each([
    { name: 'a salt with a line end behind it', salt: 'key\n', says: /ends with a line end/ },
    { name: 'one of another system', salt: 'key\r', says: /ends with a line end/ },
    { name: 'one in UTF-16', salt: utf16('\ufeffkey'), says: /begins with a byte order mark/ },
    {
      name: 'one in UTF-16 of the other order',
      salt: utf16('\ufeffkey').swap16(),
      says: /begins with a byte order mark/,
    },
    { name: 'one in UTF-8 with a mark', salt: '\ufeffkey', says: /begins with a byte order mark/ },
    { name: 'a line end in UTF-16', salt: utf16('kéy\r\n'), says: /ends with a line end/ },
    { name: 'a return in UTF-16', salt: utf16('kéy\r'), says: /ends with a line end/ },
    { name: 'UTF-16 without a mark', salt: utf16('key'), says: /has text in UTF-16/ },
    { name: 'UTF-16 of the other order', salt: utf16('key').swap16(), says: /has text in UTF-16/ },
    { name: 'a space behind it', salt: 'a key ', says: /has text that ends with a space/ },
    { name: 'a tab behind it', salt: 'key\t\t', says: /has text that ends with a space/ },
    { name: 'NULs behind it', salt: 'key\0\0', says: /has text that ends with a space/ },
    { name: 'nothing but spaces', salt: '  ', says: /has text that ends with a space/ },
    { name: 'no salt', salt: '', says: /got an empty file/ },
    { name: 'a salt without end', salt: 'x'.repeat(4097), says: /at most 4096 bytes/ },
  ])('are refused with $name, which is not quoted', async ({ salt, says }) => {
    const error = await readHashedForms(saltOf(salt), withSalt).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigInvalid)
    expect((error as Error).message).toMatch(says)
    expect((error as Error).message).not.toContain('key')
  })

  it.each([
    { given: [{ form: 'sha257' }], says: /hashedForms\.0\.form: expected "md5" or/ },
    { given: [{ form: 'sha256', salt: 'salt' }], says: /expected no "salt" with sha256/ },
    { given: [{ form: 'hmac-sha256' }], says: /expected "salt" with hmac-sha256/ },
    { given: [{ form: 'prefixed-md5', key: 'x' }], says: /hashedForms\.0: expected no "key"/ },
    { given: Array.from({ length: 17 }, () => ({ form: 'md5' })), says: /hashedForms: expected/ },
  ])('are refused where they say nothing that can be looked for: $says', ({ given, says }) => {
    expect(() => parseConfig({ hashedForms: given })).toThrow(says)
  })

  it('may be typed', () => {
    expect(hashedOption({ hashed: 'md5,hmac-sha256=a=b' }, '/place')).toEqual({
      hashedForms: [{ form: 'md5' }, { form: 'hmac-sha256', salt: '/place/a=b' }],
    })
    expect(hashedOption({}, '/place')).toEqual({})
  })

  it('may be typed with examples, which go to the forms of their names in their order', () => {
    const hashed = 'md5,hmac-sha1=a,hmac-sha1=b'
    expect(hashedOption({ hashed, hashedExample: 'hmac-sha1=x@y.org:q+/=,hmac-sha1=12345:01' }, '/')).toEqual({
      hashedForms: [
        { form: 'md5' },
        { form: 'hmac-sha1', salt: '/a', example: { identifier: 'x@y.org', digest: 'q+/=' } },
        { form: 'hmac-sha1', salt: '/b', example: { identifier: '12345', digest: '01' } },
      ],
    })
    for (const hashedExample of ['sha1=tester:01', 'md5=tester', 'md5', 'md5=tester:01,md5=tester:02', ''])
      expect(() => hashedOption({ hashed, hashedExample }, '/'), hashedExample).toThrow(
        /^--hashed-example: expected FORM=/,
      )
    expect(() => hashedOption({ hashedExample: 'md5=tester:01' }, '/')).toThrow(UsageInvalid)
  })

  it('have to be in the index: one that looks for less is refused, one for more is not', () => {
    const none = new Uint8Array(0)
    const index = makeIndex(['4711081547'], { hashedForms: [{ algorithm: 'md5', kind: 'plain', salt: none }] })
    expect(() => requireHashedForms(index, ['md5'])).not.toThrow()
    expect(() => requireHashedForms(index, [])).not.toThrow()
    expect(() => requireHashedForms(index, ['md5', 'sha1'])).toThrow(IndexInvalid)
    expect(() => requireHashedForms(makeIndex(['4711081547']), ['md5'])).toThrow(/expected md5, as it is configured/)
  })

  it('have to be there once for each salt', () => {
    const [one, two] = ['a', 'b'].map(
      (salt) => ({ algorithm: 'sha256', kind: 'prefixed', salt: Buffer.from(salt) }) as const,
    )
    const names = ['prefixed-sha256', 'prefixed-sha256']
    expect(() => requireHashedForms(makeIndex(['4711081547'], { hashedForms: [one!] }), names)).toThrow(
      /expected prefixed-sha256 2 times, as it is configured, got an index with 1 of them/,
    )
    expect(() => requireHashedForms(makeIndex(['4711081547'], { hashedForms: [one!, two!] }), names)).not.toThrow()
  })
})

describe('an example of a hashed form', () => {
  const formsWith = (form: string, identifier: string, digest: string, identifierCase = 'fold') =>
    parseConfig({ identifierCase, hashedForms: [{ form, salt: 'salt', example: { identifier, digest } }] })
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text)

  it('proves a salt, however its digest is written, also one that is hardly a salt', async () => {
    for (const key of ['key', 'key\n', '\ufeffkey', 'key ', utf16('\ufeffkey\r\n')])
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        const config = formsWith('hmac-sha256', 'Test@Example.com', hmac(key, 'test@example.com').digest(encoding))
        const [form] = await readHashedForms(saltOf(key), config)
        expect(Buffer.from(form!.salt)).toEqual(Buffer.from(key))
        expect(unprovenFormsOf(config)).toEqual([])
      }
    const upper = formsWith('hmac-sha256', 'tester', hmac('key', 'tester').digest('hex').toUpperCase())
    expect(await readHashedForms(saltOf('key'), upper)).toHaveLength(1)
    const uuid = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
    const md5 = createHash('md5').update(`key${uuid.toUpperCase()}`).digest('hex')
    const grouped = md5.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    expect(await readHashedForms(saltOf('key'), formsWith('prefixed-md5', uuid, grouped))).toHaveLength(1)
  })

  it.each([
    { name: 'another salt', config: formsWith('hmac-sha256', 'tester', hmac('Key', 'tester').digest('hex')) },
    { name: 'another identifier', config: formsWith('hmac-sha256', 'tester', hmac('key', 'testor').digest('hex')) },
    { name: 'another form', config: formsWith('prefixed-sha256', 'tester', hmac('key', 'tester').digest('hex')) },
    {
      name: 'a spelling that is not looked for',
      config: formsWith('hmac-sha256', 'tester', hmac('key', 'TESTER').digest('hex')),
    },
    {
      name: 'small letters where they are others',
      config: formsWith('hmac-sha256', 'Tester', hmac('key', 'tester').digest('hex'), 'exact'),
    },
  ])('that was made with $name is refused by the name of its form, and quoted nowhere', async ({ config }) => {
    const error = (await readHashedForms(saltOf('key'), config).catch((thrown: unknown) => thrown)) as Error
    expect(error).toBeInstanceOf(ConfigInvalid)
    expect(error.message).toMatch(
      /^configuration: hashedForms\.0: (hmac|prefixed)-sha256: example: expected the digest/,
    )
    expect(error.message).not.toMatch(/tester/i)
    expect(error.message).not.toContain(config.hashedForms![0]!.example!.digest)
  })

  it('that can be of no form is refused before any salt is read, and quoted nowhere', () => {
    const digest = hmac('key', 'tester').digest('hex')
    for (const [identifier, given] of [
      ['tester', digest.slice(2)],
      ['tester', `${digest}00`],
      ['tester', `${digest.slice(0, -1)}g`],
      ['tester', hmac('key', 'tester').digest('base64').replace('=', '!')],
      ['no identifier', digest],
    ] as const) {
      const refused = () => formsWith('hmac-sha256', identifier, given)
      expect(refused).toThrow(/hashedForms\.0: hmac-sha256: example: (digest|identifier): expected/)
      expect(refused).not.toThrow(given)
      expect(refused).not.toThrow(/tester|no identifier/)
    }
  })

  it('is nobody in the manifest: neither a subject nor somebody whose transfer is not confirmed', () => {
    const nobody = nobodyOf(formsWith('hmac-sha256', 'Tester', hmac('key', 'tester').digest('hex')))
    for (const options of [{ pending: ['tester'] }, { pending: [] }]) {
      const refused = () =>
        buildIndex(['bob', ...(options.pending.length > 0 ? [] : ['tester'])], { ...options, nobody })
      expect(refused).toThrow(/hashedForms\.0: hmac-sha256: example: identifier: expected one that is nobody's/)
      expect(refused).toThrow(ConfigInvalid)
    }
    expect(buildIndex(['bob', 'tester2'], { nobody }).summary.subjects).toBe(2)
  })

  it('may also say that copies have no salt', async () => {
    const formsOf = (digest: string) =>
      parseConfig({ hashedForms: [{ form: 'sha1' }, { form: 'md5', example: { identifier: 'tester', digest } }] })
    const md5 = createHash('md5').update('tester').digest('hex')
    expect(await readHashedForms(saltOf(''), formsOf(md5))).toHaveLength(2)
    await expect(
      readHashedForms(saltOf(''), formsOf(md5.replace(/^./, (digit) => (digit === '0' ? '1' : '0')))),
    ).rejects.toThrow(
      /hashedForms\.1: md5: example: expected the digest that the form makes of its identifier, got another$/,
    )
  })

  it('without one, it is known of which forms nothing proves the salt', () => {
    const hashedForms = [{ form: 'md5' }, { form: 'hmac-md5', salt: 'a' }]
    expect(unprovenFormsOf(parseConfig({ hashedForms }))).toEqual(['hmac-md5'])
    expect(describeUnproven(parseConfig({ hashedForms }))).toEqual([
      expect.stringContaining('nothing proves the salt of hmac-md5 to be the right one'),
    ])
  })
})
