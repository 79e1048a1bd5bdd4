import { digestIn, parseHashedFormName } from '../../subject-index/hashed-forms.ts'
import type { Control, SubjectIndex } from '../../subject-index/open-subject-index.ts'
import type { PlantedForm } from '../forms/form-sample.ts'

const noSalt = new Uint8Array(0)

/** Ways in which copies write a digest. */
export function spellingsOfDigest(digest: Buffer): string[] {
  const hex = digest.toString('hex')
  return [
    hex,
    hex.toUpperCase(),
    ...(digest.length === 16 ? [hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')] : []),
    digest.toString('base64'),
    digest.toString('base64url'),
  ]
}

const grouped = /^[0-9a-f]{8}-[0-9a-f]{4}-/i

/**
 * A document with the digests of these controls in an index's hashed forms, a line each, and near misses: one character longer,
 * and one digit shorter. A digest without a salt is computed here once more; one with a salt is a planted one.
 */
export function buildHashedSample(
  { hashed }: Pick<SubjectIndex, 'hashed'>,
  controls: readonly Control[],
): { bytes: Uint8Array; planted: PlantedForm[] } {
  const planted: PlantedForm[] = []
  let text = ''
  const plant = (kind: PlantedForm['kind'], control: Control, form: string, written: string) => {
    text += text === '' ? '' : '\nA note about '
    planted.push({ kind, control, form, start: text.length, record: text.split('\n').length, length: written.length })
    text += written
  }
  for (const form of new Set(hashed?.forms))
    for (const control of controls)
      for (const each of hashed!.controls.filter(
        ({ form: of, ordinal }) => of === form && ordinal === control.ordinal,
      )) {
        const { algorithm, kind } = parseHashedFormName(form)!
        const stored = Buffer.from(each.digest, 'hex')
        const digest = kind === 'plain' ? digestIn({ algorithm, kind, salt: noSalt }, control.text) : stored
        for (const written of spellingsOfDigest(digest)) {
          const misses = [`${written.replace(/=+$/, '')}7`, written.replace(/[^=]=*$/, '')]
          // As of UUIDs, what stands before groups does not matter.
          if (!grouped.test(written)) misses.push(`7${written}`)
          for (const miss of misses) plant('near-miss', control, form, miss)
          plant('hit', control, form, written)
        }
      }
  return { bytes: Buffer.from(text), planted }
}
