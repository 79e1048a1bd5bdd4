import type { Form } from './form.ts'

/** Not in a region by itself: columns are what many lines have in common (`createFixedWidth`). Nobody is found by it: what it sees makes a content unverified. */
export const fixedWidth: Form = {
  name: 'fixed-width',
  summary: 'in fields of fixed width with nothing in between, as far as lines show their columns',
  nests: false,
  finder: () => undefined,
  spell: () => [],
}
