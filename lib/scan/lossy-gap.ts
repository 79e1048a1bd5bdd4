import type { Gap } from '../decode/unverified.ts'

/** What a matcher says of numbers of which digits are gone (`FormMatcher`), as gaps of the content at `path`, which begins at `from`. */
export function lossyGaps(
  matcher: { lossy: number | undefined } | undefined,
  path: readonly string[],
  from = 0,
): Gap[] {
  if (matcher?.lossy === undefined) return []
  const detail = 'expected numbers with all their digits, got one that has lost some'
  return [{ reason: 'lossy-number', path, offset: from + matcher.lossy, detail }]
}
