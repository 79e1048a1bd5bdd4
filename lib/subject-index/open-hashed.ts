import type { CaseKeys } from './case-keys.ts'
import { type Filter, hashInto, passesFilter, type Seed } from './filter.ts'
import { hashBytes } from './hashed-forms.ts'
import { damaged, type IndexFooter } from './index-format.ts'
import { createKeyedDigest } from './keyed-digest.ts'
import type { IndexParts } from './read-index.ts'
import { firstHashedCode } from './shape-code.ts'

/** A digest that is planted in an index: `digest` (hex) stands for a control in a hashed form. */
export type HashedControl = { form: string; ordinal: number; digest: string }

/**
 * The hashed forms that an index looks for identifiers in. `lengths`: bytes that their digests have, ascending. `salts`: what tells the salt
 * of each from another one. `find`: the entry that a digest of one of these lengths stands for.
 */
export type HashedIndex = {
  readonly forms: readonly string[]
  readonly lengths: readonly number[]
  readonly salts: readonly (string | undefined)[]
  readonly controls: readonly HashedControl[]
  /** Held in memory. */
  readonly filterBytes: number
  find(digest: Uint8Array): { ordinal: number; form: string } | undefined
  /** Reads and checks all that is only read where it is needed. @throws IndexInvalid */
  check(): void
}

/** The same of one file. Ordinals of digests that are found count through all parts, those of controls in its own. */
export type HashedPart = HashedIndex & {
  /** False: certainly it has no digest with this hash. */
  mayHave(first: number, second: number): boolean
  /** By the digest of a digest and its form (see `IndexFooter.hashed`); -1: it has none. */
  ordinalOf(keyed: Uint32Array): number
}

export function openHashed(
  { forms, controls }: { forms: NonNullable<IndexFooter['hashed']>['forms']; controls: IndexFooter['controls'] },
  { filter, entries }: NonNullable<IndexParts['hashed']>,
  { keys, seed }: { keys: CaseKeys; seed: Seed },
): HashedPart {
  if (forms.some((form) => form.controls.length !== controls.length)) throw damaged('footer')
  const keyed = createKeyedDigest(keys.tagKey)
  const scratch = new Uint8Array(hashBytes.sha512)
  const view = new DataView(scratch.buffer)
  const halves = new Int32Array(2)
  return {
    forms: forms.map(({ name }) => name),
    lengths: [...new Set(forms.map(({ bytes }) => bytes))].sort((a, b) => a - b),
    salts: forms.map(({ salt }) => salt),
    controls: forms.flatMap(({ name, controls: digests }) =>
      controls.map(({ ordinal }, at) => ({ form: name, ordinal, digest: digests[at]! })),
    ),
    filterBytes: filter.first.length + filter.second.length,
    find(digest) {
      for (const [at, { name, bytes }] of forms.entries())
        if (bytes === digest.length) {
          scratch.set(digest)
          hashInto(halves, view, scratch, 0, bytes, firstHashedCode + at, seed)
          if (!passes(filter, halves)) continue
          keyed.compute(firstHashedCode + at, scratch, 0, bytes)
          const ordinal = entries.valueOf(keyed.digest)
          if (ordinal !== -1) return { ordinal, form: name }
        }
      return undefined
    },
    mayHave: (first, second) => passesFilter(filter, first, second),
    ordinalOf: (digest) => entries.valueOf(digest),
    check: () => entries.check(),
  }
}

const passes = (filter: Filter, halves: Int32Array) => passesFilter(filter, halves[0]!, halves[1]!)
