import type { ExecutionEvent } from '../local/asl/interpreter.ts'
import type { TaskEvent } from './task-events.ts'

const quietMilliseconds = 1500

/**
 * For `--no-wait`: tells a run to stop once a custodian or a time is waited for and no task has been under way for a moment.
 * Stopping is always safe, so a moment that was only a pause costs a `--resume`.
 */
export function createWaitWatch() {
  const stop = new AbortController()
  let [waiting, active, quietSince] = [0, 0, Date.now()]
  const timer = setInterval(() => {
    if (waiting > 0 && active === 0 && Date.now() - quietSince >= quietMilliseconds) stop.abort()
  }, 100)
  timer.unref()
  return {
    signal: stop.signal,
    onTask({ kind }: TaskEvent) {
      active += kind === 'began' ? 1 : -1
      quietSince = Date.now()
    },
    onEvent({ kind }: ExecutionEvent) {
      if (kind === 'waiting-for-token' || kind === 'waiting') waiting++
      quietSince = Date.now()
    },
    close: () => clearInterval(timer),
  }
}
