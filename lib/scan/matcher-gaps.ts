import type { Gap } from '../decode/unverified.ts'
import type { FormMatcher } from './forms/form-matcher.ts'

/** What a matcher saw of the content at `path`, which begins at `from`, that may have been somebody's, and was not found (`FormMatcher`). */
export function gapsOf(
  matcher: Pick<FormMatcher, 'lossy' | 'glued'> | undefined,
  path: readonly string[],
  from = 0,
): Gap[] {
  const gap = (reason: Gap['reason'], at: number | undefined, detail: string): Gap[] =>
    at === undefined ? [] : [{ reason, path, offset: from + at, detail }]
  return [
    ...gap('lossy-number', matcher?.lossy(), 'expected numbers with all their digits, got one that has lost some'),
    ...gap(
      'fixed-width',
      matcher?.glued(),
      'expected fields with something in between, got one that may be an identifier with another beside it',
    ),
  ]
}
