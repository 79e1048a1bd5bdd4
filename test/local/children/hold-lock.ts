import { acquireRunLock } from '../../../lib/local/run-lock.ts'

/** Takes the run lock named by its argument, tells its parent, and waits to be killed. */
try {
  acquireRunLock(process.argv[2]!, 'state')
  process.send?.('held')
  setInterval(() => {}, 1000)
} catch (error) {
  process.send?.((error as Error).name)
  process.disconnect()
}
