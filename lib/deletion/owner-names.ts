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
 * (Oracle, DuckDB), `user_id_x` and `user_id_y` (pandas, R), `user_id_right` (Polars); and the plural, of several owners.
 */
const again = /(?<=.)[^\p{L}\p{N}]{0,2}(?:(?:duplicated)?(?<!\p{N})\p{N}+|x|y|s|left|right)[)\]]?$/u

const plainName = (name: string) => foldedName(name).replace(again, '')

/** Whether a name may be meant to be the owner's: two such ones leave open whose a record is. */
export function isSameName(owner: string): (name: string) => boolean {
  const own = plainName(owner)
  return (name) => plainName(name) === own
}

/** The owner's name in lower-case text, however its words are kept apart, also numbered or in the plural. */
export function patternOfName(owner: string): string {
  const literal = Array.from(foldedName(owner), (sign) => sign.replace(/[.*+?^${}()|[\]\\/]/, '\\$&')).join('[_. -]?')
  return `${literal}(?:s|[_.-]?\\p{N}{1,3})?`
}

/** Whether a column or key is the owner of a record further inside, written as a path: `friend.userId`, `list[0].userId`. */
export function isNestedName(owner: string): (name: string) => boolean {
  const pattern = new RegExp(`[./:>[\\]]\\s*${patternOfName(owner)}\\s*\\]?$`, 'u')
  return (name) => pattern.test(name.trim().toLowerCase())
}

/** Whether keys around each other make up the owner's name, as in `"user":{"id":…}` or `"users":[{"id":…}]`; `source` is JSON. */
export function isNameOfKeys(owner: string): (key: string, source: string) => boolean {
  const letters = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  const name = letters(owner)
  return (first, source) => {
    if (!/^[[{]/.test(source)) return false
    /** Objects and lists, with the beginnings of the name that the keys around them come to. */
    const waiting: { value: object; begun: string[] }[] = []
    const enter = (key: string, value: unknown, around: readonly string[]): boolean => {
      const own = letters(key)
      const made = around.map((begun) => begun + own)
      if (typeof value === 'object' && value !== null)
        waiting.push({ value, begun: [...made, own, own.replace(/s$/, '')].filter((begun) => isBeginning(begun)) })
      return made.includes(name)
    }
    const isBeginning = (begun: string) => begun !== '' && begun !== name && name.startsWith(begun)
    if (enter(first, JSON.parse(source), [])) return true
    for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
      const { value, begun } = each
      if (Array.isArray(value)) {
        for (const item of value) if (typeof item === 'object' && item !== null) waiting.push({ value: item, begun })
      } else for (const [key, inner] of Object.entries(value)) if (enter(key, inner, begun)) return true
    }
    return false
  }
}
