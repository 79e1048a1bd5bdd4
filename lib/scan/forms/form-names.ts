import { forms } from './forms.ts'

/** Names of the forms, in the order in which evidence lists them. */
export const formNames: readonly string[] = forms.map(({ name }) => name)

/** What is looked for unless the configuration says otherwise: what costs little and is hardly ever found by chance. */
export const defaultForms: readonly string[] = forms.filter(({ isCostly }) => isCostly !== true).map(({ name }) => name)

/** Sets of forms that have a name. */
const formSets: Readonly<Record<string, readonly string[]>> = {
  default: defaultForms,
  all: formNames,
  none: [],
}

/**
 * The forms that a configuration names: forms and sets, together. `-NAME` takes one out again.
 * `unknown`: the first name that is neither; `names`: those that there are.
 */
export function chooseForms(
  names: readonly string[],
): { forms: readonly string[] } | { unknown: string; names: readonly string[] } {
  const chosen = new Set<string>()
  for (const name of names) {
    const wanted = name.startsWith('-') ? name.slice(1) : name
    const set = Object.hasOwn(formSets, wanted) ? formSets[wanted]! : formNames.filter((each) => each === wanted)
    if (set.length === 0 && wanted !== 'none') return { unknown: name, names: [...Object.keys(formSets), ...formNames] }
    for (const each of set) name.startsWith('-') ? chosen.delete(each) : chosen.add(each)
  }
  return { forms: formNames.filter((name) => chosen.has(name)) }
}

/** What the forms are, in words, for evidence. */
export function summariesOf(names: readonly string[]): string[] {
  return forms.filter(({ name }) => names.includes(name)).map(({ summary }) => summary)
}
