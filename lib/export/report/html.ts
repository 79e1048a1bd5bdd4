/** Text that is safe to stand in a page as it is. Only `html` and `raw` make it. */
export type Html = { readonly html: string }
type Part = Html | string | number | readonly Html[] | undefined

/** A piece of a page: what is put into it is escaped, unless it is such a piece itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: strings.map((text, i) => text + (i < parts.length ? show(parts[i]) : '')).join('') }
}

export const raw = (text: string): Html => ({ html: text })

function show(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return 'html' in part ? part.html : part.map((each) => each.html).join('')
}

const escapeHtml = (text: string) => showHidden(text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`))

/** Shows what has no glyph of its own or turns the direction of text around, so that no name can pose as another one. */
export const showHidden = (text: string): string =>
  text.replace(
    /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
