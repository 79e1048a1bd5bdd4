import { faultCode, faultStatus, isAboutSigning } from './bucket-faults.ts'

/** The version is not there. A bucket that is not there is an outage, and no good news. */
export const isAbsentCode = (code: string) => ['NoSuchKey', 'NoSuchVersion', 'NoSuchUpload'].includes(code)

/** Refusals that are about the bucket, the way to it or the moment, and say nothing about one version. */
const general = new Set(['NoSuchBucket', 'PermanentRedirect', 'RequestTimeout', 'SlowDown', 'TemporaryRedirect'])

/** A refusal of what was asked for, as opposed to a fault. */
export function isRefusal(error: unknown): boolean {
  const status = faultStatus(error) ?? 0
  return status >= 400 && status < 500 && status !== 429 && !general.has(faultCode(error)) && !isAboutSigning(error)
}
