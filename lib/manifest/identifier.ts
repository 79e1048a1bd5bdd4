/**
 * The bytes that point to a subject. It has no printable form: strings, JSON and inspection show `[identifier]`.
 * `revealText` is the one way out, for compiling the subject index or holding a manifest against one, and for nothing else.
 */
export class Identifier {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  revealText(): string {
    return this.#text
  }

  toString(): string {
    return '[identifier]'
  }

  toJSON(): string {
    return '[identifier]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[identifier]'
  }
}

/**
 * The kinds of identifier, each with its own alphabet. A run of an alphabet's characters that is longer than the
 * identifier is another identifier; but an escape before a run (`\n`, `\u0027`, `%22`) is tried both as text that belongs
 * to the run and as an escape that does not.
 * - `decimal`: digits; 32 of them without hyphens as well.
 * - `uuid`: hexadecimal digits in any case; 32 in a row, not only decimal ones, or 8-4-4-4-12 with hyphens, then of any
 *   digits. Canonical: 32 lower-case digits.
 * - `email`: one `@`.
 * - `handle`: ASCII letters, digits and `_`.
 * - `dotted`: those and `.` and `-` inside, or up to three `-` at either end of what has a letter and is no other kind; other `.` and `-` at
 *   either end of a run do not belong to it (end of sentence).
 */
export type Shape = 'decimal' | 'uuid' | 'email' | 'handle' | 'dotted'

/** Whether identifiers that differ only in the case of ASCII letters are the same one (never asked for UUIDs). */
export type CaseRule = 'fold' | 'exact'

/** Whether the rule says something of it. */
export const isCased = (shape: Shape): boolean => shape === 'email' || shape === 'handle' || shape === 'dotted'

export const maxIdentifierLength = 254

/** Canonical spelling and shape of an identifier's text, or what is wrong with it (without quoting it). */
export function canonicalOf(
  text: string,
  caseRule: CaseRule,
): { shape: Shape; canonical: string } | { problem: string } {
  if (text.length < 3) return { problem: 'expected at least 3 characters, since a shorter one occurs in any text' }
  if (text.length > maxIdentifierLength) return { problem: `expected at most ${maxIdentifierLength} characters` }
  if (decimal.test(text)) return zeros.test(text) ? { problem: isPlaceholder } : { shape: 'decimal', canonical: text }
  // Lengths and first characters first: of most texts they say as much as an expression, and a manifest has many.
  if (text.length <= 9 && placeholder.test(text)) return { problem: isPlaceholder }
  if (beginsNumber(text) && float.test(text))
    return {
      problem: 'a number that was written as a float; its digits may be gone: expected the identifier as text',
    }
  if ((text.length === 36 || text.length === 32) && uuid.test(text))
    return nobodysUuid.test(text)
      ? { problem: isPlaceholder }
      : { shape: 'uuid', canonical: (text.length === 32 ? text : withoutHyphens(text)).toLowerCase() }
  const cased = caseRule === 'fold' ? text.toLowerCase() : text
  if (text.includes('@') && email.test(text)) return { shape: 'email', canonical: cased }
  if (handle.test(text)) return { shape: 'handle', canonical: cased }
  if (text[8] === '-' && brokenUuid.test(text))
    return { problem: 'a UUID with digits too few or too many, or two of them: expected a whole one' }
  if (dotted.test(text) || isHyphened(text)) return { shape: 'dotted', canonical: cased }
  return {
    problem:
      'expected a decimal number, a UUID, an e-mail address, or a handle of letters, digits, "_", "." and "-"; ' +
      'of a text like auth0|…, user:… or +… only what is behind the sign' +
      (telephone.test(text) ? ' (a telephone number is found where its digits stand together, not in groups)' : ''),
  }
}

/** Whether hyphens are at an end of what is a handle without them, as of some that are drawn from letters, digits, `_` and `-`; no number, no mark of a list. */
function isHyphened(text: string): boolean {
  const inner = hyphened.exec(text)?.[1]
  if (inner === undefined || !/[A-Za-z_]/.test(inner)) return false
  const kind = canonicalOf(inner, 'exact')
  return 'shape' in kind && (kind.shape === 'handle' || kind.shape === 'dotted')
}

function beginsNumber(text: string): boolean {
  const first = text.charCodeAt(0)
  return (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d
}

/** As people write one, or as E.164 has it. */
const telephone = /^\+?[0-9(][0-9 ()./-]{5,20}$/

/** Of 8-4-4-4-12. */
function withoutHyphens(text: string): string {
  return text.slice(0, 8) + text.slice(9, 13) + text.slice(14, 18) + text.slice(19, 23) + text.slice(24)
}

const isPlaceholder = 'a placeholder such as null: expected an identifier'

const placeholder =
  /^(?:null|nan|nat|none|nil|undefined|true|false|unknown|missing|anonymous|guest|nobody|deleted|removed|redacted|n\.a|n_a|test)$/i
/** Whatever has nobody may have them: a number of zeros, the UUIDs Nil and Max (RFC 9562, sections 5.9 and 5.10). */
const zeros = /^0+$/
const nobodysUuid = /^(?:[0-]+|[f-]+)$/i
const uuid = /^(?:[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i
/** As a column that is too short or a line end that is missing leaves them; numbers in such groups may be of another kind. */
const brokenUuid =
  /^(?=[0-9-]*[a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{1,4}(?:-[0-9a-f]*|-[0-9a-f]{20}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?$/i
const decimal = /^[0-9]+$/
/**
 * `1234567890123.0`, `1.22e+18`, `5E17`. Digits, `e` and digits are left to short hexadecimal identifiers (`12e45`): who
 * writes a float of several digits gives it a point, and who writes no point a sign.
 */
const float = /^[+-]?(?:[0-9]+\.[0-9]*(?:e[+-]?[0-9]+)?|[0-9]+e[+-][0-9]+|[0-9]e[0-9]{1,3})$/i
const handle = /^[A-Za-z0-9_]+$/
const dotted = /^[A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]$/
const hyphened = /^-{0,3}([A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)-{0,3}$/
const email = /^[A-Za-z0-9_!#$&'*/=?^`{|}~][A-Za-z0-9._%+\-!#$&'*/=?^`{|}~]*@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/
