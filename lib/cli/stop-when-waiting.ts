import type { ExecutionEvent } from '../local/asl/interpreter.ts'
import type { TaskEvent } from './task-events.ts'

const quietMilliseconds = 1500

/**
 * For `--no-wait`: tells a run to stop once a custodian is waited for and no task has been under way for a moment.
 * Stopping is always safe, so a moment that was only a pause costs a `--resume`.
 */
export function createWaitWatch(now: () => number = Date.now) {
  const stop = new AbortController()
  let [waiting, active, quietSince] = [0, 0, now()]
  const timer = setInterval(() => {
    if (waiting > 0 && active === 0 && now() - quietSince >= quietMilliseconds) stop.abort()
  }, 100)
  timer.unref()
  return {
    signal: stop.signal,
    onTask({ kind }: TaskEvent) {
      active += kind === 'began' ? 1 : -1
      quietSince = now()
    },
    onEvent({ kind }: ExecutionEvent) {
      if (kind === 'waiting-for-token') waiting++
      quietSince = now()
    },
    close: () => clearInterval(timer),
  }
}
