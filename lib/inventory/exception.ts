import type { UnverifiedReason } from '../decode/unverified.ts'

/**
 * An approved, dated reason why versions of a store are unverified. It explains them, and never turns a verdict clean. `suffix`: of the
 * keys that it is about, otherwise it is about all. `until`: the last moment at which it holds (RFC 3339, UTC).
 */
export type Exception = {
  reason: UnverifiedReason
  suffix?: string
  detail: string
  plan: string
  until: string
  approvedBy: string
}
