import { setTimeout as pause } from 'node:timers/promises'
import type { OdvError } from '../../errors.ts'
import { StoreUnavailable } from '../../errors.ts'
import { faultCode, faultStatus, isAboutSigning } from './bucket-faults.ts'

/** So many versions in a row that a server answers with a fault are an outage, and not a matter of each. */
const mostInARow = 3

/** Faults of single versions: a damaged object of Ceph is HTTP 500 every time, and a proxy may refuse what it does not like. */
export type LoneFaults = {
  /** The server said something about a version. */
  answered(): void
  /** Waits before another attempt after `failed` ones. False: there is none any more. */
  again(failed: number): Promise<boolean>
  /** Whether a version that no attempt could open concerns that one alone. */
  isLone(): boolean
}

/** `attempts` of opening a version in all; the first pause is `pauseMs` long, and each one twice the one before. */
export function loneFaults({ attempts, pauseMs }: { attempts: number; pauseMs: number }): LoneFaults {
  let inARow = 0
  return {
    answered() {
      inARow = 0
    },
    async again(failed) {
      if (failed >= attempts || inARow >= mostInARow) return false
      await pause(pauseMs * 2 ** (failed - 1))
      return true
    },
    isLone: () => ++inARow <= mostInARow,
  }
}

const overloaded = [429, 502, 503, 504]

/** Whether a fault may be about the one version that was asked for: an answer came, and nothing that holds for all. */
export function mayBeLone(error: unknown, fault: OdvError): boolean {
  const status = faultStatus(error)
  return (
    fault instanceof StoreUnavailable &&
    status !== undefined &&
    !overloaded.includes(status) &&
    !isAboutSigning(error) &&
    !['NoSuchBucket', 'PermanentRedirect'].includes(faultCode(error))
  )
}
