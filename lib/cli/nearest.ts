/** What was probably meant: of `names` the one that at most two letters more, less, or others make of `typed`; undefined where there is none. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, away: distance(typed, name) }))
    .filter(({ name, away }) => away <= 2 && away < name.length)
    .toSorted((a, b) => a.away - b.away)
  return best?.name
}

/** Levenshtein's. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(from[i - 1] !== to[j - 1])))
    row = next
  }
  return row.at(-1)!
}
