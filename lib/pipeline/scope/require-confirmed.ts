import { ScopeUnconfirmed } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

/** So long nobody is asked again. A leg of a deletion takes minutes, a request has many, and a redriven execution is days old. */
const lastsMs = 60 * 60_000

/** Whether those in scope are transferred was asked a short while ago, by this clock, ahead or behind. @throws ScopeUnconfirmed */
export function requireConfirmed({ clock }: Pick<Ports, 'clock'>, requestId: string, confirmedAt: string): void {
  const now = clock()
  if (Math.abs(now.getTime() - Date.parse(confirmedAt)) > lastsMs)
    throw new ScopeUnconfirmed(
      `request ${requestId}: expected a scope that was confirmed within an hour of ${now.toISOString()}, got one of ${confirmedAt}`,
    )
}
