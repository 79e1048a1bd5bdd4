import { hash } from 'node:crypto'
import type { Ports } from '../ports.ts'

/**
 * The name of an execution that is to be started. With an idempotency key it follows from the key alone, so that the
 * same request names the same execution; the key itself, which may be anything, goes no further. Without one it sorts
 * by time, and its random end keeps two of the same second apart.
 */
export function executionName(
  { clock, random }: Pick<Ports, 'clock' | 'random'>,
  kind: 'run' | 'export',
  idempotencyKey: string | undefined,
): string {
  if (idempotencyKey !== undefined)
    return `${kind}-key-${hash('sha256', `odv ${kind}\n${idempotencyKey}`, 'hex').slice(0, 32)}`
  const time = clock().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  return `${kind}-${time}-${Buffer.from(random(3)).toString('hex')}`
}
