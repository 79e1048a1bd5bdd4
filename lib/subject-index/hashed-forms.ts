import { hash } from 'node:crypto'
import { type CaseRule, maxIdentifierLength, type Shape } from '../manifest/identifier.ts'

/** Hash functions that copies hold digests of, and the bytes of a digest. */
export const hashBytes = { md5: 16, sha1: 20, sha256: 32, sha512: 64 } as const
export type HashAlgorithm = keyof typeof hashBytes
export const hashAlgorithms = Object.keys(hashBytes) as HashAlgorithm[]

/** `prefixed` and `suffixed`: a salt stands before or behind the identifier; `hmac`: RFC 2104 with the salt as its key. */
export const hashKinds = ['plain', 'prefixed', 'suffixed', 'hmac'] as const
export type HashKind = (typeof hashKinds)[number]

/** How copies turn an identifier into a digest that stands for it. `salt` is empty where there is none. */
export type HashedForm = { algorithm: HashAlgorithm; kind: HashKind; salt: Uint8Array }

/** As evidence names it; the salt is not told. */
export function hashedFormName({ algorithm, kind }: Pick<HashedForm, 'algorithm' | 'kind'>): string {
  return kind === 'plain' ? algorithm : `${kind}-${algorithm}`
}

/** What the name says, or undefined. */
export function parseHashedFormName(name: string): Pick<HashedForm, 'algorithm' | 'kind'> | undefined {
  return everyForm.find((form) => hashedFormName(form) === name)
}

const everyForm = hashKinds.flatMap((kind) => hashAlgorithms.map((algorithm) => ({ algorithm, kind })))

/** All that there can be. */
export const hashedFormNames: readonly string[] = everyForm.map(hashedFormName)

/** What the forms are, in words, for evidence; each once. */
export function hashedSummariesOf(names: readonly string[]): string[] {
  return hashedFormNames
    .filter((name) => names.includes(name))
    .map((name) => {
      const { algorithm, kind } = parseHashedFormName(name)!
      return `${algorithm}${how[kind]}, in hexadecimal digits or base64`
    })
}

const how = {
  plain: '',
  prefixed: ' of a salt and them',
  suffixed: ' of them and a salt',
  hmac: ' as HMAC under a key',
}

/** At most so many forms: each has a code of its own in an index. */
export const mostHashedForms = 16

/**
 * The texts of an identifier that copies may have hashed: as the manifest has it; where its letters may be of either case,
 * in lower case too; a UUID with and without hyphens, in either case.
 */
export function hashedTexts(
  text: string,
  { shape, canonical }: { shape: Shape; canonical: string },
  caseRule: CaseRule,
) {
  const texts = new Set([text])
  if (shape === 'uuid') {
    const grouped = canonical.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    for (const each of [grouped, canonical]) texts.add(each).add(each.toUpperCase())
  } else if (caseRule === 'fold') texts.add(canonical)
  return texts
}

const blockBytes = { md5: 64, sha1: 64, sha256: 64, sha512: 128 } as const

/**
 * Makes digests of identifiers, which are ASCII and at most 254 characters: what is returned gives one in Latin-1, a character a byte.
 * Nothing is allocated outside of the heap for each, which would take ten times as long in the end.
 */
export function createHasher({ algorithm, kind, salt }: HashedForm): (text: string) => string {
  const before = kind === 'prefixed' ? salt.length : kind === 'hmac' ? blockBytes[algorithm] : 0
  const message = Buffer.alloc(before + maxIdentifierLength + salt.length)
  const digestOf = (bytes: Uint8Array) => hash(algorithm, bytes, 'binary')
  /** The message up to where the text ends, which stands at `before`. */
  const withText = (text: string) => {
    const end = before + message.write(text, before, 'latin1')
    if (kind !== 'suffixed') return message.subarray(0, end)
    message.set(salt, end)
    return message.subarray(0, end + salt.length)
  }
  if (kind !== 'hmac') {
    if (kind === 'prefixed') message.set(salt)
    return (text) => digestOf(withText(text))
  }
  // A call of createHmac costs ten times as much as both of these.
  const key = Buffer.alloc(before)
  if (salt.length > before) key.write(digestOf(salt), 'latin1')
  else key.set(salt)
  message.set(key.map((byte) => byte ^ 0x36))
  const outer = Buffer.alloc(before + hashBytes[algorithm])
  outer.set(key.map((byte) => byte ^ 0x5c))
  return (text) => {
    outer.write(digestOf(withText(text)), before, 'latin1')
    return digestOf(outer)
  }
}

/** One digest. */
export function digestIn(form: HashedForm, text: string): Buffer {
  return Buffer.from(createHasher(form)(text), 'latin1')
}
