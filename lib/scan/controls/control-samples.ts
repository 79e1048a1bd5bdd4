import type { CaseRule, Shape } from '../../manifest/identifier.ts'
import type { Control } from '../../subject-index/open-subject-index.ts'

/** A planted text: `start` in the document; `control` is what it spells (`hit`) or nearly spells (`near-miss`). */
export type Planted = { kind: 'hit' | 'near-miss'; control: Control; start: number; record: number; length: number }

/** A small document with planted texts, the last of them without anything behind it. */
export type Sample = { bytes: Uint8Array; planted: Planted[] }

/**
 * The texts that identifiers are planted in, each as it looks in a real backup; `glue` are escapes that stand there right
 * before an identifier.
 */
export const contexts = {
  'json-lines': {
    head: '',
    glue: ['\\n', '\\u0027', '\\\\t'],
    row: (text: string) => [`{"time":"2026-01-31T12:00:00Z","user":"`, text, `","kind":"view","n":17}\n`] as const,
  },
  csv: {
    head: 'time,user,kind\n',
    glue: [],
    row: (text: string) => ['2026-01-31,', text, ',view\n'] as const,
  },
  sql: {
    head: 'BEGIN;\n',
    glue: ['\\r\\n', '\\Z'],
    row: (text: string) => [`INSERT INTO events VALUES (17,'`, text, `','view');\n`] as const,
  },
  lines: {
    head: '',
    glue: [],
    // Lines of 64 characters and more that follow one another may be one code, which hides what it holds.
    row: (text: string) => ['', text, text.length < 64 ? '\n' : '\n.\n'] as const,
  },
  text: {
    head: 'Minutes\n\n',
    glue: ['\\x22', '%22', '#011', '\x1b[0m'],
    row: (text: string) => ['A message was sent to ', text, '.\n'] as const,
  },
} as const

export type Context = keyof typeof contexts

/**
 * Plants every spelling of the controls, the context's escapes before them, and texts that are one character longer, which
 * `isEntry` must deny. One stands as near to the beginning as the document allows, and one at its end.
 */
export function buildSample(
  context: Context,
  controls: readonly Control[],
  caseRule: CaseRule,
  isEntry: (text: string) => boolean,
): Sample {
  const { head, glue, row } = contexts[context]
  const planted: Planted[] = []
  let text = head
  const plant = (kind: Planted['kind'], control: Control, spelling: string, isLast: boolean, escaped = ''): void => {
    const [before, written, after] = row(spelling)
    const record = text.split('\n').length
    const start = text.length + before.length + escaped.length
    planted.push({ kind, control, start, record, length: written.length })
    text += before + escaped + written + (isLast ? '' : after)
  }
  for (const control of controls.slice(0, 1)) plant('hit', control, control.text, false)
  for (const control of controls) {
    for (const spelling of nearMisses(control)) if (!isEntry(spelling)) plant('near-miss', control, spelling, false)
    for (const spelling of spellingsOf(control, caseRule)) plant('hit', control, spelling, false)
  }
  for (const control of controls.slice(0, 1))
    for (const spelling of spellingsOf(control, caseRule))
      for (const escaped of glue) plant('hit', control, spelling, false, escaped)
  for (const control of controls.slice(-1)) plant('hit', control, control.text, true)
  return { bytes: new TextEncoder().encode(text), planted }
}

function spellingsOf({ shape, text }: Control, caseRule: CaseRule): string[] {
  if (shape === 'uuid') return [text, text.toUpperCase(), grouped(text), grouped(text).toUpperCase()]
  return caseRule === 'fold' && shape !== 'decimal' ? [text, text.toUpperCase()] : [text]
}

/** Texts that are one character longer than a control. What stands before a UUID in groups does not matter. */
export function nearMisses({ shape, text }: Control): string[] {
  const filler = digits.has(shape) ? digitFor(text.length) : letterFor(text.length)
  return [filler + text, text + filler, ...(shape === 'uuid' ? [grouped(text) + filler] : [])]
}

const grouped = (uuid: string) => uuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

/** Shapes of which a digit is one more character; of the others it is a letter. */
const digits: ReadonlySet<Shape> = new Set(['decimal', 'uuid'])

/** A digit or letter that, in front of so many characters, is not their length to any format of records (`lengthsBefore`), where it would make the near miss a hit. */
const digitFor = (length: number) => (length === 50 || length === 55 ? '9' : '7')
const letterFor = (length: number) => (length === 17 || length === 108 || length === 113 ? 'z' : 'q')
