/** An execution stopped safely before its end: what ran has finished and is journaled, and nothing new was started. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  constructor() {
    super('execution: expected to reach its end, and was interrupted; run it again to go on')
  }
}
