import type { Deleted } from '../../ports.ts'
import type { Bucket } from './bucket-client.ts'
import type { Answer } from './delete-exact.ts'
import type { ExactVersion } from './exact-version.ts'
import { describeProtection, protectionOf } from './explain-refusal.ts'

/** What became of a version that the store was asked to delete, by its answer. @throws StoreUnavailable */
export async function toDeleted(
  bucket: Bucket,
  exact: ExactVersion,
  answer: Answer | undefined,
  size: number,
): Promise<Deleted> {
  switch (answer?.kind) {
    case 'deleted':
      return { kind: 'deleted', bytes: size }
    case 'gone':
      return { kind: 'gone' }
    case 'error': {
      const protection = answer.code === 'AccessDenied' ? await protectionOf(bucket, exact) : undefined
      return kept(protection ? describeProtection(protection) : reasonOf(answer.code))
    }
    case 'silence':
    case undefined:
      return kept('the store did not say what became of it')
    default:
      return answer satisfies never
  }
}

export const kept = (reason: string) => ({ kind: 'kept', reason }) as const

/** Codes that a reader knows; another one might quote something. */
const reasons: Record<string, string> = {
  AccessDenied: 'the deleting role may not delete it',
  InternalError: 'the store failed, also when it was asked again (InternalError)',
  SlowDown: 'the store was too busy, also when it was asked again (SlowDown)',
  ServiceUnavailable: 'the store was too busy, also when it was asked again (ServiceUnavailable)',
}

export const reasonOf = (code: string) => reasons[code] ?? 'the store refused to delete it'
