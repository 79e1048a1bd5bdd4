import { type Config, exceptionsOf } from '../../config.ts'
import type { Coverage } from '../../inventory/coverage.ts'
import type { Exception } from '../../inventory/exception.ts'
import { explainedOf, isExpired } from '../../verdict/exceptions.ts'
import { plural } from '../terminal.ts'
import { visible } from '../visible.ts'

/** Exceptions of a configuration that have expired at a time (RFC 3339, UTC), for people. */
export function describeExpired({ stores }: Pick<Config, 'stores'>, now: string): string[] {
  return stores.flatMap((store) =>
    exceptionsOf(store)
      .filter(({ until }) => until < now)
      .map(
        (each) =>
          `store ${store.id}: the exception for ${aboutOf(each)} expired on ${dayOf(each)} and explains nothing`,
      ),
  )
}

/** How much of what is unverified in a pass is explained by exceptions, for people; nothing where there are none. */
export function describeExplained(coverage: Coverage): string[] {
  const { explained, unexplained } = explainedOf(coverage)
  const rows = (coverage.exceptions ?? []).filter(({ versions }) => versions > 0)
  if (rows.length === 0) return []
  return [
    `of ${plural(explained.versions + unexplained.versions, 'unverified object version')} approved exceptions explain ${explained.versions}, and ${unexplained.versions} ${unexplained.versions === 1 ? 'is' : 'are'} not explained`,
    ...rows.map((each) => {
      const what = `${aboutOf(each)}: ${plural(each.versions, 'object version')}`
      return visible(
        isExpired(each, coverage)
          ? `  expired on ${dayOf(each)}: ${what}`
          : `  explained until ${dayOf(each)}: ${what}: ${each.detail} (plan: ${each.plan}; approved by ${each.approvedBy})`,
      )
    }),
  ]
}

/** The same for machines: counts of object versions, and each exception with what it is about. */
export function explainedFields(coverage: Coverage): Record<string, unknown> {
  if (coverage.exceptions === undefined) return {}
  const { explained, unexplained } = explainedOf(coverage)
  return {
    explained: explained.versions,
    unexplained: unexplained.versions,
    exceptions: coverage.exceptions.map((each) => ({ ...each, expired: isExpired(each, coverage) })),
  }
}

const dayOf = ({ until }: Exception) => until.slice(0, 10)
const aboutOf = ({ reason, suffix }: Exception) => (suffix === undefined ? reason : `${reason} of "${visible(suffix)}"`)
