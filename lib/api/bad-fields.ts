import type * as z from 'zod/mini'
import type { BadField } from '../errors.ts'

type Issue = z.core.$ZodIssue

/** Every field that a schema objects to, with what was expected of it. Values are never quoted. */
export function badFieldsOf(issues: readonly Issue[]): BadField[] {
  return issues.flatMap((issue) => {
    switch (issue.code) {
      case 'invalid_union':
        return badFieldsOf(closest(issue.errors).map((each) => ({ ...each, path: [...issue.path, ...each.path] })))
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({ pointer: pointerOf([...issue.path, key]), detail: 'expected no such field' }))
      default:
        return [{ pointer: pointerOf(issue.path), detail: expectedOf(issue) }]
    }
  })
}

/** Of several shapes, the one that knows most of the fields that were given; of those, the one that lacks least. */
function closest(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const unknown = (issues: readonly Issue[]) =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0)
  return branches.toSorted((a, b) => unknown(a) - unknown(b) || a.length - b.length)[0] ?? []
}

/** RFC 6901. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function expectedOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${/^[aeio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`
    case 'invalid_format':
      return issue.format === 'regex' ? issue.message : `expected a ${issue.format}`
    default:
      return issue.message
  }
}
