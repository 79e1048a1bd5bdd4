import type { CaseRule } from '../../manifest/identifier.ts'
import type { Control } from '../../subject-index/open-subject-index.ts'
import { nearMisses, type Planted } from '../controls/control-samples.ts'
import { forms } from './forms.ts'

/** A text that is planted in a form: where it is written, and of what form it is. */
export type PlantedForm = Planted & { form: string }

/**
 * A document with the controls in these forms, a line each, and near misses: one character longer, in the same forms. The
 * last has nothing behind it. `start` and `length` are of what is written, which may be more than the identifier.
 */
export function buildFormSample(
  names: readonly string[],
  controls: readonly Control[],
  isEntry: (text: string, caseRule?: CaseRule) => boolean,
): { bytes: Uint8Array; planted: PlantedForm[] } {
  const planted: PlantedForm[] = []
  const parts: Buffer[] = []
  let length = 0
  let record = 1
  const write = (bytes: Buffer) => {
    parts.push(bytes)
    length += bytes.length
    for (const byte of bytes) if (byte === lineFeed) record++
  }
  const plant = (kind: Planted['kind'], control: Control, form: string, spelled: Buffer) => {
    write(Buffer.from(length === 0 ? '' : '\nA note about '))
    planted.push({ kind, control, form, start: length, record, length: spelled.length })
    write(spelled)
  }
  for (const { name, spell } of forms.filter((form) => names.includes(form.name)))
    for (const control of controls) {
      for (const miss of nearMisses(control).filter((text) => !isEntry(text)))
        for (const spelled of spell(miss, control.shape)) plant('near-miss', control, name, spelled)
      for (const spelled of spell(control.text, control.shape)) plant('hit', control, name, spelled)
    }
  return { bytes: Buffer.concat(parts), planted }
}

const lineFeed = 0x0a
