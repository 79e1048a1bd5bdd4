import { describe, expect, it } from 'vitest'
import { hashedOption } from '../../lib/cli/hashed-option.ts'
import { hashedFormsOf, parseConfig } from '../../lib/config.ts'
import { ConfigInvalid, IndexInvalid } from '../../lib/errors.ts'
import { requireHashedForms } from '../../lib/pipeline/documents.ts'
import { readHashedForms } from '../../lib/pipeline/read-hashed-forms.ts'
import { makeIndex } from '../subject-index/make-index.ts'

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
const withSalt = parseConfig({ hashedForms: [{ form: 'hmac-sha256', salt: 'salt' }] })

describe('the hashed forms of a configuration', () => {
  it('are none without a word', async () => {
    expect(hashedFormsOf(parseConfig({}))).toEqual([])
    expect(await readHashedForms(saltOf('x'), parseConfig({}))).toEqual([])
  })

  it('have what their files have, byte for byte', async () => {
    const salt = Uint8Array.of(0, 10, 255, 32)
    expect(await readHashedForms(saltOf(salt), withSalt)).toEqual([{ algorithm: 'sha256', kind: 'hmac', salt }])
  })

  it.each([
    { name: 'a salt with a line end behind it', salt: 'key\n', says: /ends with a line end/ },
    { name: 'one of another system', salt: 'key\r', says: /ends with a line end/ },
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
    expect(hashedOption('md5,hmac-sha256=a=b', '/place')).toEqual({
      hashedForms: [{ form: 'md5' }, { form: 'hmac-sha256', salt: '/place/a=b' }],
    })
    expect(hashedOption(undefined, '/place')).toEqual({})
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
