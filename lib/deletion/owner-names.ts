/**
 * A name as it is compared with the owner's: programs that read each other's records write `userId`, `user_id`, `user-id` and `user.id` for the
 * same, so case and what stands between two words make no other name.
 */
function foldedName(name: string): string {
  return name.trim().toLowerCase().replace(between, '')
}

const between = /(?<=[\p{L}\p{N}])[_. -]+(?=[\p{L}\p{N}])/gu

/**
 * What programs add where a name is there twice, or would be after tables were joined: `user_id.1` (pandas, Power Query), `user_id:1` (SQLite), `user_id_1`
 * (Oracle, DuckDB), `user_id_x` and `user_id_y` (pandas, R), `user_id_right` (Polars), and those that people choose where they join (`_a`, `_l`, `_old`); and the plural, of several owners.
 */
const again =
  /(?<=.)(?:[^\p{L}\p{N}]{0,2}(?:(?:duplicated_?)?(?<!\p{N})\p{N}+(?:st|nd|rd|th)?|x|y|s|left|right)|[^\p{L}\p{N}]{1,2}(?:[ablr]|old|new|copy|dup|first|second))$/u

/** Without signs, whichever they are, also those that nobody sees (`#user_id`, `_user_id`, `user/id`); a `+` is a part of a name (`c++`). */
const plainName = (name: string) =>
  name.normalize('NFKC').toLowerCase().replace(signsBehind, '').replace(again, '').replace(signs, '')

const signs = /[^\p{L}\p{N}+]+/gu
const signsBehind = /(?<![^\p{L}\p{N}+])[^\p{L}\p{N}+]+$/u

/** Whether a name may be meant to be the owner's: two such ones leave open whose a record is. */
export function isSameName(owner: string): (name: string) => boolean {
  const own = plainName(owner)
  return (name) => !beginsOtherwise(name, own) && plainName(name) === own
}

/** Of most fields of a table the first letter or digit says that they are not that name. What is no ASCII may be it in other letters. */
function beginsOtherwise(name: string, own: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at)
    if (code > 0x7f) return false
    if (isOfName(code)) return name[at]!.toLowerCase() !== own[0]
  }
  return own !== ''
}

const isOfName = (code: number) =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x2b

/** The owner's name in lower-case text, however its words are kept apart, also numbered or in the plural. */
export function patternOfName(owner: string): string {
  const literal = Array.from(foldedName(owner), (sign) => sign.replace(/[.*+?^${}()|[\]\\/]/, '\\$&')).join('[_. -]?')
  return `${literal}(?:s|[_.-]?\\p{N}{1,3})?`
}

/** Whether a column or key is the owner of a record further inside, written as a path: `friend.userId`, `list[0].userId`, `friend__user_id`. */
export function isNestedName(owner: string): (name: string) => boolean {
  const pattern = new RegExp(`(?:[^\\p{L}\\p{N}_\\s-]|__)\\s*${patternOfName(owner)}\\s*\\]?$`, 'u')
  return (name) => pattern.test(name.trim().toLowerCase())
}
