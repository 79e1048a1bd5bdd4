import type { Gap } from '../decode/unverified.ts'
import type { FormMatcher } from './forms/form-matcher.ts'

/** What a matcher says of numbers of which digits are gone (`FormMatcher`), as gaps of the content at `path`, which begins at `from`. */
export function lossyGaps(matcher: Pick<FormMatcher, 'lossy'> | undefined, path: readonly string[], from = 0): Gap[] {
  const lossy = matcher?.lossy()
  if (lossy === undefined) return []
  const detail = 'expected numbers with all their digits, got one that has lost some'
  return [{ reason: 'lossy-number', path, offset: from + lossy, detail }]
}
