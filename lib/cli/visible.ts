/** What has no glyph of its own, moves a cursor, ends a line, or turns the direction of text around. */
const invisible = /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Somebody else's text for a line of ours: no name can pose as another one, or as a line of ours. */
export function visible(text: string): string {
  return text.replace(invisible, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
