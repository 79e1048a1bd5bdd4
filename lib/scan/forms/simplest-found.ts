import type { FormOccurrence } from './form-matcher.ts'

/** What was found in forms, by place and entry. */
export type Found = Map<string, FormOccurrence>

/** Of what is in several forms at one place, keeps what is written in the simplest of them; nothing of what is `plain` there. */
export function keepIfSimplest(
  found: Found,
  occurrence: FormOccurrence & { form: string },
  plain: ReadonlySet<string>,
): void {
  const place = `${occurrence.offset} ${occurrence.ordinal}`
  const known = found.get(place)?.form
  if (!plain.has(place) && (known === undefined || isSimpler(occurrence.form, known))) found.set(place, occurrence)
}

/** By place. */
export const inOrder = (found: Found): FormOccurrence[] =>
  [...found.values()].sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)

const depthOf = (form: string) => form.split(' ').length
const isSimpler = (form: string, other: string) => depthOf(form) - depthOf(other) < (form < other ? 1 : 0)
